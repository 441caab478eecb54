/** The socket of a room: commands, their answers, and the user's own cursors. */

import { Connection, type Frame, type Network } from '../connection/connection'
import type { ConnectionState } from '../connection/state'
import { Waiters } from '../connection/waiters'
import { ChatError, noAnswer } from '../error'
import type { RoomCommand, RoomFrame } from '../frames'
import type { Draft } from './outbox'
import type { Stored } from './sender'

/** Milliseconds to wait for the acknowledgement of a message. */
const ACK_TIMEOUT = 15_000
/** Milliseconds for which received messages are collected before one `delivered` command. */
const RECEIPT_DELAY = 1_000

/** The parts of a room that its socket uses. */
export interface RoomSocketHost {
  /** The seq up to which the room has received all events. */
  seq(): number
  receive(frame: RoomFrame): void
  changed(state: ConnectionState): void
  prepare(upgradeRefused: boolean, isCurrent: () => boolean): unknown
}

export class RoomSocket extends Connection {
  readonly #room: number
  readonly #host: RoomSocketHost
  readonly #unacknowledged = new Waiters<Stored>()
  /** The user's cursors: the wanted ids, and the ids that were sent on this connection. */
  #read = { wanted: 0, sent: 0 }
  #received = { wanted: 0, sent: 0 }
  #receiptTimer: ReturnType<typeof setTimeout> | undefined

  constructor(room: number, network: Network, end: RoomSocketHost) {
    super(network)
    this.#room = room
    this.#host = end
  }

  /** Stores a message. @throws {ChatError} the room's refusal, or `no_answer` if the message has to be sent again */
  transmit(draft: Draft['body']): Promise<Stored> {
    const { clientId } = draft
    const stored = this.#unacknowledged.wait(clientId)
    const timer = setTimeout(() => this.#unacknowledged.resolve(clientId, noAnswer()), ACK_TIMEOUT)
    if (!this.command({ type: 'send_message', ref: clientId, ...draft }))
      this.#unacknowledged.resolve(clientId, noAnswer())
    return stored.finally(() => clearTimeout(timer))
  }

  /** @returns false if no socket is open */
  command(frame: RoomCommand): boolean {
    return this.send(frame)
  }

  /** Moves the user's read cursor, now or after reconnecting. */
  read(id: number): void {
    this.#read.wanted = Math.max(this.#read.wanted, id)
    this.#sendCursors()
  }

  /** Moves the user's delivered cursor after `RECEIPT_DELAY`. */
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
    // A read message counts as delivered.
    this.#received.sent = Math.max(this.#received.sent, this.#read.sent)
    this.#sendCursor('delivered', this.#received)
  }

  #sendCursor(type: 'read_message' | 'delivered', cursor: { wanted: number; sent: number }): void {
    if (cursor.wanted > cursor.sent && this.command({ type, messageId: cursor.wanted })) cursor.sent = cursor.wanted
  }

  protected override path(): string {
    return `/ws/chat/${this.#room}/?batch=1&after=${this.#host.seq()}`
  }

  protected override prepare(upgradeRefused: boolean, isCurrent: () => boolean): unknown {
    return this.#host.prepare(upgradeRefused, isCurrent)
  }

  protected override receive(received: Frame): void {
    const frame = received as RoomFrame
    this.#host.receive(frame)
    if (frame.type === 'ready') this.synced()
    else if (frame.type === 'message.ack') this.#unacknowledged.resolve(frame.clientId ?? '', frame)
    else if (frame.type === 'error')
      this.#unacknowledged.resolve(String(frame.ref), new ChatError(frame.code, frame.detail, frame))
  }

  protected override changed(state: ConnectionState): void {
    if (state.status !== 'online') {
      // The room may have stored these messages. Sent again with the same clientId they are stored once.
      for (const clientId of this.#unacknowledged.keys) this.#unacknowledged.resolve(clientId, noAnswer())
      // The room may have missed the cursors.
      this.#read.sent = this.#received.sent = 0
    }
    this.#sendCursors()
    this.#host.changed(state)
  }
}
