/** A socket that reconnects by itself: token, back-off, heartbeat and state. */
import { fromWire, toWire } from '../dialect'
import { onReturn, type WebSocketClass, whenOnline } from '../environment'
import type { ChatError } from '../error'
import type { Credentials } from '../http/api'
import { backoffAfter } from './retry'
import { type CloseReason, type ConnectionState, closeReasonOf, NOT_OPENED, type Signal, transition } from './state'

/** Milliseconds between heartbeats, and to wait for the `pong`. */
const HEARTBEAT_INTERVAL = 25_000
const PONG_TIMEOUT = 10_000
/** Milliseconds that an attempt may take. */
const OPEN_TIMEOUT = 10_000

const SESSION_ENDED = 4401
const OPEN = 1

/** A frame of the server, perhaps of a type that this SDK does not know. */
export interface Frame {
  type: string
}

/** The parts that all connections of a client share. */
export interface Network {
  /** `wss://host`, without a path. */
  socketUrl: string
  WebSocket: WebSocketClass
  credentials: Credentials
}

export abstract class Connection {
  readonly #network: Network
  #state: ConnectionState = NOT_OPENED
  /** The current attempt, and its socket once it exists. Results of earlier attempts are ignored. */
  #attempt: { socket?: InstanceType<WebSocketClass> } | undefined
  /** The one timer: for the next attempt, the next heartbeat, or the `pong`. */
  #timer: ReturnType<typeof setTimeout> | undefined
  #stopWatching: (() => void) | undefined
  /** True between a `ping` and the next frame. */
  #awaitingPong = false
  #failures = 0
  #token = ''
  #sessionEnded = false
  #upgradeRefused = false

  constructor(network: Network) {
    this.#network = network
  }

  /** The path of the socket, computed for each attempt because it says from where to resume. */
  protected abstract path(): string
  protected abstract receive(frame: Frame): void
  protected abstract changed(state: ConnectionState): void
  /** Requests the same resource by REST after a refused upgrade, because the refusal does not tell a browser its reason. */
  protected abstract probe(): Promise<unknown>

  get state(): ConnectionState {
    return this.#state
  }

  /** Opens the connection. If it waits before an attempt, the attempt starts now. */
  open(): void {
    if (!this.#signal({ type: 'start' })) return
    // The network or the person is back: a wait ends, and a `ping` tests an open socket.
    this.#stopWatching ??= onReturn(() => {
      this.open()
      this.#ping()
    })
    void this.#connect()
  }

  /** Closes the connection until `open` is called. */
  close(reason: CloseReason = 'by-you'): void {
    this.#dropSocket()
    this.#stopWatching?.()
    this.#stopWatching = undefined
    this.#signal({ type: 'end', reason })
  }

  /** Subclasses call this when they have received all missed events. */
  protected synced(): void {
    this.#failures = 0
    this.#signal({ type: 'synced' })
  }

  /** @returns false if no socket is open: the frame is not stored */
  protected send(frame: object | 'ping'): boolean {
    const socket = this.#attempt?.socket
    if (socket?.readyState !== OPEN) return false
    socket.send(typeof frame === 'string' ? frame : JSON.stringify(toWire(frame)))
    return true
  }

  async #connect(): Promise<void> {
    this.#dropSocket()
    const attempt: { socket?: InstanceType<WebSocketClass> } = {}
    this.#attempt = attempt
    const isCurrent = () => this.#attempt === attempt
    try {
      const token = await this.#accessToken()
      if (!isCurrent()) return
      this.#token = token
      const { socketUrl, WebSocket } = this.#network
      // URLs appear in logs, so the token is not in the URL.
      const socket = new WebSocket(socketUrl + this.path(), ['bearer', token])
      attempt.socket = socket
      this.#upgradeRefused = true
      this.#setTimer(OPEN_TIMEOUT, () => this.#lost())
      socket.onopen = () => {
        this.#upgradeRefused = false
        // At once: the local runtime reports the end of a silent socket only when the actor hibernates. The runtime answers
        // this frame without waking the actor.
        this.#ping()
      }
      socket.onmessage = ({ data }) => {
        // Only while a pong is due, so that a busy connection sends heartbeats too: the server expects them.
        if (this.#awaitingPong) this.#scheduleHeartbeat()
        if (data === 'pong') return
        for (const frame of [fromWire<Frame | Frame[]>(JSON.parse(String(data)))].flat()) {
          // A frame may close the connection before the next one.
          if (isCurrent()) this.receive(frame)
        }
      }
      socket.onclose = ({ code, reason }) => {
        this.#sessionEnded = code === SESSION_ENDED
        // "Try again in 12 s."
        this.#lost(code, Number(/(\d+) s/.exec(reason)?.[1] ?? 0))
      }
    } catch (error) {
      const { status, retryAfter } = error as Partial<ChatError>
      if (isCurrent()) this.#lost(status, retryAfter)
    }
  }

  async #accessToken(): Promise<string> {
    await whenOnline()
    const { credentials } = this.#network
    if (this.#upgradeRefused) await this.probe()
    const token = await (this.#sessionEnded ? credentials.renew(this.#token) : credentials.token(true))
    this.#sessionEnded = false
    return token
  }

  /** Handles the end of an attempt or socket: closes if the code has a close reason, else reconnects. */
  #lost(code = 0, seconds?: number): void {
    this.#dropSocket()
    const reason = closeReasonOf(code)
    if (reason) {
      this.close(reason)
      return
    }
    const retryInMs = backoffAfter(this.#failures++, seconds)
    this.#setTimer(retryInMs, () => void this.#connect())
    this.#signal({ type: 'lost', retryInMs })
  }

  #dropSocket(): void {
    clearTimeout(this.#timer)
    const socket = this.#attempt?.socket
    this.#attempt = undefined
    if (!socket) return
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close()
  }

  #scheduleHeartbeat(): void {
    this.#awaitingPong = false
    this.#setTimer(HEARTBEAT_INTERVAL, () => this.#ping())
  }

  /** A half-open connection looks open to both ends, so a socket without a pong in time is dropped. */
  #ping(): void {
    if (!this.send('ping')) return
    this.#awaitingPong = true
    this.#setTimer(PONG_TIMEOUT, () => this.#lost())
  }

  #setTimer(ms: number, call: () => void): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(call, ms)
  }

  /** @returns true if the state changed */
  #signal(signal: Signal): boolean {
    const before = this.#state
    this.#state = transition(before, signal)
    const isOther = this.#state !== before
    if (isOther) this.changed(this.#state)
    return isOther
  }
}
