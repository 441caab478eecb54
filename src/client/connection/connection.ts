/** A socket that reconnects by itself: token, back-off, heartbeat and state. */
import { fromWire, toWire } from '../dialect'
import { onReturn, type WebSocketClass, whenOnline } from '../environment'
import { ChatError, closed, noAnswer, toChatError } from '../error'
import type { Credentials } from '../http/api'
import { Emitter } from '../store'
import { backoffAfter } from './retry'
import { type CloseReason, type ConnectionState, closeReasonOf, NOT_OPENED, type Signal, transition } from './state'

/** Milliseconds between heartbeats, and to wait for the `pong`. */
const HEARTBEAT_INTERVAL = 25_000
const PONG_TIMEOUT = 10_000
/** Milliseconds that an attempt may take. */
const OPEN_TIMEOUT = 10_000

/** Milliseconds for which a connection stays open after its last subscriber: the next page may need it again. */
const LINGER = 1_000

const SESSION_ENDED = 4401
const OPEN = 1

/** A frame of the server, perhaps of a type that this SDK does not know. */
export interface Frame {
  type: string
}

/** How long `open` waits. */
export interface Waiting {
  /** Closes the connection when it aborts. */
  signal?: AbortSignal | undefined
  /** Gives up after so many failed attempts. The default is to try for ever. */
  attempts?: number | undefined
}

/** The parts that all connections of a client share. */
export interface Network {
  /** `wss://host`, without a path. */
  socketUrl: string
  WebSocket: WebSocketClass | undefined
  credentials: Credentials
}

export abstract class Connection {
  readonly #network: Network
  readonly #states = new Emitter<{ changed: ConnectionState }>()
  #state: ConnectionState = NOT_OPENED
  /** The current attempt, and its socket once it exists. Results of earlier attempts are ignored. */
  #attempt: { socket?: InstanceType<WebSocketClass> } | undefined
  /** The one timer: for the next attempt, the next heartbeat, or the `pong`. */
  #timer: ReturnType<typeof setTimeout> | undefined
  #linger: ReturnType<typeof setTimeout> | undefined
  #stopWatching: (() => void) | undefined
  /** True after `open`: the connection does not close because its last subscriber has left. */
  #isHeld = false
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
  /**
   * Runs before each attempt. After a refused upgrade it requests the same resource by REST, because the refusal does not tell
   * a browser its reason.
   * @param isCurrent false if the attempt was given up
   */
  protected abstract prepare(upgradeRefused: boolean, isCurrent: () => boolean): unknown

  get state(): ConnectionState {
    return this.#state
  }

  /** Opens the connection. If it waits before an attempt, the attempt starts now. */
  open(): void {
    this.#isHeld = true
    this.#start()
  }

  /** Closes the connection until `open` is called. */
  close(reason: CloseReason = 'by-you', error?: ChatError): void {
    if (reason === 'by-you') this.#isHeld = false
    this.#end({ type: 'end', reason, error })
  }

  /** Opens the connection again after a sign-in. @internal */
  reopen(): void {
    const { state } = this
    if (state.status === 'closed' && state.reason === 'signed-out') this.#start()
  }

  /** Opens the connection for its first subscriber, and closes it some time after the last one unless `open` was called. */
  readonly onWatched = (isWatched: boolean): void => {
    clearTimeout(this.#linger)
    if (isWatched) this.#start()
    else
      this.#linger = setTimeout(() => {
        if (!this.#isHeld) this.#end({ type: 'end' })
      }, LINGER)
  }

  /** Resolves when the data is current. @throws {ChatError} if the connection closes before */
  live({ signal, attempts = 0 }: Waiting = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        stop()
        signal?.removeEventListener('abort', abort)
        settle()
      }
      const abort = () => this.close('by-you', closed(signal?.reason))
      let failures = 0
      const look = (state: ConnectionState) => {
        const { status } = state
        if (status === 'online') end(resolve)
        else if (status === 'reconnecting' && ++failures === attempts) this.close('by-you', state.error)
        else if (status === 'idle' || status === 'closed')
          end(() => reject((status === 'closed' && state.error) || closed()))
      }
      const stop = this.#states.on('changed', look)
      signal?.addEventListener('abort', abort)
      look(this.#state)
      if (signal?.aborted) abort()
    })
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

  #start(): void {
    if (!this.#signal({ type: 'start' })) return
    // The network or the person is back: a wait ends, and a `ping` tests an open socket.
    this.#stopWatching ??= onReturn(() => {
      this.#start()
      this.#ping()
    })
    void this.#connect()
  }

  #end(signal: Extract<Signal, { type: 'end' }>): void {
    this.#dropSocket()
    this.#stopWatching?.()
    this.#stopWatching = undefined
    this.#signal(signal)
  }

  async #connect(): Promise<void> {
    this.#dropSocket()
    const attempt: { socket?: InstanceType<WebSocketClass> } = {}
    this.#attempt = attempt
    const isCurrent = () => this.#attempt === attempt
    const { socketUrl, WebSocket, credentials } = this.#network
    try {
      if (!WebSocket) throw new ChatError('no_websocket')
      await whenOnline()
      await this.prepare(this.#upgradeRefused, isCurrent)
      if (!isCurrent()) return
      const token = await (this.#sessionEnded ? credentials.renew(this.#token) : credentials.token())
      if (!isCurrent()) return
      this.#sessionEnded = false
      this.#token = token
      // URLs appear in logs, so the token is not in the URL.
      const socket = new WebSocket(socketUrl + this.path(), ['bearer', token])
      attempt.socket = socket
      this.#upgradeRefused = true
      this.#setTimer(OPEN_TIMEOUT, () => this.#lost(noAnswer()))
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
      socket.onclose = ({ code, reason = '' }) => {
        this.#sessionEnded = code === SESSION_ENDED
        // "Try again in 12 s."
        const retryAfter = Number(/(\d+) s/.exec(reason)?.[1] ?? 0)
        const isOver = closeReasonOf(code)
        this.#lost(
          new ChatError(isOver ? 'closed' : 'no_answer', reason || `Closed with ${code}.`, { retryAfter }),
          isOver,
        )
      }
    } catch (thrown) {
      const error = toChatError(thrown)
      if (isCurrent()) this.#lost(error, closeReasonOf(error.status) ?? (error.retryable ? undefined : 'failed'))
    }
  }

  /** Handles the end of an attempt or socket: closes if there is a close reason, else reconnects. */
  #lost(error: ChatError, reason?: CloseReason): void {
    this.#dropSocket()
    if (reason) {
      this.close(reason, error)
      return
    }
    const retryInMs = backoffAfter(this.#failures++, error.retryAfter)
    this.#setTimer(retryInMs, () => void this.#connect())
    this.#signal({ type: 'lost', retryInMs, error })
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
    this.#setTimer(PONG_TIMEOUT, () => this.#lost(noAnswer()))
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
    if (isOther) {
      this.changed(this.#state)
      this.#states.emit('changed', this.#state)
    }
    return isOther
  }
}
