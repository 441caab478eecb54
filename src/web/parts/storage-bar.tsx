/** The used part of a quota, with advice when it is nearly full. */
import { useEffect, useState } from 'preact/hooks'
import type { Camel } from '../../client/dialect'
import type * as Wire from '../../protocol'
import { chat } from '../chat'
import { formatBytes } from '../sizes'
import { t } from '../words'
import { attempt } from './toasts'

/** Loads the storage use of a path once; null until then. */
type StorageUse = Camel<Wire.StorageUse>

export function useStorage(path: string): StorageUse | null {
  const [use, setUse] = useState<StorageUse | null>(null)
  useEffect(() => void attempt(async () => setUse(await chat.api.get<StorageUse>(path))), [path])
  return use
}

export function StorageBar({ use, advice }: { use: StorageUse; advice: string }) {
  const { usedBytes, quotaBytes, level } = use
  const used = formatBytes(usedBytes)
  const words = quotaBytes === null ? used : t.storage.used(used, formatBytes(quotaBytes))
  return (
    <div class={`storage ${level}`} role={level === 'ok' ? undefined : 'status'}>
      {quotaBytes !== null && (
        <meter min={0} max={quotaBytes} high={quotaBytes * 0.8} value={usedBytes} aria-label={words} />
      )}
      <p class="hint">{words}</p>
      {level !== 'ok' && (
        <p>
          <b>{level === 'full' ? t.storage.full : t.storage.near}</b> {advice}
        </p>
      )}
    </div>
  )
}
