/** The one client of this page, and its live things as state of components. */
import { useEffect, useState } from 'preact/hooks'
import { createChat, type Fetch, type Readable } from '../client'
import { tabStorage } from './demo/tab'

/** Browsers carry at most 64 KiB of requests over the end of their page; a character has up to 3 bytes. */
const MAX_KEEPALIVE_LENGTH = 16_000
/** So many requests at once. */
const MAX_KEEPALIVE_REQUESTS = 16
let pendingLength = 0
let pendingRequests = 0

/** A request that changes something is carried on when its page closes, as long as the browser takes it. */
const keepaliveFetch: Fetch = async (input, init) => {
  const { method = 'GET', body = null } = init
  const size = body === null ? 0 : typeof body === 'string' ? body.length : Number.POSITIVE_INFINITY
  if (method === 'GET' || pendingLength + size > MAX_KEEPALIVE_LENGTH || pendingRequests >= MAX_KEEPALIVE_REQUESTS)
    return fetch(input, init)
  pendingLength += size
  pendingRequests++
  try {
    return await fetch(input, { ...init, keepalive: true })
  } finally {
    pendingLength -= size
    pendingRequests--
  }
}

export const chat = createChat({
  url: location.origin,
  fetch: keepaliveFetch,
  ...(tabStorage ? { storage: tabStorage } : {}),
})

/** A live thing's newest snapshot; the component draws again when there is another. */
export function useReadable<S>(readable: Readable<S>): S {
  const [snapshot, setSnapshot] = useState(() => readable.getSnapshot())
  useEffect(() => readable.subscribe((newest) => setSnapshot(() => newest)), [readable])
  return snapshot
}
