/** The banner about a lost connection, and for a moment about its return. */
import { useEffect, useState } from 'preact/hooks'
import { chat, useReadable } from './chat'
import { t } from './words'

/** Milliseconds after which a loss is shown, and for which its end is shown. */
const SHOW_AFTER = 2_000
const RESTORED_FOR = 2_000

export function ConnectionBanner() {
  const state = useReadable(chat.connection)
  const [shown, setShown] = useState<'nothing' | 'lost' | 'back'>('nothing')
  const [until, setUntil] = useState(0)
  const [now, setNow] = useState(Date.now())
  const network = useNetwork()
  const lost = !network || state.status === 'reconnecting' || (shown === 'lost' && state.status === 'connecting')

  useEffect(() => {
    if (lost) {
      const timer = setTimeout(() => setShown('lost'), SHOW_AFTER)
      return () => clearTimeout(timer)
    }
    setShown((before) => (before === 'lost' ? 'back' : 'nothing'))
    const timer = setTimeout(() => setShown('nothing'), RESTORED_FOR)
    return () => clearTimeout(timer)
  }, [lost])

  useEffect(() => {
    if (state.status === 'reconnecting') setUntil(Date.now() + state.retryInMs)
    setNow(Date.now())
  }, [state])
  useEffect(() => {
    if (shown !== 'lost') return
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [shown])

  if (shown === 'nothing') return null
  if (shown === 'back')
    return (
      <div class="banner good" role="status">
        {t.connection.back}
      </div>
    )
  return (
    <div class="banner" role="status">
      {network ? (
        <>
          <span aria-live="off">{t.connection.offline(Math.max(0, Math.ceil((until - now) / 1000)))}</span>
          <button type="button" class="link" onClick={() => chat.connect()}>
            {t.connection.retry}
          </button>
        </>
      ) : (
        t.connection.noNetwork
      )}
    </div>
  )
}

/** Tells whether the device has a network, which is known long before a silent socket times out. */
function useNetwork(): boolean {
  const [network, setNetwork] = useState(navigator.onLine)
  useEffect(() => {
    const look = () => setNetwork(navigator.onLine)
    addEventListener('online', look)
    addEventListener('offline', look)
    return () => {
      removeEventListener('online', look)
      removeEventListener('offline', look)
    }
  }, [])
  return network
}
