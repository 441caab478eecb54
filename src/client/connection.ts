/** One socket that comes back by itself: token, back-off, heartbeat, and the state that it is in. */
import { onReturn, type WebSocketClass, whenOnline } from './environment'
import { ChatError } from './error'
import type { Credentials } from './http'
import { type CloseReason, type ConnectionState, endOf, NOT_OPENED, next, type Signal } from './state'

/** A connection is asked for a sign of life this often, and has this long to give one, in milliseconds. */
const HEARTBEAT = 25_000
const ANSWERED_IN = 10_000
/** How long an attempt may take, in milliseconds. */
const OPENED_IN = 10_000

/** Milliseconds: waits between attempts grow up to the second figure. */
const FIRST_WAIT = 1_000
const LONGEST_WAIT = 10_000

/** The wait before the next attempt. It differs from client to client: thousands that lost one server come back spread. */
export const waitAfter = (failures: number): number =>
  Math.min(LONGEST_WAIT, FIRST_WAIT * 1.5 ** failures) * (0.5 + Math.random())

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
  #asked = false
  #failures = 0
  #token = ''
  #sessionEnded = false
  #notLetIn = false

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
    this.#stopWatching ??= onReturn(() => this.#returned())
    void this.#dial()
  }

  /** Closes it until `open`. */
  close(reason: CloseReason = 'by-you'): void {
    this.#giveUp()
    this.#stopWatching?.()
    this.#stopWatching = undefined
    this.#signal({ type: 'end', reason })
  }

  /** To be called when everything that was missed has been received. */
  protected greeted(): void {
    this.#failures = 0
    this.#signal({ type: 'greeted' })
  }

  /** @returns false when there is no socket to send it by; nothing is kept for later. */
  protected send(frame: object | 'ping'): boolean {
    const socket = this.#attempt?.socket
    if (socket?.readyState !== OPEN) return false
    socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
    return true
  }

  async #dial(): Promise<void> {
    this.#giveUp()
    const attempt: { socket?: InstanceType<WebSocketClass> } = {}
    this.#attempt = attempt
    const isCurrent = () => this.#attempt === attempt
    try {
      const token = await this.#credential()
      if (!isCurrent()) return
      this.#token = token
      const { socketUrl, WebSocket } = this.#network
      // Not in the URL, which ends up in logs.
      const socket = new WebSocket(socketUrl + this.path(), ['bearer', token])
      attempt.socket = socket
      this.#notLetIn = true
      this.#after(OPENED_IN, () => this.#lost())
      socket.onopen = () => {
        this.#notLetIn = false
        // At once, because the local runtime lets a socket that has said nothing hear of its end only when the actor
        // goes to sleep; it is answered without waking anybody.
        this.#ping()
      }
      socket.onmessage = ({ data }) => {
        // Only then, so that a busy connection is asked as often: the server counts on hearing it.
        if (this.#asked) this.#beat()
        if (data === 'pong') return
        const frames = JSON.parse(String(data)) as Frame | Frame[]
        for (const frame of Array.isArray(frames) ? frames : [frames]) {
          // Whatever one frame led to, the connection may be over before the next.
          if (isCurrent()) this.receive(frame)
        }
      }
      socket.onclose = ({ code }) => {
        this.#sessionEnded = code === SESSION_ENDED
        this.#failed(code)
      }
    } catch (error) {
      if (isCurrent()) this.#failed(error instanceof ChatError ? error.status : 0)
    }
  }

  /** An attempt or its socket is over: for good where there is a reason to stay closed. */
  #failed(code: number): void {
    const reason = endOf(code)
    if (reason) this.close(reason)
    else this.#lost()
  }

  async #credential(): Promise<string> {
    await whenOnline()
    const { credentials } = this.#network
    if (this.#notLetIn) await this.probe()
    const token = await (this.#sessionEnded ? credentials.renewed(this.#token) : credentials.token(true))
    this.#sessionEnded = false
    return token
  }

  #lost(): void {
    this.#giveUp()
    const retryInMs = waitAfter(this.#failures++)
    this.#after(retryInMs, () => void this.#dial())
    this.#signal({ type: 'lost', retryInMs })
  }

  #giveUp(): void {
    clearTimeout(this.#timer)
    const socket = this.#attempt?.socket
    this.#attempt = undefined
    if (!socket) return
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close()
  }

  /** The network, or the person, is back: a wait ends now, and whether a socket survived shows when it is used. */
  #returned(): void {
    this.open()
    this.#ping()
  }

  #beat(): void {
    this.#asked = false
    this.#after(HEARTBEAT, () => this.#ping())
  }

  /** Half-open connections look open to both ends: whoever says nothing when asked is gone. */
  #ping(): void {
    if (!this.send('ping')) return
    this.#asked = true
    this.#after(ANSWERED_IN, () => this.#lost())
  }

  #after(ms: number, call: () => void): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(call, ms)
  }

  /** @returns whether the state is another now. */
  #signal(signal: Signal): boolean {
    const before = this.#state
    this.#state = next(before, signal)
    const isOther = this.#state !== before
    if (isOther) this.changed(this.#state)
    return isOther
  }
}
