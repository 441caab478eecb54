/**
 * Work that is shown as done before the server has it: a deletion that can still be undone, messages read without a
 * connection. It stays in storage until the server has it, so that no closing of the page loses it: a page that closes
 * sends it off, and the next page of the same person sends it again. All of it may be done twice.
 */
import { signal } from '@preact/signals'
import { ChatError } from '../client'
import { chat } from './chat'

export interface PendingChange {
  kind: 'delete' | 'read'
  room: number
  /** The message to delete, or up to which everything was read. */
  message: number
}

interface StoredChange extends PendingChange {
  person: number
  /** The page that does it while it is open. */
  page: string
}

const KEY = 'parlour:unfinished'
const page = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`
const lockOf = (page: string) => `parlour:page:${page}`

/** Work for which there was no room in the storage: it lasts as long as this page. */
let unstored: readonly StoredChange[] = []
/** Deletions that wait for the end of the time in which they can be undone. */
const undoable = new Set<string>()
/** Deletions that the server has, which may not have been heard of in the room yet. */
const deleted = new Set<string>()

/** What is deleted for its reader, though the server may not have it yet, as `room/message`. */
export const locallyDeleted = signal<ReadonlySet<string>>(new Set())

export const messageKey = ({ room, message }: Pick<PendingChange, 'room' | 'message'>): string => `${room}/${message}`

function readAll(): readonly StoredChange[] {
  try {
    return [...(JSON.parse(localStorage.getItem(KEY) ?? '[]') as StoredChange[]), ...unstored]
  } catch {
    return unstored
  }
}

function write(work: readonly StoredChange[]): void {
  unstored = []
  try {
    if (work.length > 0) localStorage.setItem(KEY, JSON.stringify(work))
    else localStorage.removeItem(KEY)
  } catch {
    // The storage is full, or there is none.
    unstored = work
  }
}

const isSame = (a: PendingChange, b: PendingChange) => a.kind === b.kind && a.room === b.room && a.message === b.message

/** Of what was read in a room the furthest is enough. */
const isSuperseded = (old: StoredChange, by: StoredChange) =>
  old.person === by.person &&
  (isSame(old, by) || (by.kind === 'read' && old.kind === 'read' && old.room === by.room && old.message < by.message))

function setHidden(work: PendingChange, on: boolean): void {
  if (work.kind !== 'delete') return
  const others = [...locallyDeleted.value].filter((name) => name !== messageKey(work))
  locallyDeleted.value = new Set(on ? [...others, messageKey(work)] : others)
}

function add(work: PendingChange): void {
  const person = chat.auth.user?.id
  if (person === undefined) return
  const kept = { ...work, person, page }
  write([...readAll().filter((each) => !isSuperseded(each, kept)), kept])
  setHidden(work, true)
}

const remove = (work: PendingChange): void => write(readAll().filter((each) => !isSame(each, work)))

/** Deletes a message once `finish` says so, or the page closes. */
export function scheduleDeletion(work: PendingChange): { undo: () => void; send: () => Promise<ChatError | null> } {
  undoable.add(messageKey(work))
  add(work)
  // A page that closes has no time to renew its token, and would lose the answer.
  void chat.auth.profile().catch(() => undefined)
  return {
    undo() {
      undoable.delete(messageKey(work))
      remove(work)
      setHidden(work, false)
    },
    send: () => finish(work),
  }
}

/** Keeps how far somebody has read while the room cannot be told. */
export const scheduleRead = (room: number, message: number): void => add({ kind: 'read', room, message })

const path = ({ room, message }: PendingChange) => `/chatrooms/${room}/messages/${message}/`

/** @returns why the server will not have it; null when it has it, or is to be asked again */
async function finish(work: PendingChange): Promise<ChatError | null> {
  undoable.delete(messageKey(work))
  try {
    if (work.kind === 'delete') await chat.api.delete(path(work))
    else await chat.api.post(`${path(work)}mark_as_read/`)
  } catch (error) {
    if (!(error instanceof ChatError)) throw error
    // Without an answer, or with the session ended, it is still to be done.
    if (error.retryable || error.status === 401) return null
    remove(work)
    setHidden(work, false)
    return error
  }
  if (work.kind === 'delete') deleted.add(messageKey(work))
  remove(work)
  return null
}

const mine = () => readAll().filter(({ person }) => person === chat.auth.user?.id)

/** Does everything now, also what could still be undone. */
export async function sendAll(): Promise<void> {
  await Promise.all(mine().map((work) => finish(work)))
}

/** Takes over what pages have left that are no longer open. */
function adoptFromClosedPages(): void {
  for (const work of mine()) {
    setHidden(work, true)
    if (work.page === page) continue
    const again = async () => {
      if (!readAll().some((each) => isSame(each, work))) return
      // Without a connection it fails now: as this page's own change it is sent again when there is one.
      write(readAll().map((each) => (isSame(each, work) ? { ...each, page } : each)))
      await finish(work)
    }
    // Its own page holds the lock for as long as it is open.
    if (navigator.locks) void navigator.locks.request(lockOf(work.page), () => void again())
    else void again()
  }
}

/** Does what was left unfinished, now and whenever there is a connection again. */
export function watchPendingChanges(): void {
  void navigator.locks?.request(lockOf(page), () => new Promise(() => undefined))
  let person: number | undefined
  chat.auth.subscribe((user) => {
    if (user?.id === person) return
    person = user?.id
    locallyDeleted.value = new Set()
    adoptFromClosedPages()
  })
  chat.on('connection.changed', ({ state }) => {
    if (state.status !== 'online') return
    for (const work of mine()) if (work.page === page && !undoable.has(messageKey(work))) void finish(work)
  })
  addEventListener('pagehide', () => void sendAll())
  // Told only of what other pages have written: what they delete, and what they undo.
  addEventListener('storage', ({ key }) => {
    if (key !== KEY) return
    const names = mine()
      .filter(({ kind }) => kind === 'delete')
      .map(messageKey)
    locallyDeleted.value = new Set([...names, ...deleted])
  })
}
