/**
 * Copies of the room list and of recent rooms in IndexedDB, for reading without a connection. They belong to one session and
 * are removed when it ends here, in another tab or on the server.
 */
import { clear, createStore, delMany, get, keys, set } from 'idb-keyval'
import { useEffect, useState } from 'preact/hooks'
import type { Participant, RoomDetail, RoomInList, RoomMessage, RoomSnapshot } from '../../client'
import { chat, useReadable } from '../chat'
import { tabStorage } from '../demo/tab'

export interface SavedRoom {
  /** The time of the copy, in milliseconds since 1970. */
  at: number
  room: RoomDetail
  members: readonly Participant[]
  messages: readonly RoomMessage[]
}

/** Newest messages of each room, number of rooms, and age in milliseconds. */
const MAX_MESSAGES = 50
const MAX_ROOMS = 30
const MAX_AGE = 14 * 86_400_000
/** Rooms in the copy of the list. */
const MAX_LISTED = 50
/** Milliseconds for which changes are collected before one write. */
const WRITE_DELAY = 500

/** Demo tabs share a browser but not a person, so they store nothing. */
const store = tabStorage || !globalThis.indexedDB ? undefined : createStore('parlour-copies', 'kept')

// The copies of earlier releases, which have the names of the wire.
if (store) indexedDB.deleteDatabase('parlour')

type Key = [person: number, what: 'list'] | [person: number, what: 'room', room: number]
const isRoom = (key: Key): key is [number, 'room', number] => key[1] === 'room'

/** Runs `work` with the store. Returns undefined without IndexedDB, as in some private windows, or if it fails. */
async function withStore<T>(work: (kept: NonNullable<typeof store>) => Promise<T>): Promise<T | undefined> {
  try {
    return store && (await work(store))
  } catch {
    return undefined
  }
}

const keysOf = (kept: NonNullable<typeof store>) => keys<IDBValidKey>(kept) as unknown as Promise<Key[]>

const timers = new Map<string, ReturnType<typeof setTimeout>>()

let person: number | undefined
chat.auth.subscribe((user) => {
  if (user?.id === person && user) return
  person = user?.id
  for (const timer of timers.values()) clearTimeout(timer)
  timers.clear()
  void withStore(async (kept) => {
    if (person === undefined) return clear(kept)
    const foreign = (await keysOf(kept)).filter(([whose]) => whose !== person)
    return delMany(foreign as unknown as IDBValidKey[], kept)
  })
})
chat.on('room.removed', ({ roomId }) => removeSavedRoom(roomId))

/** Schedules a write. A later one of the same name replaces it. */
function scheduleWrite(
  name: string,
  write: (kept: NonNullable<typeof store>, person: number) => Promise<unknown>,
): void {
  clearTimeout(timers.get(name))
  const whose = person
  if (whose === undefined) return
  timers.set(
    name,
    setTimeout(() => {
      timers.delete(name)
      if (whose === person) void withStore((kept) => write(kept, whose))
    }, WRITE_DELAY),
  )
}

export function saveRoom(id: number, { room, members, messages, hasNewer, connection }: RoomSnapshot): void {
  if (!room || hasNewer || connection.status !== 'online') return
  const stored = messages.filter((message) => message.id !== null).slice(-MAX_MESSAGES)
  const now: SavedRoom = { at: Date.now(), room, members, messages: stored }
  scheduleWrite(`room ${id}`, async (kept, whose) => {
    const isNew = (await get([whose, 'room', id], kept)) === undefined
    await set([whose, 'room', id], now, kept)
    if (isNew) await prune(kept, whose)
  })
}

/** Removes the oldest copies beyond `MAX_ROOMS`, and copies older than `MAX_AGE`. */
async function prune(kept: NonNullable<typeof store>, whose: number): Promise<void> {
  const mine = (await keysOf(kept)).filter((key) => key[0] === whose && isRoom(key))
  const rooms = await Promise.all(mine.map(async (key) => ({ key, at: (await get<SavedRoom>(key, kept))?.at ?? 0 })))
  rooms.sort((a, b) => b.at - a.at)
  const gone = rooms.filter(({ at }, place) => place >= MAX_ROOMS || at < Date.now() - MAX_AGE)
  await delMany(
    gone.map(({ key }) => key),
    kept,
  )
}

export function removeSavedRoom(id: number): void {
  clearTimeout(timers.get(`room ${id}`))
  const whose = person
  if (whose !== undefined) void withStore((kept) => delMany([[whose, 'room', id]], kept))
}

export const saveRoomList = (rooms: readonly RoomInList[]): void =>
  scheduleWrite('list', (kept, whose) => set([whose, 'list'], rooms.slice(0, MAX_LISTED), kept))

/** Tells whether the server is unreachable. */
export function useOffline(): boolean {
  const { status } = useReadable(chat.connection)
  const isLost = status === 'reconnecting' || (status !== 'online' && !navigator.onLine)
  // Stays true during attempts to reconnect, until one succeeds.
  const [wasLost, setWasLost] = useState(false)
  useEffect(() => {
    if (isLost) setWasLost(true)
    else if (status === 'online') setWasLost(false)
  }, [isLost, status])
  return isLost || (wasLost && status !== 'online')
}

function useSaved<T>(key: Key | undefined): T | undefined {
  const [found, setFound] = useState<{ name: string; value: T | undefined }>()
  const name = key?.join('/') ?? ''
  // biome-ignore lint/correctness/useExhaustiveDependencies: the name is the key
  useEffect(() => {
    let isWanted = true
    if (key) void withStore((kept) => get<T>(key, kept)).then((value) => isWanted && setFound({ name, value }))
    return () => {
      isWanted = false
    }
  }, [name])
  return found?.name === name ? found.value : undefined
}

/** The copy of a room, if `wanted` and not too old. */
export function useSavedRoom(id: number, wanted: boolean): SavedRoom | undefined {
  const kept = useSaved<SavedRoom>(wanted && person !== undefined ? [person, 'room', id] : undefined)
  return kept && kept.at > Date.now() - MAX_AGE ? kept : undefined
}

export const useSavedRoomList = (wanted: boolean): readonly RoomInList[] | undefined =>
  useSaved<RoomInList[]>(wanted && person !== undefined ? [person, 'list'] : undefined)

/** The snapshot of a room that is not loaded: its offline copy, with the messages that were written since. */
export const withSavedRoom = (live: RoomSnapshot, { room, members, messages }: SavedRoom): RoomSnapshot => ({
  ...live,
  room,
  members,
  messages: [...messages, ...live.messages],
})
