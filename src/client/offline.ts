/** Unsent messages that survive a reload: `createChat({ url, offline })`. */
import type { OutboxEntry } from './room/outbox'
import { needsUpload, type Offline, type UnsentMessages } from './room/unsent'
import type { Persisted } from './storage'

interface Kept {
  roomId: number
  waiting: OutboxEntry
}

/** Keeps unsent messages in the storage of the client, for each user. */
export const offline: Offline = (storage, key) => new KeptMessages(storage, key)

class KeptMessages implements UnsentMessages {
  readonly #storage: Persisted
  readonly #key: () => string | undefined

  constructor(storage: Persisted, key: () => string | undefined) {
    this.#storage = storage
    this.#key = key
  }

  load(): Promise<void> | undefined {
    const key = this.#key()
    return key === undefined ? undefined : this.#storage.load(key)
  }

  rooms(): number[] {
    return this.#all().map(({ roomId }) => roomId)
  }

  of(roomId: number): OutboxEntry[] {
    return this.#all().flatMap(({ roomId: id, waiting }) => (id === roomId ? withoutLostFile(waiting) : []))
  }

  save(roomId: number, waiting: OutboxEntry): void {
    this.#change((all) => {
      const index = all.findIndex((kept) => clientIdOf(kept) === clientIdOf({ roomId, waiting }))
      return all.toSpliced(index < 0 ? all.length : index, 1, { roomId, waiting })
    })
  }

  remove(clientId: string): void {
    this.#change((all) => all.filter((kept) => clientIdOf(kept) !== clientId))
  }

  /** All stored messages, in the order in which they were written. */
  #all(): Kept[] {
    const kept = this.#storage.get<Kept[]>(this.#key() ?? '')
    return Array.isArray(kept) ? kept.filter((each) => each?.waiting?.draft?.body?.clientId) : []
  }

  /** Keeps the other messages, because other tabs use the same key. Waits for an asynchronous storage, to know them. */
  #change(change: (all: Kept[]) => Kept[]): void {
    const key = this.#key()
    if (key === undefined) return
    const write = () => {
      const all = change(this.#all())
      if (all.length === 0) this.#storage.write(key, null)
      else this.#storage.set(key, all)
    }
    const loaded = this.#storage.load(key)
    if (loaded) void loaded.then(write)
    else write()
  }
}

/** A file does not survive a reload, its upload does. */
function withoutLostFile(waiting: OutboxEntry): OutboxEntry {
  const { draft } = waiting
  if (!needsUpload(draft)) return waiting
  const error = { code: 'attachment_lost', message: `Choose ${draft.attachment?.name} again.` }
  return { draft, state: { status: 'failed', error } }
}

const clientIdOf = ({ waiting }: Kept): string => waiting.draft.body.clientId
