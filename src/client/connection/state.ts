/** The five states of a connection and all transitions between them. */

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

export type ConnectionState =
  /** Never opened, or closed because the last subscriber has left: `open()` or a subscriber opens it. */
  | { readonly status: 'idle' }
  /** The first attempt is running. Show that data is loading. */
  | { readonly status: 'connecting' }
  /** The data is current. */
  | { readonly status: 'online' }
  /** The connection was lost. The data is from that time, and is updated after reconnecting. Nothing to do. */
  | { readonly status: 'reconnecting'; readonly retryInMs: number }
  /** The connection stays closed until the cause is removed. */
  | { readonly status: 'closed'; readonly reason: CloseReason }

export type Signal =
  /** The connection is to be opened. */
  | { type: 'start' }
  /** The client has received all missed events. */
  | { type: 'synced' }
  /** The socket closed, or an attempt failed. Another attempt follows. */
  | { type: 'lost'; retryInMs: number }
  | { type: 'end'; reason: CloseReason }

type Status = ConnectionState['status']
type Transition<S extends Status, T extends Signal['type']> = (
  state: Extract<ConnectionState, { status: S }>,
  signal: Extract<Signal, { type: T }>,
) => ConnectionState

const CONNECTING: ConnectionState = { status: 'connecting' }
const ONLINE: ConnectionState = { status: 'online' }
const stay = <S extends ConnectionState>(state: S) => state
const lost = (_: unknown, { retryInMs }: { retryInMs: number }): ConnectionState => ({
  status: 'reconnecting',
  retryInMs,
})
const end = (_: unknown, { reason }: { reason: CloseReason }): ConnectionState => ({ status: 'closed', reason })

/** The complete table: a missing state or signal does not compile. */
export const TRANSITIONS: { [S in Status]: { [T in Signal['type']]: Transition<S, T> } } = {
  connecting: { start: stay, synced: () => ONLINE, lost, end },
  online: { start: stay, synced: stay, lost, end },
  reconnecting: { start: () => CONNECTING, synced: () => ONLINE, lost, end },
  idle: { start: () => CONNECTING, synced: stay, lost: stay, end },
  // Late signals of a dropped socket are ignored, and the first close reason stays.
  closed: { start: () => CONNECTING, synced: stay, lost: stay, end: stay },
}

export const NOT_OPENED: ConnectionState = { status: 'idle' }

export function transition(state: ConnectionState, signal: Signal): ConnectionState {
  const move = TRANSITIONS[state.status][signal.type] as (state: ConnectionState, signal: Signal) => ConnectionState
  return move(state, signal)
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
