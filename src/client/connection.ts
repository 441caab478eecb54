/** One socket that comes back by itself: token, back-off, heartbeat, and the state that it is in. */
import ReconnectingWebSocket from 'partysocket/ws'
import { onReturn, type WebSocketClass, whenOnline } from './environment'
import { ChatError, closed } from './error'
import type { Credentials } from './http'
import { type CloseReason, type ConnectionState, endOf, NOT_OPENED, next, type Signal } from './state'

/** A quiet connection is asked for a sign of life this often, and has this long to give one, in milliseconds. */
const HEARTBEAT = 25_000
const HEARTBEAT_ANSWER = 10_000

/** Each wait between attempts is `GROWTH` times the one before, up to `LONGEST_WAIT` milliseconds. */
const GROWTH = 1.3
const LONGEST_WAIT = 10_000
/** The first differs from client to client: thousands that lost one server must not come back all at once. */
const firstWait = () => 500 + Math.random() * 1_500

const SESSION_ENDED = 4401
const OPEN = 1

/** A frame of the server, not yet known to be one that this SDK understands. */
export interface Frame {
  type: string
}

/** What every connection of one client has in common. */
export interface Network {
  /** `wss://host`, without a path. */
  socketUrl: string
  WebSocket: WebSocketClass | undefined
  credentials: Credentials
}

/** What is at the other end, and what becomes of it. */
export interface Line {
  /** Asked for each attempt: it says from where to resume. */
  path(): string
  receive(frame: Frame): void
  changed(state: ConnectionState): void
  /** Asks the same by REST after an attempt that was not let in: a refused upgrade does not tell a client why. */
  probe(): Promise<unknown>
}

export class Connection {
  readonly #network: Network
  readonly #line: Line
  #state: ConnectionState = NOT_OPENED
  #socket: ReconnectingWebSocket | undefined
  #stopWatching: (() => void) | undefined
  #heartbeat: ReturnType<typeof setTimeout> | undefined
  /** The token of the last attempt, and what is known of how it went. */
  #token = ''
  #sessionEnded = false
  #notLetIn = false

  constructor(network: Network, line: Line) {
    this.#network = network
    this.#line = line
  }

  get state(): ConnectionState {
    return this.#state
  }

  /** Opens it; while it waits for its next attempt, makes that now. */
  open(): void {
    if (this.#state.status === 'connecting' || this.#state.status === 'online') return
    this.#signal({ type: 'start' })
    this.#hangUp()
    this.#dial()
  }

  /** Closes it until `open`. */
  close(reason: CloseReason = 'by-you'): void {
    this.#hangUp()
    this.#signal({ type: 'end', reason })
  }

  /** To be called when everything that was missed has been received. */
  greeted(): void {
    this.#signal({ type: 'greeted' })
  }

  /** @returns false when there is no socket to send it by; nothing is kept for later. */
  send(frame: object): boolean {
    return this.#socket?.readyState === OPEN && this.#socket.send(JSON.stringify(frame))
  }

  #dial(): void {
    const wait = firstWait()
    const { socketUrl, WebSocket } = this.#network
    const socket = new ReconnectingWebSocket(
      () => socketUrl + this.#line.path(),
      () => this.#credential(socket),
      {
        ...(WebSocket && { WebSocket }),
        minReconnectionDelay: wait,
        maxReconnectionDelay: LONGEST_WAIT,
        reconnectionDelayGrowFactor: GROWTH,
        connectionTimeout: 10_000,
        // What must not be lost waits in the outbox; the rest is worth nothing later.
        maxEnqueuedMessages: 0,
        shouldReconnectOnClose: ({ code }) => endOf(code) === undefined,
      },
    )
    this.#socket = socket
    const waiting = () => {
      const { retryCount } = socket
      return retryCount > 0 ? Math.min(LONGEST_WAIT, wait * GROWTH ** (retryCount - 1)) : 0
    }
    socket.onopen = () => {
      this.#notLetIn = false
      this.#beat()
    }
    socket.onmessage = ({ data }) => {
      this.#beat()
      this.#receive(String(data))
    }
    socket.onclose = ({ code }) => {
      const reason = endOf(code)
      if (code === SESSION_ENDED) this.#sessionEnded = true
      if (reason) this.close(reason)
      else this.#lost(socket, waiting)
    }
    socket.onerror = () => this.#lost(socket, waiting)
    this.#stopWatching = onReturn(() => this.#returned())
  }

  #hangUp(): void {
    clearTimeout(this.#heartbeat)
    this.#stopWatching?.()
    const socket = this.#socket
    this.#socket = undefined
    if (!socket) return
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null
    socket.close()
  }

  /** The subprotocols that carry the token. An error here counts as a failed attempt: another follows later. */
  async #credential(socket: ReconnectingWebSocket): Promise<string[]> {
    await whenOnline()
    const { credentials } = this.#network
    try {
      if (this.#notLetIn) await this.#line.probe()
      const token = this.#sessionEnded ? await credentials.renewed(this.#token) : await credentials.token(true)
      // Given up in the meantime.
      if (this.#socket !== socket) throw closed()
      this.#token = token
    } catch (error) {
      const reason = error instanceof ChatError && REFUSED_AS[error.status]
      if (reason && this.#socket === socket) this.close(reason)
      throw error
    }
    this.#sessionEnded = false
    // Until it opens.
    this.#notLetIn = true
    return ['bearer', this.#token]
  }

  #receive(text: string): void {
    if (text === 'pong') return
    const socket = this.#socket
    const frames = JSON.parse(text) as Frame | Frame[]
    for (const frame of Array.isArray(frames) ? frames : [frames]) {
      // Whatever one frame led to, the connection may be over before the next.
      if (this.#socket === socket) this.#line.receive(frame)
    }
  }

  #lost(socket: ReconnectingWebSocket, waiting: () => number): void {
    clearTimeout(this.#heartbeat)
    // One failure is told as an error, a close, or both; after that the next attempt is counted.
    queueMicrotask(() => {
      if (this.#socket === socket && socket.readyState !== OPEN) this.#signal({ type: 'lost', retryInMs: waiting() })
    })
  }

  /** The network, or the person, is back: whether the socket survived shows when it is used. */
  #returned(): void {
    if (this.#state.status === 'reconnecting') this.open()
    else if (this.#state.status === 'online') this.#ping()
  }

  #beat(): void {
    clearTimeout(this.#heartbeat)
    this.#heartbeat = setTimeout(() => this.#ping(), HEARTBEAT)
  }

  /** Half-open connections look open to both ends: whoever says nothing when asked is gone. */
  #ping(): void {
    const socket = this.#socket
    if (socket?.readyState !== OPEN) return
    clearTimeout(this.#heartbeat)
    socket.send('ping')
    this.#heartbeat = setTimeout(() => socket.reconnect(), HEARTBEAT_ANSWER)
  }

  #signal(signal: Signal): void {
    const before = this.#state
    this.#state = next(before, signal)
    if (this.#state !== before) this.#line.changed(this.#state)
  }
}

/** What a refusal by REST means for a socket. */
const REFUSED_AS: Partial<Record<number, CloseReason>> = { 401: 'signed-out', 403: 'removed', 404: 'gone' }
