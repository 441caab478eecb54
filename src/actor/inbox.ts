/** Frames that have arrived and are handled together: what they write is one commit, what they cause leaves together. */
import { type Dialect, receive } from './receive'
import type { Connection, Sockets } from './sockets'

/**
 * Each frame comes as an event of its own, and each event that writes is a commit of its own, with a wait for the disk
 * in which the whole actor stands still. Frames that arrive together are therefore kept until the end of the turn and
 * handled in one, in the order of their arrival. Until then nobody has been told anything of them: a life that ends
 * before is as if they had not arrived.
 */
export class Inbox<Up, Name extends keyof Up & string, Place> {
  readonly #sockets: Sockets<Place>
  readonly #dialect: Dialect<Up, Name, Place>
  #waiting: { from: Connection<Place>; data: string | ArrayBuffer }[] = []

  constructor(sockets: Sockets<Place>, dialect: Dialect<Up, Name, Place>) {
    this.#sockets = sockets
    this.#dialect = dialect
  }

  /** Keeps a frame until the end of the turn. */
  add(from: Connection<Place>, data: string | ArrayBuffer): void {
    // A task, not a microtask: frames that have already arrived come before it.
    if (this.#waiting.push({ from, data }) === 1) setTimeout(() => this.empty(), 0)
  }

  /** Handles what is waiting. To be called before a socket's close, which comes after what was said on it. */
  empty(): void {
    const waiting = this.#waiting
    if (waiting.length === 0) return
    this.#waiting = []
    for (const { from, data } of waiting) {
      // Closed by us meanwhile, it has lost the right to be heard.
      if (this.#sockets.get(from.socket) === from) receive(this.#sockets, from, data, this.#dialect)
    }
    this.#sockets.flush()
  }
}
