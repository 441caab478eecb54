/** The devices on which the user is signed in. */
import Bowser from 'bowser'
import { useCallback, useEffect, useState } from 'preact/hooks'
import type { Device } from '../../client'
import { accounts } from '../chat'
import { Rows } from '../parts/rows'
import { attempt } from '../parts/toasts'
import { relativeTime } from '../times'
import { t } from '../words'

/** The name of a device from its user agent: "Firefox on Linux". Other programs keep their own name. */
function deviceName(device: string): string {
  if (!device.trim()) return t.settings.unknownDevice
  const { browser, os } = Bowser.parse(device)
  if (browser.name && os.name) return t.settings.deviceOn(browser.name, os.name)
  return browser.name ?? os.name ?? device
}

export function Devices() {
  const [devices, setDevices] = useState<readonly Device[]>([])
  const load = useCallback(async () => setDevices(await accounts.devices()), [])
  useEffect(() => void attempt(load), [load])
  return (
    <section>
      <h3>{t.settings.devices}</h3>
      <ul class="plain">
        <Rows items={devices} keyOf={({ id }) => id}>
          {({ id, device, current, lastUsedAt }) => (
            <li>
              <span class="words">
                <b title={device}>{deviceName(device)}</b>
                <span class="hint">{current ? t.settings.thisDevice : relativeTime(lastUsedAt)}</span>
              </span>
              {!current && (
                <button
                  type="button"
                  class="secondary"
                  onClick={() =>
                    void attempt(async () => {
                      await accounts.endDevice(id)
                      await load()
                    })
                  }
                >
                  {t.settings.endDevice}
                </button>
              )}
            </li>
          )}
        </Rows>
      </ul>
    </section>
  )
}
