/** Unsent messages of one person in storage, for after a reload. */
import type { ChatStorage } from './environment'
import type { Waiting } from './outbox'

interface Kept {
  room: number
  waiting: Waiting
}

export class Unsent {
  readonly #storage: ChatStorage
  readonly #key: () => string | null

  /** `key` is null while it is not known whose messages these are: then nothing is kept. */
  constructor(storage: ChatStorage, key: () => string | null) {
    this.#storage = storage
    this.#key = key
  }

  /** The rooms that have some. */
  rooms(): number[] {
    return [...new Set(this.#read().map(({ room }) => room))]
  }

  of(room: number): Waiting[] {
    return this.#read().flatMap((kept) => (kept.room === room ? [kept.waiting] : []))
  }

  keep(room: number, waiting: Waiting): void {
    // Other tabs keep theirs in the same place: only this one is put in, and the order of the rest stays.
    const all = this.#read()
    const place = all.findIndex((kept) => kept.waiting.client_id === waiting.client_id)
    this.#write(place < 0 ? [...all, { room, waiting }] : all.with(place, { room, waiting }))
  }

  forget(client_id: string): void {
    const all = this.#read()
    const rest = all.filter((kept) => kept.waiting.client_id !== client_id)
    if (rest.length < all.length) this.#write(rest)
  }

  #read(): Kept[] {
    const key = this.#key()
    const raw = key === null ? null : this.#storage.getItem(key)
    return raw === null ? [] : (JSON.parse(raw) as Kept[])
  }

  #write(all: Kept[]): void {
    const key = this.#key()
    if (key === null) return
    try {
      if (all.length === 0) this.#storage.removeItem(key)
      else this.#storage.setItem(key, JSON.stringify(all))
    } catch {
      // Storage is full: the message is sent all the same, it would only not survive a reload.
    }
  }
}
