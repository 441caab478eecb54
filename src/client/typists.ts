/** The members who are typing in a room, until they stop or the event gets old. */

export interface Typist {
  id: number
  username: string
  fullName: string
}

/** Milliseconds for which a `typing` event counts. The server sends it at most every two seconds. */
const TYPING_LIFETIME = 6_000

export class Typists {
  readonly #changed: () => void
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>()
  list: readonly Typist[] = []

  constructor(changed: () => void) {
    this.#changed = changed
  }

  started(typist: Typist): void {
    const { id } = typist
    clearTimeout(this.#timers.get(id))
    this.#timers.set(
      id,
      setTimeout(() => this.stopped(id), TYPING_LIFETIME),
    )
    if (this.list.some((each) => each.id === id)) return
    this.list = [...this.list, typist]
    this.#changed()
  }

  stopped(id: number): void {
    clearTimeout(this.#timers.get(id))
    if (!this.#timers.delete(id)) return
    this.list = this.list.filter((typist) => typist.id !== id)
    this.#changed()
  }
}
