/** The socket of one room: what goes out by it, and what comes back for that. */
import type { RoomDown, RoomUp } from '../protocol'
import { Connection, type Frame, type Network } from './connection'
import { ChatError, closed, noAnswer, signedOut } from './error'
import type { Draft } from './outbox'
import { Pending } from './pending'
import type { Stored } from './sender'
import type { CloseReason, ConnectionState } from './state'

/** How long the room has to acknowledge a message, in milliseconds. */
const ACKNOWLEDGED_IN = 15_000
/** Messages that arrive within this time are reported as received together, in milliseconds. */
const REPORTED_AFTER = 1_000

/** What is waited for until it is so. */
const LIVE = 'live'

/** What the room does with what arrives. */
export interface RoomEnd {
  /** Everything up to here has been received. */
  seq(): number
  heard(frame: RoomDown): void
  changed(state: ConnectionState): void
  probe(): Promise<unknown>
}

export class RoomLink extends Connection {
  readonly #room: number
  readonly #end: RoomEnd
  readonly #unacknowledged = new Pending<Stored>()
  readonly #live = new Pending<void>()
  /** My cursors as I want them, and as the room has been told. */
  #read = { wanted: 0, told: 0 }
  #received = { wanted: 0, told: 0 }
  #reporting: ReturnType<typeof setTimeout> | undefined

  constructor(room: number, network: Network, end: RoomEnd) {
    super(network)
    this.#room = room
    this.#end = end
  }

  /** Resolves when everything missed has been received. @throws {ChatError} when that will not be */
  live(): Promise<void> {
    const { state } = this
    if (state.status === 'online') return Promise.resolve()
    if (state.status === 'closed') return Promise.reject(whyClosed(state.reason))
    return this.#live.wait(LIVE)
  }

  /** Stores a message. @throws {ChatError} the room's refusal, or `no_answer` when the same has to be sent again */
  async transmit(draft: Draft['body']): Promise<Stored> {
    await this.live()
    const { client_id } = draft
    const stored = this.#unacknowledged.wait(client_id)
    const timer = setTimeout(() => this.#unacknowledged.settle(client_id, noAnswer()), ACKNOWLEDGED_IN)
    if (!this.say({ type: 'send_message', ref: client_id, ...draft }))
      this.#unacknowledged.settle(client_id, noAnswer())
    return stored.finally(() => clearTimeout(timer))
  }

  /** @returns false when it could not be said now */
  say(frame: RoomUp): boolean {
    return this.send(frame)
  }

  /** Moves my read cursor, now or when there is a connection again. */
  read(id: number): void {
    this.#read.wanted = Math.max(this.#read.wanted, id)
    this.#report()
  }

  /** Tells the room, soon, that a message has come this far. */
  received(id: number): void {
    this.#received.wanted = Math.max(this.#received.wanted, id)
    this.#reporting ??= setTimeout(() => {
      this.#reporting = undefined
      this.#report()
    }, REPORTED_AFTER)
  }

  #report(): void {
    if (this.state.status !== 'online') return
    this.#tell('read_message', this.#read)
    // What has been read has been received.
    this.#received.told = Math.max(this.#received.told, this.#read.told)
    this.#tell('delivered', this.#received)
  }

  #tell(type: 'read_message' | 'delivered', cursor: { wanted: number; told: number }): void {
    if (cursor.wanted > cursor.told && this.say({ type, message_id: cursor.wanted })) cursor.told = cursor.wanted
  }

  protected override path(): string {
    return `/ws/chat/${this.#room}/?batch=1&after=${this.#end.seq()}`
  }

  protected override probe(): Promise<unknown> {
    return this.#end.probe()
  }

  protected override receive(received: Frame): void {
    const frame = received as RoomDown
    this.#end.heard(frame)
    if (frame.type === 'ready') this.greeted()
    else if (frame.type === 'message.ack') this.#unacknowledged.settle(frame.client_id ?? '', frame)
    else if (frame.type === 'error')
      this.#unacknowledged.settle(String(frame.ref), new ChatError(frame.code, frame.detail))
  }

  protected override changed(state: ConnectionState): void {
    if (state.status !== 'online') {
      // Whether the room has them is not known; sent again under the same client_id they are stored once.
      for (const client_id of this.#unacknowledged.names) this.#unacknowledged.settle(client_id, noAnswer())
      // Nor whether it has heard how far I have come.
      this.#read.told = this.#received.told = 0
    }
    if (state.status === 'online') {
      this.#live.settle(LIVE, undefined)
      this.#report()
    } else if (state.status === 'closed') this.#live.settle(LIVE, whyClosed(state.reason))
    this.#end.changed(state)
  }
}

const whyClosed = (reason: CloseReason) => (reason === 'signed-out' ? signedOut() : closed())
