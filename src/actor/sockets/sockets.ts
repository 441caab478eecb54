/** An actor's hibernatable sockets: who is behind each, what waits for them, and when it leaves. */
import { env } from 'cloudflare:workers'
import { CLOSE, LIMITS, TIMES } from '../../config'
import { currentTrace, newRequestId, type Trace } from '../../log/trace'
import type { SessionId, UserId } from '../../protocol'
import { Leases } from '../budget/leases'
import type { Caller } from '../rpc/caller'
import { budgetStub } from '../rpc/stubs'
import { forOrigin, frameOf, SharedEvents } from './viewer-origin'

/** What must survive hibernation, kept in the socket's attachment (at most 16 KB). */
export interface SocketState<Data = unknown> {
  caller: Caller
  /** The id of the upgrade's request: what the socket's frames are logged under. */
  requestId: string
  /** Several events may leave in one frame, as a JSON array. */
  batch: boolean
  /** Until when its person's budget is taken to have plenty, as it said (ms since 1970). */
  creditUntil: number
  /** What the actor itself remembers of this connection. */
  data: Data
}

/** Of one person, who is connected. */
export interface ActiveSessions {
  /** Their sessions that have a socket open. */
  sessions: SessionId[]
  /** When a `ping` last came by any of these, in milliseconds since 1970; 0 when none ever did. */
  lastPing: number
}

interface PrivateEvent {
  /** How many shared events of this turn come before it. */
  after: number
  event: string
}

/** One open socket. `live` is false while a resume is being sent: shared events then wait in storage, not in memory. */
export class Connection<Data = unknown> {
  readonly socket: WebSocket
  readonly state: SocketState<Data>
  live = true
  /** Malformed frames in a row. */
  malformed = 0
  /** Bytes of frames that wait for its person's budget. */
  waitingBytes = 0
  /** Frames that came too soon, less those that came in time. */
  tooSoon = 0
  readonly direct: PrivateEvent[] = []
  /** On whose behalf its frames are handled. */
  readonly trace: Trace

  constructor(socket: WebSocket, session: SocketState<Data>, actor: Pick<Trace, 'actor' | 'actor_id'>) {
    this.socket = socket
    this.state = session
    this.trace = { request_id: session.requestId, user_id: session.caller.id, ...actor }
  }

  get userId() {
    return this.state.caller.id
  }

  /** Whether its person's budget has plenty, as far as is known: in another life this stands in its attachment. */
  get hasCredit(): boolean {
    return this.state.creditUntil > Date.now()
  }

  /** Keeps `state.data` through hibernation. */
  save(): void {
    this.socket.serializeAttachment(this.state)
  }
}

/**
 * Told of a connection that is no longer there. `lost`: it ended otherwise than by the other end's closing it, and nobody
 * knows what arrived of what was sent last.
 */
export type OnClosed<Data> = (connection: Connection<Data>, lost: boolean) => void

/**
 * The sockets of one actor.
 *
 * Events are queued and leave together at the end of the turn: each send costs a switch between the runtime and the
 * kernel, and a socket with `batch` gets everything that arrived together in one frame. Nothing leaves before the
 * writes of the turn are on disk: the runtime's output gate covers sends.
 */
export class Sockets<Data = unknown> {
  /** What each person may still do here. */
  readonly leases = new Leases(
    (user, order) => budgetStub(env, user).take(order),
    (user, hasCredit) => this.#saveCredit(user, hasCredit),
  )
  readonly #ctx: DurableObjectState
  readonly #actor: Pick<Trace, 'actor' | 'actor_id'>
  // Asking the runtime for the list on each event is slow; it is asked once, on waking.
  readonly #open = new Map<WebSocket, Connection<Data>>()
  #shared: string[] = []
  /** Shared events that some people do not get: event position → users. */
  readonly #except = new Map<number, readonly number[]>()
  readonly #onClosed: OnClosed<Data>
  #flushing = false

  /**
   * `actor` is the kind of actor, for the log; `left` is called once for each connection that is no longer there,
   * whoever ended it.
   */
  constructor(ctx: DurableObjectState, actor: string, left: OnClosed<Data>) {
    this.#ctx = ctx
    this.#actor = { actor, actor_id: ctx.id.name ?? '' }
    this.#onClosed = left
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'))
    for (const socket of ctx.getWebSockets()) {
      if (socket.readyState !== WebSocket.OPEN) continue
      this.#open.set(socket, this.#connection(socket, socket.deserializeAttachment() as SocketState<Data>))
    }
  }

  get size(): number {
    return this.#open.size
  }

  all(): Iterable<Connection<Data>> {
    return this.#open.values()
  }

  of(userId: number): Connection<Data>[] {
    const mine: Connection<Data>[] = []
    for (const connection of this.#open.values()) if (connection.userId === userId) mine.push(connection)
    return mine
  }

  has(userId: number): boolean {
    for (const connection of this.#open.values()) if (connection.userId === userId) return true
    return false
  }

  get(socket: WebSocket): Connection<Data> | undefined {
    return this.#open.get(socket)
  }

  /**
   * A person's open sockets. Closes those by which pings came, and then none for `TIMES.silentSocket`: the other end vanished
   * without a word, and the platform may take an hour to notice. Who never sent any is believed.
   */
  closeSilent(userId: number): ActiveSessions {
    let lastPing = 0
    for (const connection of this.of(userId)) {
      const ping = this.#ctx.getWebSocketAutoResponseTimestamp(connection.socket)?.getTime() ?? 0
      if (ping === 0 || Date.now() - ping < TIMES.silentSocket) lastPing = Math.max(lastPing, ping)
      else this.close(connection, CLOSE.tooSlow, 'No ping came for too long.')
    }
    return { sessions: this.sessionsOf(userId), lastPing }
  }

  /** Takes an upgrade over. The answer must be returned from the actor's `fetch` untouched. */
  accept(
    visit: Omit<SocketState<Data>, 'requestId' | 'creditUntil'> & { hasCredit: boolean },
    protocol: string | null,
  ): { connection: Connection<Data>; answer: Response } {
    // What is queued already happened before this one came, who is told of it in another way.
    this.flush()
    const { 0: client, 1: server } = new WebSocketPair()
    this.#ctx.acceptWebSocket(server)
    const { hasCredit, ...more } = visit
    const session = {
      ...more,
      creditUntil: untilWhen(hasCredit),
      requestId: currentTrace()?.request_id ?? newRequestId(),
    }
    const connection = this.#connection(server, session)
    connection.save()
    this.#open.set(server, connection)
    const headers = new Headers({ 'x-request-id': session.requestId })
    if (protocol !== null) headers.set('sec-websocket-protocol', protocol)
    const answer = new Response(null, { status: 101, webSocket: client, headers })
    const mine = this.of(session.caller.id)
    // The oldest goes, so that a client that loses its sockets without noticing can always come back.
    if (mine.length > LIMITS.socketsPerUser && mine[0]) this.close(mine[0], CLOSE.tooMany, 'Too many sockets.')
    return { connection, answer }
  }

  /**
   * Queues an event for one connection, after everything queued so far. URLs in it may have `viewerOrigin()`.
   * @returns how long it is, in characters.
   */
  send(connection: Connection<Data>, event: object): number {
    const text = forOrigin(JSON.stringify(event), connection.state.caller.origin)
    connection.direct.push({ after: this.#shared.length, event: text })
    this.#flushSoon()
    return text.length
  }

  /** Queues an event for every live connection of a user. */
  sendTo(userId: number, event: object): void {
    for (const connection of this.of(userId)) if (connection.live) this.send(connection, event)
  }

  /** Queues an event for every live connection; it is serialised once. Its URLs have `viewerOrigin()`. */
  broadcast(event: object, exceptUsers: readonly number[] = []): void {
    if (this.#open.size === 0) return
    if (exceptUsers.length > 0) this.#except.set(this.#shared.length, exceptUsers)
    this.#shared.push(JSON.stringify(event))
    this.#flushSoon()
  }

  /** To be called from the actor's `webSocketClose`, and with `lost` from its `webSocketError`. */
  closed(socket: WebSocket, lost = false): void {
    const connection = this.#open.get(socket)
    if (connection) this.#remove(connection, lost)
    else this.#closeUnknown(socket, lost)
    try {
      // A socket that hibernates does not answer the other end's Close by itself.
      socket.close()
    } catch {
      // It was closed on both sides already.
    }
  }

  /** Closes with what is queued for it unsent: whoever is closed here has lost the right to it, or cannot take it. */
  close(connection: Connection<Data>, code: number, reason: string): void {
    try {
      connection.socket.close(code, reason)
    } catch {
      // Already gone: the runtime throws on a socket whose other end has vanished.
    }
    this.#remove(connection, true)
  }

  /** Closes a connection whose session has ended. */
  endSession(connection: Connection<Data>): void {
    this.close(connection, CLOSE.sessionEnded, 'This session has ended.')
  }

  /** Closes the connections of ended sessions: those that are named, or all. */
  endSessions(sessions?: readonly SessionId[]): void {
    for (const connection of this.all()) {
      if (!sessions || sessions.includes(connection.state.caller.session)) this.endSession(connection)
    }
  }

  /** Closes a user's connections whose sessions have ended. */
  endSessionsOf(userId: number, sessions: readonly SessionId[]): void {
    for (const connection of this.of(userId)) {
      if (sessions.includes(connection.state.caller.session)) this.endSession(connection)
    }
  }

  /** A user's sessions that have a socket open here. */
  sessionsOf(userId: number): SessionId[] {
    return [...new Set(this.of(userId).map(({ state }) => state.caller.session))]
  }

  /** Sends what is queued now. */
  flush(): void {
    this.#flushing = false
    const shared = new SharedEvents(this.#shared)
    this.#shared = []
    const exceptUsers = new Set([...this.#except.values()].flat())
    for (const connection of [...this.#open.values()]) {
      const { origin } = connection.state.caller
      const plain = connection.live && connection.direct.length === 0 && !exceptUsers.has(connection.userId)
      const events = plain ? shared.for(origin) : this.#eventsFor(connection, shared.for(origin))
      if (events.length === 0) continue
      if (!connection.state.batch) this.#transmit(connection, events)
      else this.#transmit(connection, [plain ? shared.joinedFor(origin) : frameOf(events)])
    }
    this.#except.clear()
  }

  /** Kept through hibernation: a new life of the actor lets nobody act ahead of a budget that has little left. */
  #saveCredit(user: UserId, hasCredit: boolean): void {
    for (const connection of this.of(user)) {
      connection.state.creditUntil = untilWhen(hasCredit)
      connection.save()
    }
  }

  #eventsFor(connection: Connection<Data>, shared: string[]): string[] {
    const events: string[] = []
    const direct = connection.direct.splice(0)
    let next = 0
    for (let place = 0; place <= shared.length; place++) {
      while (next < direct.length && (direct[next] as PrivateEvent).after <= place)
        events.push((direct[next++] as PrivateEvent).event)
      if (place === shared.length) break
      if (connection.live && !this.#except.get(place)?.includes(connection.userId)) events.push(shared[place] as string)
    }
    return events
  }

  #transmit(connection: Connection<Data>, frames: string[]): void {
    const { socket, state: session } = connection
    // Here too, not only where a client speaks: one that only listens would otherwise listen for ever.
    if (session.caller.sessionEnds <= Date.now()) {
      this.endSession(connection)
      return
    }
    if (socket.bufferedAmount > LIMITS.socketBacklogBytes) {
      this.close(connection, CLOSE.tooSlow, 'Too much was waiting for this socket.')
      return
    }
    try {
      for (const text of frames) socket.send(text)
    } catch {
      // The other end is gone, and its close event may never come.
      this.#remove(connection, true)
    }
  }

  #remove(connection: Connection<Data>, lost: boolean): void {
    connection.direct.length = 0
    if (!this.#open.delete(connection.socket)) return
    // Its close event may still come, and wake an actor that does not know of it any more.
    connection.socket.serializeAttachment(null)
    this.#onClosed(connection, lost)
  }

  /**
   * The close that wakes an actor is of a socket that was no longer open on waking: it has yet to be called left. One
   * that has been already has nothing attached any more.
   */
  #closeUnknown(socket: WebSocket, lost: boolean): void {
    const session = socket.deserializeAttachment() as SocketState<Data> | null
    if (!session) return
    socket.serializeAttachment(null)
    this.#onClosed(this.#connection(socket, session), lost)
  }

  #connection(socket: WebSocket, session: SocketState<Data>): Connection<Data> {
    return new Connection(socket, session, this.#actor)
  }

  #flushSoon(): void {
    if (this.#flushing) return
    this.#flushing = true
    // A task, not a microtask: messages that have already arrived are handled before it and leave with it.
    setTimeout(() => this.flush(), 0)
  }
}

const untilWhen = (hasCredit: boolean): number => (hasCredit ? Date.now() + TIMES.credit : 0)
