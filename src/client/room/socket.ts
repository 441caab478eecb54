/** The socket of one room: what goes out by it, and what comes back for that. */
import type { RoomDown, RoomUp } from '../../protocol'
import { Connection, type Frame, type Network } from '../connection/connection'
import type { CloseReason, ConnectionState } from '../connection/state'
import { Waiters } from '../connection/waiters'
import { ChatError, closed, noAnswer, signedOut } from '../error'
import type { Draft } from './outbox'
import type { Stored } from './sender'

/** How long the room has to acknowledge a message, in milliseconds. */
const ACK_TIMEOUT = 15_000
/** Messages that arrive within this time are reported as received together, in milliseconds. */
const RECEIPT_DELAY = 1_000

/** What is waited for until it is so. */
const LIVE = 'live'

/** What the room does with what arrives. */
export interface RoomSocketHost {
  /** Everything up to here has been received. */
  seq(): number
  receive(frame: RoomDown): void
  changed(state: ConnectionState): void
  probe(): Promise<unknown>
}

export class RoomSocket extends Connection {
  readonly #room: number
  readonly #host: RoomSocketHost
  readonly #unacknowledged = new Waiters<Stored>()
  readonly #live = new Waiters<void>()
  /** My cursors as I want them, and as the room has been sent. */
  #read = { wanted: 0, sent: 0 }
  #received = { wanted: 0, sent: 0 }
  #receiptTimer: ReturnType<typeof setTimeout> | undefined

  constructor(room: number, network: Network, end: RoomSocketHost) {
    super(network)
    this.#room = room
    this.#host = end
  }

  /** Resolves when everything missed has been received. @throws {ChatError} when that will not be */
  live(): Promise<void> {
    const { state } = this
    if (state.status === 'online') return Promise.resolve()
    if (state.status === 'closed') return Promise.reject(errorOf(state.reason))
    return this.#live.wait(LIVE)
  }

  /** Stores a message. @throws {ChatError} the room's refusal, or `no_answer` when the same has to be sent again */
  async transmit(draft: Draft['body']): Promise<Stored> {
    await this.live()
    const { client_id } = draft
    const stored = this.#unacknowledged.wait(client_id)
    const timer = setTimeout(() => this.#unacknowledged.resolve(client_id, noAnswer()), ACK_TIMEOUT)
    if (!this.command({ type: 'send_message', ref: client_id, ...draft }))
      this.#unacknowledged.resolve(client_id, noAnswer())
    return stored.finally(() => clearTimeout(timer))
  }

  /** @returns false when it could not be said now */
  command(frame: RoomUp): boolean {
    return this.send(frame)
  }

  /** Moves my read cursor, now or when there is a connection again. */
  read(id: number): void {
    this.#read.wanted = Math.max(this.#read.wanted, id)
    this.#sendCursors()
  }

  /** Tells the room, soon, that a message has come this far. */
  received(id: number): void {
    this.#received.wanted = Math.max(this.#received.wanted, id)
    this.#receiptTimer ??= setTimeout(() => {
      this.#receiptTimer = undefined
      this.#sendCursors()
    }, RECEIPT_DELAY)
  }

  #sendCursors(): void {
    if (this.state.status !== 'online') return
    this.#sendCursor('read_message', this.#read)
    // What has been read has been received.
    this.#received.sent = Math.max(this.#received.sent, this.#read.sent)
    this.#sendCursor('delivered', this.#received)
  }

  #sendCursor(type: 'read_message' | 'delivered', cursor: { wanted: number; sent: number }): void {
    if (cursor.wanted > cursor.sent && this.command({ type, message_id: cursor.wanted })) cursor.sent = cursor.wanted
  }

  protected override path(): string {
    return `/ws/chat/${this.#room}/?batch=1&after=${this.#host.seq()}`
  }

  protected override probe(): Promise<unknown> {
    return this.#host.probe()
  }

  protected override receive(received: Frame): void {
    const frame = received as RoomDown
    this.#host.receive(frame)
    if (frame.type === 'ready') this.synced()
    else if (frame.type === 'message.ack') this.#unacknowledged.resolve(frame.client_id ?? '', frame)
    else if (frame.type === 'error')
      this.#unacknowledged.resolve(String(frame.ref), new ChatError(frame.code, frame.detail))
  }

  protected override changed(state: ConnectionState): void {
    if (state.status !== 'online') {
      // Whether the room has them is not known; sent again under the same client_id they are stored once.
      for (const client_id of this.#unacknowledged.keys) this.#unacknowledged.resolve(client_id, noAnswer())
      // Nor whether it has heard how far I have come.
      this.#read.sent = this.#received.sent = 0
    }
    if (state.status === 'online') {
      this.#live.resolve(LIVE, undefined)
      this.#sendCursors()
    } else if (state.status === 'closed') this.#live.resolve(LIVE, errorOf(state.reason))
    this.#host.changed(state)
  }
}

const errorOf = (reason: CloseReason) => (reason === 'signed-out' ? signedOut() : closed())
