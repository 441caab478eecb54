/**
 * Changes that the app shows before the server has them: deletions that can still be undone, and messages read without a
 * connection. They stay in storage until the server has them, so that closing the page loses none: a closing page sends
 * them, and the next page of the same person sends them again. Sending a change twice has no further effect.
 */
import { signal } from '@preact/signals'
import { ChatError } from '../client'
import { accounts, chat } from './chat'

export interface PendingChange {
  kind: 'delete' | 'read'
  room: number
  /** The message to delete, or the last message that was read. */
  message: number
}

interface StoredChange extends PendingChange {
  person: number
  /** The page that sends the change while it is open. */
  page: string
}

const KEY = 'parlour:unfinished'
const page = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`
const lockOf = (page: string) => `parlour:page:${page}`

/** Changes that did not fit into the storage: they last as long as this page. */
let unstored: readonly StoredChange[] = []
/** Deletions that can still be undone. */
const undoable = new Set<string>()
/** Deletions that the server has, and whose event may not have arrived yet. */
const deleted = new Set<string>()

/** Messages that this person has deleted, even if the server does not know yet, as `room/message`. */
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
    // The storage is full or missing.
    unstored = work
  }
}

const isSame = (a: PendingChange, b: PendingChange) => a.kind === b.kind && a.room === b.room && a.message === b.message

/** True if `by` replaces `old`: the furthest read of a room is enough. */
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

/** Deletes a message when `finish` is called, or when the page closes. */
export function scheduleDeletion(work: PendingChange): { undo: () => void; send: () => Promise<ChatError | null> } {
  undoable.add(messageKey(work))
  add(work)
  // Renews the access token now, because a closing page has no time to do so.
  void accounts.profile().catch(() => undefined)
  return {
    undo() {
      undoable.delete(messageKey(work))
      remove(work)
      setHidden(work, false)
    },
    send: () => finish(work),
  }
}

/** Stores a read position that cannot be sent now. */
export const scheduleRead = (room: number, message: number): void => add({ kind: 'read', room, message })

const path = ({ room, message }: PendingChange) => `/chatrooms/${room}/messages/${message}/`

/** @returns the server's refusal; null if the server has the change, or the change is to be sent again */
async function finish(work: PendingChange): Promise<ChatError | null> {
  undoable.delete(messageKey(work))
  try {
    if (work.kind === 'delete') await chat.api.delete(path(work))
    else await chat.api.post(`${path(work)}mark_as_read/`)
  } catch (error) {
    if (!(error instanceof ChatError)) throw error
    // Without an answer or a session the change stays pending.
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

/** Sends all changes now, also those that could still be undone. */
export async function sendAll(): Promise<void> {
  await Promise.all(mine().map((work) => finish(work)))
}

/** Takes over the changes of pages that are closed. */
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
    // An open page holds the lock of its changes.
    if (navigator.locks) void navigator.locks.request(lockOf(work.page), () => void again())
    else void again()
  }
}

/** Sends pending changes of closed pages, now and after each reconnect. */
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
  // This event reports only writes of other pages: their deletions and undos.
  addEventListener('storage', ({ key }) => {
    if (key !== KEY) return
    const names = mine()
      .filter(({ kind }) => kind === 'delete')
      .map(messageKey)
    locallyDeleted.value = new Set([...names, ...deleted])
  })
}
