/** The one client of this page, and its live things as state of components. */
import { useEffect, useState } from 'preact/hooks'
import { createChat, type Fetch, type Readable } from '../client'
import { ownStorage } from './demo/tab'

/** Browsers carry at most 64 KiB of requests over the end of their page; a character has up to 3 bytes. */
const MOST_CARRIED = 16_000
/** So many requests at once. */
const MOST_AT_ONCE = 16
let carried = 0
let atOnce = 0

/** A request that changes something is carried on when its page closes, as long as the browser takes it. */
const carryingFetch: Fetch = async (input, init) => {
  const { method = 'GET', body = null } = init
  const size = body === null ? 0 : typeof body === 'string' ? body.length : Number.POSITIVE_INFINITY
  if (method === 'GET' || carried + size > MOST_CARRIED || atOnce >= MOST_AT_ONCE) return fetch(input, init)
  carried += size
  atOnce++
  try {
    return await fetch(input, { ...init, keepalive: true })
  } finally {
    carried -= size
    atOnce--
  }
}

export const chat = createChat({
  url: location.origin,
  fetch: carryingFetch,
  ...(ownStorage ? { storage: ownStorage } : {}),
})

/** A live thing's newest snapshot; the component draws again when there is another. */
export function useReadable<S>(readable: Readable<S>): S {
  const [snapshot, setSnapshot] = useState(() => readable.getSnapshot())
  useEffect(() => readable.subscribe((newest) => setSnapshot(() => newest)), [readable])
  return snapshot
}
