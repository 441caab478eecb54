/** The five states of a connection and all transitions between them. */
import type { ChatError } from '../error'

export type CloseReason =
  /** Closed by `close()`: `open()` opens it. */
  | 'by-you'
  /** There is no session, or it ended: sign in. */
  | 'signed-out'
  /** The user is no longer a member of this room. */
  | 'removed'
  /** The room does not exist, or was deleted. */
  | 'gone'
  /** The user had more open sockets than allowed, and this was the oldest: `open()` opens it again and closes another. */
  | 'too-many'
  /** The server refused the frames of this client: a bug. */
  | 'refused'
  /** `error` says what is wrong, and that trying again does not help. */
  | 'failed'

export type ConnectionState =
  /** Never opened, or closed because the last subscriber has left: `open()` or a subscriber opens it. */
  | { readonly status: 'idle' }
  /** The first attempt is running. Show that data is loading. */
  | { readonly status: 'connecting' }
  /** The data is current. */
  | { readonly status: 'online' }
  /** The connection was lost. The data is from that time, and is updated after reconnecting. Nothing to do. */
  | { readonly status: 'reconnecting'; readonly retryInMs: number; readonly error: ChatError }
  /** The connection stays closed until the cause is removed. */
  | { readonly status: 'closed'; readonly reason: CloseReason; readonly error: ChatError | null }

export type Signal =
  /** The connection is to be opened. */
  | { type: 'start' }
  /** The client has received all missed events. */
  | { type: 'synced' }
  /** The socket closed, or an attempt failed. Another attempt follows. */
  | { type: 'lost'; retryInMs: number; error: ChatError }
  /** The connection is closed; without a reason, because no subscriber is left. */
  | { type: 'end'; reason?: CloseReason | undefined; error?: ChatError | undefined }

type Status = ConnectionState['status']

export const NOT_OPENED: ConnectionState = { status: 'idle' }
const CONNECTING: ConnectionState = { status: 'connecting' }
const ONLINE: ConnectionState = { status: 'online' }

/** Tells whether a connection is open or will be. */
export const isOpening = ({ status }: ConnectionState): boolean => status !== 'idle' && status !== 'closed'

/** The state after a signal: the same object if nothing changes. */
export function transition(state: ConnectionState, signal: Signal): ConnectionState {
  const { status } = state
  if (signal.type === 'start') return status === 'connecting' || status === 'online' ? state : CONNECTING
  // The first close reason stays.
  if (signal.type === 'end') {
    const { reason, error = null } = signal
    if (!reason) return NOT_OPENED
    return status === 'closed' ? state : { status: 'closed', reason, error }
  }
  // Late signals of a dropped socket are ignored.
  if (!isOpening(state)) return state
  return signal.type === 'synced'
    ? ONLINE
    : { status: 'reconnecting', retryInMs: signal.retryInMs, error: signal.error }
}

/** Close reasons by the close code of a socket, or by the HTTP status of the probe. */
const CLOSE_REASONS: Partial<Record<number, CloseReason>> = {
  401: 'signed-out',
  403: 'removed',
  404: 'gone',
  4400: 'refused',
  4403: 'removed',
  4404: 'gone',
  4429: 'too-many',
}

/** The close reason of a code; undefined if the connection should reconnect. */
export const closeReasonOf = (code: number): CloseReason | undefined => CLOSE_REASONS[code]

const PRECEDENCE: Status[] = ['reconnecting', 'connecting', 'online']

/** One state for several connections: the one that keeps data from being current. */
export function combinedState(states: ConnectionState[]): ConnectionState {
  const signedOut = states.find((state) => state.status === 'closed' && state.reason === 'signed-out')
  const worst = PRECEDENCE.map((status) => states.find((state) => state.status === status)).find(Boolean)
  return signedOut ?? worst ?? states.find(({ status }) => status === 'closed') ?? NOT_OPENED
}
