/** Settings of sound, desktop notifications and quiet hours on this device. */
import { useState } from 'preact/hooks'
import { chime } from '../notifications/chime'
import { allowDesktop, canNotify } from '../notifications/desktop'
import type { QuietHours } from '../notifications/quiet-hours'
import { desktop, quietHours, sound } from '../preferences'
import { t } from '../words'

const NIGHT: QuietHours = { from: '22:00', to: '07:00' }

export function Alerts() {
  const words = t.alerts
  return (
    <section class="alerts" aria-label={words.title}>
      <h3>{words.title}</h3>
      {canNotify && <Desktop />}
      <label class="switch">
        <input
          type="checkbox"
          checked={sound.value}
          onChange={(event) => {
            sound.value = event.currentTarget.checked
            if (sound.value) chime()
          }}
        />
        {words.sound}
      </label>
      <Quiet />
    </section>
  )
}

function Desktop() {
  const [denied, setDenied] = useState(Notification.permission === 'denied')
  const on = desktop.value && Notification.permission === 'granted'
  const turn = async () => {
    if (on) desktop.value = false
    else setDenied(!(await allowDesktop()))
  }
  return (
    <div class="setting">
      <button type="button" class="secondary" aria-pressed={on} onClick={() => void turn()}>
        {t.alerts.desktop}
      </button>
      <p class="hint" role="status">
        {denied ? t.alerts.denied : t.alerts.desktopHint}
      </p>
    </div>
  )
}

function Quiet() {
  const { value } = quietHours
  const change = (changes: Partial<QuietHours>) => {
    if (value) quietHours.value = { ...value, ...changes }
  }
  return (
    <>
      <label class="switch">
        <input
          type="checkbox"
          checked={value !== null}
          onChange={(event) => {
            quietHours.value = event.currentTarget.checked ? NIGHT : null
          }}
        />
        <span>
          {t.alerts.quiet}
          <span class="hint">{t.alerts.quietHint}</span>
        </span>
      </label>
      {value && (
        <div class="hours">
          <Clock label={t.alerts.from} time={value.from} set={(from) => change({ from })} />
          <Clock label={t.alerts.to} time={value.to} set={(to) => change({ to })} />
        </div>
      )}
    </>
  )
}

/** A field for a time of day. An emptied field keeps its value. */
const Clock = ({ label, time, set }: { label: string; time: string; set: (time: string) => void }) => (
  <label>
    {label}
    <input
      type="time"
      value={time}
      onChange={({ currentTarget }) => {
        if (currentTarget.value) set(currentTarget.value)
        else currentTarget.value = time
      }}
    />
  </label>
)
