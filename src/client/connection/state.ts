/** The four states of a connection and every way from one to another. */

export type CloseReason =
  /** Not opened yet, or closed by you: `open()` opens it. */
  | 'by-you'
  /** The session ended or there is none: sign in. */
  | 'signed-out'
  /** You are no longer a member of this room. */
  | 'removed'
  /** The room does not exist, or no longer. */
  | 'gone'
  /** More sockets of yours were open than a person may have, and this was the oldest: `open()` takes its place back. */
  | 'too-many'
  /** The server found fault with what was sent: a bug. */
  | 'refused'

export type ConnectionState =
  /** The first attempt is under way. Show that things are loading. */
  | { readonly status: 'connecting' }
  /** Everything shown is current. */
  | { readonly status: 'online' }
  /** The connection was lost; what is shown is as it was then, and is completed when it is back. Nothing to do. */
  | { readonly status: 'reconnecting'; readonly retryInMs: number }
  /** It stays closed until something is done about the reason. */
  | { readonly status: 'closed'; readonly reason: CloseReason }

export type Signal =
  /** Somebody wants it open now. */
  | { type: 'start' }
  /** The server has said everything that was missing. */
  | { type: 'synced' }
  /** The socket is gone, or an attempt failed; another follows. */
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

/** Total: a state or signal without its cells does not compile. */
export const TRANSITIONS: { [S in Status]: { [T in Signal['type']]: Transition<S, T> } } = {
  connecting: { start: stay, synced: () => ONLINE, lost, end },
  online: { start: stay, synced: stay, lost, end },
  reconnecting: { start: () => CONNECTING, synced: () => ONLINE, lost, end },
  // What a socket that was given up still says is of no account; the first reason is the true one.
  closed: { start: () => CONNECTING, synced: stay, lost: stay, end: stay },
}

export const NOT_OPENED: ConnectionState = { status: 'closed', reason: 'by-you' }

export function transition(state: ConnectionState, signal: Signal): ConnectionState {
  const move = TRANSITIONS[state.status][signal.type] as (state: ConnectionState, signal: Signal) => ConnectionState
  return move(state, signal)
}

/** By the close code of a socket, or by the HTTP status of what was asked in its stead. */
const CLOSE_REASONS: Partial<Record<number, CloseReason>> = {
  401: 'signed-out',
  403: 'removed',
  404: 'gone',
  4400: 'refused',
  4403: 'removed',
  4404: 'gone',
  4429: 'too-many',
}

/** What a code ends for good; undefined for those after which to come back. */
export const closeReasonOf = (code: number): CloseReason | undefined => CLOSE_REASONS[code]

const PRECEDENCE: Status[] = ['reconnecting', 'connecting', 'online']

/** One state for several connections: whatever keeps something from being current. */
export function combinedState(states: ConnectionState[]): ConnectionState {
  const signedOut = states.find((state) => state.status === 'closed' && state.reason === 'signed-out')
  const worst = PRECEDENCE.map((status) => states.find((state) => state.status === status)).find(Boolean)
  return signedOut ?? worst ?? NOT_OPENED
}
