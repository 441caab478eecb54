/** Unsent messages of one person in storage, for after a reload. */
import type { ChatStorage } from './environment'
import type { Waiting } from './outbox'

interface Kept {
  room: number
  waiting: Waiting
}

export class Unsent {
  readonly #storage: ChatStorage
  readonly #key: () => string | undefined

  /** `key` is undefined while it is not known whose messages these are: then nothing is kept. */
  constructor(storage: ChatStorage, key: () => string | undefined) {
    this.#storage = storage
    this.#key = key
  }

  /** Everything that is kept, in the order it was written. */
  all(): Kept[] {
    const key = this.#key()
    return JSON.parse((key && this.#storage.getItem(key)) || '[]') as Kept[]
  }

  /** Other tabs keep theirs in the same place: only this one is put in, and the order of the rest stays. */
  keep(room: number, waiting: Waiting): void {
    const all = this.all()
    const place = all.findIndex((kept) => nameOf(kept) === nameOf({ room, waiting }))
    all.splice(place < 0 ? all.length : place, 1, { room, waiting })
    this.#write(all)
  }

  forget(client_id: string): void {
    this.#write(this.all().filter((kept) => nameOf(kept) !== client_id))
  }

  #write(all: Kept[]): void {
    const key = this.#key()
    if (!key) return
    try {
      if (all.length === 0) this.#storage.removeItem(key)
      else this.#storage.setItem(key, JSON.stringify(all))
    } catch {
      // Storage is full: the message is sent all the same, it would only not survive a reload.
    }
  }
}

const nameOf = ({ waiting }: Kept): string => waiting.draft.body.client_id
