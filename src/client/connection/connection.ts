/** A socket that reconnects by itself: token, back-off, heartbeat and state. */
import { onReturn, type WebSocketClass, whenOnline } from '../environment'
import { ChatError } from '../error'
import type { Credentials } from '../http/api'
import { type CloseReason, type ConnectionState, closeReasonOf, NOT_OPENED, type Signal, transition } from './state'

/** Milliseconds between heartbeats, and to wait for the `pong`. */
const HEARTBEAT_INTERVAL = 25_000
const PONG_TIMEOUT = 10_000
/** Milliseconds that an attempt may take. */
const OPEN_TIMEOUT = 10_000

/** Milliseconds between attempts. Waits grow from the first to the second figure. */
const MIN_BACKOFF = 1_000
const MAX_BACKOFF = 10_000

/** Milliseconds before the next attempt. The random factor spreads thousands of clients that lost the same server. */
export const backoffAfter = (failures: number): number =>
  Math.min(MAX_BACKOFF, MIN_BACKOFF * 1.5 ** failures) * (0.5 + Math.random())

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
    this.#stopWatching ??= onReturn(() => this.#onReturn())
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
    socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
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
        const frames = JSON.parse(String(data)) as Frame | Frame[]
        for (const frame of Array.isArray(frames) ? frames : [frames]) {
          // A frame may close the connection before the next one.
          if (isCurrent()) this.receive(frame)
        }
      }
      socket.onclose = ({ code }) => {
        this.#sessionEnded = code === SESSION_ENDED
        this.#onFailure(code)
      }
    } catch (error) {
      if (isCurrent()) this.#onFailure(error instanceof ChatError ? error.status : 0)
    }
  }

  /** Handles the end of an attempt or socket: closes if the code has a close reason, else reconnects. */
  #onFailure(code: number): void {
    const reason = closeReasonOf(code)
    if (reason) this.close(reason)
    else this.#lost()
  }

  async #accessToken(): Promise<string> {
    await whenOnline()
    const { credentials } = this.#network
    if (this.#upgradeRefused) await this.probe()
    const token = await (this.#sessionEnded ? credentials.renew(this.#token) : credentials.token(true))
    this.#sessionEnded = false
    return token
  }

  #lost(): void {
    this.#dropSocket()
    const retryInMs = backoffAfter(this.#failures++)
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

  /** Runs when the network or the person is back: ends a wait, and tests an open socket with a `ping`. */
  #onReturn(): void {
    this.open()
    this.#ping()
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
