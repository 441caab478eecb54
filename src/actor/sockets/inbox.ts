/** Handles frames that arrived together in one turn: their writes are one commit, and their events leave together. */
import { CLOSE, LIMITS } from '../../config'
import type { Connection } from './connection'
import { bytesOf, type Dialect, receive } from './receive'
import type { Sockets } from './sockets'

/**
 * The runtime delivers each frame as an event of its own, and each event that writes is a commit of its own, during which the
 * whole actor waits for the disk. So frames are kept until the end of the turn and handled in the order of their arrival.
 * Nothing has been acknowledged before: if the instance ends, the frames count as not arrived.
 */
export class Inbox<Up, Name extends keyof Up & string, Data> {
  readonly #sockets: Sockets<Data>
  readonly #dialect: Dialect<Up, Name, Data>
  #waiting: { from: Connection<Data>; data: string | ArrayBuffer }[] = []
  /** Frames of connections that wait for their user's budget. They keep their order, and other connections do not wait. */
  readonly #waitingForBudget = new Map<Connection<Data>, Waiting>()

  constructor(sockets: Sockets<Data>, dialect: Dialect<Up, Name, Data>) {
    this.#sockets = sockets
    this.#dialect = dialect
  }

  /** Keeps a frame until the end of the turn. */
  add(from: Connection<Data>, data: string | ArrayBuffer): void {
    // A task, not a microtask: frames that have already arrived are added first.
    if (this.#waiting.push({ from, data }) === 1) setTimeout(() => this.handleAll(), 0)
  }

  /** Handles all waiting frames. To be called before a socket's close, which comes after the frames that it sent. */
  handleAll(): void {
    const waiting = this.#waiting
    if (waiting.length === 0) return
    this.#waiting = []
    for (const { from, data } of waiting) {
      if (!this.#isOpen(from)) continue
      const waitingFrames = this.#waitingForBudget.get(from)
      if (waitingFrames) this.#appendWaiting(from, waitingFrames, data)
      else {
        const wait = receive(this.#sockets, from, data, this.#dialect)
        if (wait) this.#startWaiting(from, data, wait)
      }
    }
    this.#sockets.flush()
  }

  /** Resolves when no frame of a connection waits for its budget; undefined when none does. To be awaited before its close. */
  waitingOf(from: Connection<Data> | undefined): Promise<void> | undefined {
    return from && this.#waitingForBudget.get(from)?.handled
  }

  /** Frames of a connection that the server has closed are dropped. */
  #isOpen(from: Connection<Data>): boolean {
    return this.#sockets.get(from.socket) === from
  }

  #startWaiting(from: Connection<Data>, first: string | ArrayBuffer, wait: Promise<void>): void {
    const waiting: Waiting = { frames: [first], size: bytesOf(first), handled: Promise.resolve() }
    this.#waitingForBudget.set(from, waiting)
    waiting.handled = this.#handleWaiting(from, waiting, wait)
  }

  #appendWaiting(from: Connection<Data>, waiting: Waiting, data: string | ArrayBuffer): void {
    waiting.frames.push(data)
    waiting.size += bytesOf(data)
    if (waiting.size > LIMITS.heldBytes) this.#sockets.close(from, CLOSE.tooMany, 'Too many frames.')
  }

  async #handleWaiting(from: Connection<Data>, waiting: Waiting, first: Promise<void>): Promise<void> {
    for (let wait: Promise<void> | undefined = first; wait; ) {
      await wait
      wait = undefined
      for (let next = waiting.frames[0]; next !== undefined && this.#isOpen(from); next = waiting.frames[0]) {
        wait = receive(this.#sockets, from, next, this.#dialect)
        if (wait) break
        waiting.frames.shift()
      }
    }
    this.#waitingForBudget.delete(from)
    this.#sockets.flush()
  }
}

interface Waiting {
  frames: (string | ArrayBuffer)[]
  size: number
  /** Resolves when all frames have been handled. */
  handled: Promise<void>
}
