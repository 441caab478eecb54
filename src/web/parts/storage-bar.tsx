/** The used part of a quota, with advice when it is nearly full. */
import { useEffect, useState } from 'preact/hooks'
import type { StorageUse } from '../../protocol'
import { chat } from '../chat'
import { formatBytes } from '../sizes'
import { t } from '../words'
import { attempt } from './toasts'

/** Loads the storage use of a path once; null until then. */
export function useStorage(path: string): StorageUse | null {
  const [use, setUse] = useState<StorageUse | null>(null)
  useEffect(() => void attempt(async () => setUse(await chat.api.get<StorageUse>(path))), [path])
  return use
}

export function StorageBar({ use, advice }: { use: StorageUse; advice: string }) {
  const { used_bytes, quota_bytes, level } = use
  const used = formatBytes(used_bytes)
  const words = quota_bytes === null ? used : t.storage.used(used, formatBytes(quota_bytes))
  return (
    <div class={`storage ${level}`} role={level === 'ok' ? undefined : 'status'}>
      {quota_bytes !== null && (
        <meter min={0} max={quota_bytes} high={quota_bytes * 0.8} value={used_bytes} aria-label={words} />
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
