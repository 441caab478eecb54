/** One socket that comes back by itself: token, back-off, heartbeat, and the state that it is in. */
import { onReturn, type WebSocketClass, whenOnline } from '../environment'
import { ChatError } from '../error'
import type { Credentials } from '../http/api'
import { type CloseReason, type ConnectionState, closeReasonOf, NOT_OPENED, type Signal, transition } from './state'

/** A connection is asked for a sign of life this often, and has this long to give one, in milliseconds. */
const HEARTBEAT_INTERVAL = 25_000
const PONG_TIMEOUT = 10_000
/** How long an attempt may take, in milliseconds. */
const OPEN_TIMEOUT = 10_000

/** Milliseconds: waits between attempts grow up to the second figure. */
const MIN_BACKOFF = 1_000
const MAX_BACKOFF = 10_000

/** The wait before the next attempt. It differs from client to client: thousands that lost one server come back spread. */
export const backoffAfter = (failures: number): number =>
  Math.min(MAX_BACKOFF, MIN_BACKOFF * 1.5 ** failures) * (0.5 + Math.random())

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
  WebSocket: WebSocketClass
  credentials: Credentials
}

export abstract class Connection {
  readonly #network: Network
  #state: ConnectionState = NOT_OPENED
  /** The present attempt, and its socket once there is one: whatever belongs to another has been given up. */
  #attempt: { socket?: InstanceType<WebSocketClass> } | undefined
  /** For the next attempt, the next sign of life, or the answer to that: one at a time is waited for. */
  #timer: ReturnType<typeof setTimeout> | undefined
  #stopWatching: (() => void) | undefined
  /** Whether a sign of life is waited for. */
  #awaitingPong = false
  #failures = 0
  #token = ''
  #sessionEnded = false
  #upgradeRefused = false

  constructor(network: Network) {
    this.#network = network
  }

  /** Asked for each attempt: it says from where to resume. */
  protected abstract path(): string
  protected abstract receive(frame: Frame): void
  protected abstract changed(state: ConnectionState): void
  /** Asks the same by REST after an attempt that was not let in: a refused upgrade does not tell a client why. */
  protected abstract probe(): Promise<unknown>

  get state(): ConnectionState {
    return this.#state
  }

  /** Opens it; while it waits for its next attempt, makes that now. */
  open(): void {
    if (!this.#signal({ type: 'start' })) return
    this.#stopWatching ??= onReturn(() => this.#onReturn())
    void this.#connect()
  }

  /** Closes it until `open`. */
  close(reason: CloseReason = 'by-you'): void {
    this.#dropSocket()
    this.#stopWatching?.()
    this.#stopWatching = undefined
    this.#signal({ type: 'end', reason })
  }

  /** To be called when everything that was missed has been received. */
  protected synced(): void {
    this.#failures = 0
    this.#signal({ type: 'synced' })
  }

  /** @returns false when there is no socket to send it by; nothing is kept for later. */
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
      // Not in the URL, which ends up in logs.
      const socket = new WebSocket(socketUrl + this.path(), ['bearer', token])
      attempt.socket = socket
      this.#upgradeRefused = true
      this.#setTimer(OPEN_TIMEOUT, () => this.#lost())
      socket.onopen = () => {
        this.#upgradeRefused = false
        // At once, because the local runtime lets a socket that has said nothing hear of its end only when the actor
        // goes to sleep; it is answered without waking anybody.
        this.#ping()
      }
      socket.onmessage = ({ data }) => {
        // Only then, so that a busy connection is asked as often: the server counts on hearing it.
        if (this.#awaitingPong) this.#scheduleHeartbeat()
        if (data === 'pong') return
        const frames = JSON.parse(String(data)) as Frame | Frame[]
        for (const frame of Array.isArray(frames) ? frames : [frames]) {
          // Whatever one frame led to, the connection may be over before the next.
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

  /** An attempt or its socket is over: for good where there is a reason to stay closed. */
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

  /** The network, or the person, is back: a wait ends now, and whether a socket survived shows when it is used. */
  #onReturn(): void {
    this.open()
    this.#ping()
  }

  #scheduleHeartbeat(): void {
    this.#awaitingPong = false
    this.#setTimer(HEARTBEAT_INTERVAL, () => this.#ping())
  }

  /** Half-open connections look open to both ends: whoever says nothing when asked is gone. */
  #ping(): void {
    if (!this.send('ping')) return
    this.#awaitingPong = true
    this.#setTimer(PONG_TIMEOUT, () => this.#lost())
  }

  #setTimer(ms: number, call: () => void): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(call, ms)
  }

  /** @returns whether the state is another now. */
  #signal(signal: Signal): boolean {
    const before = this.#state
    this.#state = transition(before, signal)
    const isOther = this.#state !== before
    if (isOther) this.changed(this.#state)
    return isOther
  }
}
