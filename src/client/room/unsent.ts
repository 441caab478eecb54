/** The user's unsent messages in storage, for after a reload. The storage has the names of the wire. */
import { fromWire, toWire } from '../dialect'
import type { ChatStorage } from '../environment'
import type { OutboxEntry } from './outbox'

interface UnsentMessage {
  roomId: number
  waiting: OutboxEntry
}

export class UnsentMessages {
  readonly #storage: ChatStorage
  readonly #key: () => string | undefined

  /** `key` returns undefined while the user is not known: then nothing is stored. */
  constructor(storage: ChatStorage, key: () => string | undefined) {
    this.#storage = storage
    this.#key = key
  }

  /** All stored messages, in the order in which they were written. */
  all(): UnsentMessage[] {
    const key = this.#key()
    return fromWire(JSON.parse((key && this.#storage.getItem(key)) || '[]'))
  }

  /** Stores one message and keeps the others, because other tabs use the same key. */
  save(roomId: number, waiting: OutboxEntry): void {
    const all = this.all()
    const index = all.findIndex((kept) => clientIdOf(kept) === clientIdOf({ roomId, waiting }))
    all.splice(index < 0 ? all.length : index, 1, { roomId, waiting })
    this.#write(all)
  }

  remove(clientId: string): void {
    this.#write(this.all().filter((kept) => clientIdOf(kept) !== clientId))
  }

  #write(all: UnsentMessage[]): void {
    const key = this.#key()
    if (!key) return
    try {
      if (all.length === 0) this.#storage.removeItem(key)
      else this.#storage.setItem(key, JSON.stringify(toWire(all)))
    } catch {
      // The storage is full: the message is sent, but does not survive a reload.
    }
  }
}

const clientIdOf = ({ waiting }: UnsentMessage): string => waiting.draft.body.clientId
