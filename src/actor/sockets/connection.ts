/** One accepted WebSocket with its session. */
import type { Trace } from '../../log/trace'
import type { Caller } from '../rpc/caller'

/** The part of a connection that survives hibernation, in the socket's attachment (at most 16 KB). */
export interface SocketState<Data = unknown> {
  caller: Caller
  /** The id of the upgrade's request, under which the connection's frames are logged. */
  requestId: string
  /** Whether several events may leave in one frame, as a JSON array. */
  batch: boolean
  /** Until when the user has credit, as the budget said (ms since 1970). */
  creditUntil: number
  /** Data of the actor about this connection. */
  data: Data
}

export interface PrivateEvent {
  /** The number of shared events of this turn that come before it. */
  after: number
  event: string
}

/** `live` is false during a replay: shared events then wait in storage, not in memory. */
export class Connection<Data = unknown> {
  readonly socket: WebSocket
  readonly state: SocketState<Data>
  live = true
  /** Malformed frames in a row. */
  malformed = 0
  /** Bytes of frames that wait for the user's budget. */
  waitingBytes = 0
  /** Frames that were refused by their rate, less those that were not. */
  tooSoon = 0
  readonly direct: PrivateEvent[] = []
  /** The trace under which the connection's frames are handled. */
  readonly trace: Trace

  constructor(socket: WebSocket, session: SocketState<Data>, actor: Pick<Trace, 'actor' | 'actor_id'>) {
    this.socket = socket
    this.state = session
    this.trace = { request_id: session.requestId, user_id: session.caller.id, ...actor }
  }

  get userId() {
    return this.state.caller.id
  }

  /** Whether the user has credit. A later instance of the actor reads it from the attachment. */
  get hasCredit(): boolean {
    return this.state.creditUntil > Date.now()
  }

  /** Keeps `state.data` through hibernation. */
  save(): void {
    this.socket.serializeAttachment(this.state)
  }
}
