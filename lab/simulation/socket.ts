/** A socket between a device and an actor: frames arrive late but in order, until the connection is cut. */
import type { Actor } from './actor.ts'
import type { World } from './world.ts'

/** Whoever is at the other end of an actor's socket. */
export interface Peer {
  opened(line: Line): void
  received(text: string): void
  closed(code: number): void
}

const OPEN = 1
const CLOSING = 2
const CLOSED = 3

/** The actor's end, with the names that the runtime gives it. */
export class ActorSocket {
  readyState = OPEN
  /** Nothing waits here: the line takes everything at once. */
  readonly bufferedAmount = 0
  #attachment: unknown = null
  line: Line | undefined
  readonly #early: ((line: Line) => void)[] = []

  send(text: string): void {
    if (this.readyState !== OPEN) throw new TypeError("Can't call WebSocket send() after close().")
    this.#toLine((line) => line.down(text))
  }

  close(code = 1000): void {
    if (this.readyState === CLOSED) return
    this.readyState = CLOSING
    this.#toLine((line) => line.closeFromActor(code))
  }

  serializeAttachment(value: unknown): void {
    this.#attachment = structuredClone(value)
  }

  deserializeAttachment(): unknown {
    return structuredClone(this.#attachment)
  }

  /** The upgrade has been answered: from here on what was said before, and what is said now, goes out. */
  attach(line: Line): void {
    this.line = line
    for (const happen of this.#early.splice(0)) this.#toLine(happen)
  }

  #toLine(happen: (line: Line) => void): void {
    const { line } = this
    if (line) line.actor.output(() => happen(line))
    else this.#early.push(happen)
  }
}

/** What `new WebSocketPair()` gives: the client's end is nothing but the way to the actor's. */
export class SocketPair {
  readonly 1 = new ActorSocket()
  readonly 0 = { server: this[1] }
}

export class Line {
  readonly actor: Actor
  readonly #world: World
  readonly #socket: ActorSocket
  readonly #peer: Peer
  #alive = true
  #answered = false
  #lastDown = 0
  #lastUp = 0

  constructor(world: World, actor: Actor, socket: ActorSocket, peer: Peer) {
    this.#world = world
    this.actor = actor
    this.#socket = socket
    this.#peer = peer
  }

  get alive(): boolean {
    return this.#alive
  }

  /** The first thing to come down. */
  open(): void {
    this.#answered = true
    this.#inOrderDown(() => this.#peer.opened(this))
  }

  down(text: string): void {
    this.#inOrderDown(() => this.#peer.received(text))
  }

  /** A frame from the device. */
  up(text: string): void {
    const { clock } = this.#world
    this.#lastUp = Math.max(this.#lastUp, clock.now + this.#world.faults.delay())
    clock.at(this.#lastUp, () => this.#alive && this.actor.hear(this.#socket, text))
  }

  /** The actor's Close comes after everything it has sent; the device answers it. */
  closeFromActor(code: number): void {
    this.#inOrderDown(() => {
      this.#alive = false
      this.#peer.closed(code)
      this.#tellActor()
    })
  }

  /** The device closes, or the line is cut: what is under way is lost in both directions. */
  cut(): void {
    if (!this.#alive) return
    this.#alive = false
    this.#world.clock.after(this.#world.faults.delay(), () => this.#peer.closed(1006))
    this.#tellActor()
  }

  /** The actor's machine is gone: there is nobody to tell at that end. */
  lost(): void {
    if (!this.#alive) return
    this.#alive = false
    // An upgrade that was never answered is refused to whoever asked for it, not closed.
    if (this.#answered) this.#world.clock.after(this.#world.faults.delay(), () => this.#peer.closed(1006))
  }

  #tellActor(): void {
    this.#world.clock.after(this.#world.faults.delay(), () => {
      this.#socket.readyState = CLOSED
      return this.actor.socketClosed(this.#socket)
    })
  }

  #inOrderDown(happen: () => void): void {
    const { clock } = this.#world
    this.#lastDown = Math.max(this.#lastDown, clock.now + this.#world.faults.delay())
    clock.at(this.#lastDown, () => this.#alive && happen())
  }
}
