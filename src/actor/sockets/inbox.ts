/** Frames that have arrived and are handled together: what they write is one commit, what they cause leaves together. */
import { CLOSE, LIMITS } from '../../config'
import { bytesOf, type Dialect, receive } from './receive'
import type { Connection, Sockets } from './sockets'

/**
 * Each frame comes as an event of its own, and each event that writes is a commit of its own, with a wait for the disk
 * in which the whole actor stands still. Frames that arrive together are therefore kept until the end of the turn and
 * handled in one, in the order of their arrival. Until then nobody has been told anything of them: a life that ends
 * before is as if they had not arrived.
 */
export class Inbox<Up, Name extends keyof Up & string, Data> {
  readonly #sockets: Sockets<Data>
  readonly #dialect: Dialect<Up, Name, Data>
  #waiting: { from: Connection<Data>; data: string | ArrayBuffer }[] = []
  /** Frames of connections whose person's budget is being asked: they keep their order, and nobody else waits. */
  readonly #waitingForBudget = new Map<Connection<Data>, Waiting>()

  constructor(sockets: Sockets<Data>, dialect: Dialect<Up, Name, Data>) {
    this.#sockets = sockets
    this.#dialect = dialect
  }

  /** Keeps a frame until the end of the turn. */
  add(from: Connection<Data>, data: string | ArrayBuffer): void {
    // A task, not a microtask: frames that have already arrived come before it.
    if (this.#waiting.push({ from, data }) === 1) setTimeout(() => this.handleAll(), 0)
  }

  /** Handles what is waiting. To be called before a socket's close, which comes after what was said on it. */
  handleAll(): void {
    const waiting = this.#waiting
    if (waiting.length === 0) return
    this.#waiting = []
    for (const { from, data } of waiting) {
      if (!this.#isOpen(from)) continue
      const held = this.#waitingForBudget.get(from)
      if (held) this.#appendWaiting(from, held, data)
      else {
        const wait = receive(this.#sockets, from, data, this.#dialect)
        if (wait) this.#startWaiting(from, data, wait)
      }
    }
    this.#sockets.flush()
  }

  /** Resolves when nothing of a connection is held; undefined when nothing is. To be awaited before its close. */
  waitingOf(from: Connection<Data> | undefined): Promise<void> | undefined {
    return from && this.#waitingForBudget.get(from)?.handled
  }

  /** Closed by us meanwhile, a connection has lost the right to be heard. */
  #isOpen(from: Connection<Data>): boolean {
    return this.#sockets.get(from.socket) === from
  }

  #startWaiting(from: Connection<Data>, first: string | ArrayBuffer, wait: Promise<void>): void {
    const held: Waiting = { frames: [first], size: bytesOf(first), handled: Promise.resolve() }
    this.#waitingForBudget.set(from, held)
    held.handled = this.#handleWaiting(from, held, wait)
  }

  #appendWaiting(from: Connection<Data>, held: Waiting, data: string | ArrayBuffer): void {
    held.frames.push(data)
    held.size += bytesOf(data)
    if (held.size > LIMITS.heldBytes) this.#sockets.close(from, CLOSE.tooMany, 'Too many frames.')
  }

  async #handleWaiting(from: Connection<Data>, held: Waiting, first: Promise<void>): Promise<void> {
    for (let wait: Promise<void> | undefined = first; wait; ) {
      await wait
      wait = undefined
      for (let next = held.frames[0]; next !== undefined && this.#isOpen(from); next = held.frames[0]) {
        wait = receive(this.#sockets, from, next, this.#dialect)
        if (wait) break
        held.frames.shift()
      }
    }
    this.#waitingForBudget.delete(from)
    this.#sockets.flush()
  }
}

interface Waiting {
  frames: (string | ArrayBuffer)[]
  size: number
  /** Resolves when all of them have been handled. */
  handled: Promise<void>
}
