/** The chat client of this page, and its snapshots as state of components. */
import { useEffect, useState } from 'preact/hooks'
import { createChat, type Fetch, type Readable } from '../client'
import { accountsOf } from '../client/accounts'
import { notificationsOf } from '../client/notifications'
import { offline } from '../client/offline'
import { peopleOf } from '../client/people'
import { type Management, managementOf, roomsOf } from '../client/rooms'
import { uploads } from '../client/uploads'
import { tabStorage } from './demo/tab'

/** Characters in `keepalive` requests at once. Browsers allow 64 KiB, and a character has up to 3 bytes. */
const MAX_KEEPALIVE_LENGTH = 16_000
/** Number of `keepalive` requests at once. */
const MAX_KEEPALIVE_REQUESTS = 16
let pendingLength = 0
let pendingRequests = 0

/** Sends changes with `keepalive`, so that they survive the end of the page, within the browser's limits. */
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
  offline,
  uploads,
  ...(tabStorage ? { storage: tabStorage } : {}),
})

export const accounts = accountsOf(chat)
export const feed = notificationsOf(chat)
export const peopleDirectory = peopleOf(chat)
export const roomDirectory = roomsOf(chat)

/** What admins do in a room. */
export const manage = (room: { id: number }): Management => managementOf(chat, room.id)

/** The newest snapshot of a `Readable`. The component renders again when it changes. */
export function useReadable<S>(readable: Readable<S>): S {
  const [snapshot, setSnapshot] = useState(() => readable.getSnapshot())
  useEffect(() => readable.subscribe((newest) => setSnapshot(() => newest)), [readable])
  return snapshot
}
