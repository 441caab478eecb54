/** Who is typing, and telling that I am. */
import type { Typist } from './room-view'

/** The server passes typing on at most every two seconds, and it counts for this long, in milliseconds. */
const SHOWN = 6_000
/** While somebody goes on typing it is said again this often. */
const SAID_EVERY = 3_000

export class Typing {
  readonly #send: (type: 'typing' | 'stop_typing') => void
  readonly #changed: () => void
  readonly #typists = new Map<number, { username: string; timer: ReturnType<typeof setTimeout> }>()
  #saidAt = 0

  constructor(send: (type: 'typing' | 'stop_typing') => void, changed: () => void) {
    this.#send = send
    this.#changed = changed
  }

  get typists(): Typist[] {
    return [...this.#typists].map(([id, { username }]) => ({ id, username }))
  }

  started(id: number, username: string): void {
    const known = this.#typists.get(id)
    clearTimeout(known?.timer)
    const timer = setTimeout(() => this.stopped(id), SHOWN)
    this.#typists.set(id, { username, timer })
    if (!known) this.#changed()
  }

  stopped(id: number): void {
    clearTimeout(this.#typists.get(id)?.timer)
    if (this.#typists.delete(id)) this.#changed()
  }

  /** Nobody is, as far as can be known without a connection. */
  clear(): void {
    for (const { id } of this.typists) this.stopped(id)
    this.#saidAt = 0
  }

  /** To be called on every keystroke. */
  say(): void {
    const now = Date.now()
    if (now - this.#saidAt < SAID_EVERY) return
    this.#saidAt = now
    this.#send('typing')
  }

  sayStopped(sent = false): void {
    if (this.#saidAt === 0) return
    this.#saidAt = 0
    // A message that was sent says so by itself.
    if (!sent) this.#send('stop_typing')
  }
}
