/** An actor's hibernatable sockets: accepts connections, queues their events and sends these at the end of the turn. */
import { env } from 'cloudflare:workers'
import { CLOSE, LIMITS, TIMES } from '../../config'
import { currentTrace, newRequestId, type Trace } from '../../log/trace'
import type { SessionId, UserId } from '../../protocol'
import { Leases } from '../budget/leases'
import { budgetStub } from '../rpc/stubs'
import { Connection, type PrivateEvent, type SocketState } from './connection'
import { forOrigin, frameOf, SharedEvents } from './viewer-origin'

/** The sessions by which one user is connected. */
export interface ActiveSessions {
  /** Sessions with an open socket. */
  sessions: SessionId[]
  /** The time of the last `ping` on any of their sockets (ms since 1970); 0 when there was none. */
  lastPing: number
}

/**
 * Called when a connection is gone. `lost`: the client did not close it, and the last events may not have arrived.
 */
export type OnClosed<Data> = (connection: Connection<Data>, lost: boolean) => void

/**
 * Events are queued and leave together at the end of the turn: each send costs a switch between the runtime and the
 * kernel, and a socket with `batch` gets everything that arrived together in one frame. Nothing leaves before the
 * writes of the turn are on disk: the runtime's output gate covers sends.
 */
export class Sockets<Data = unknown> {
  /** The leases of the connected users' budgets. */
  readonly leases = new Leases(
    (user, order) => budgetStub(env, user).take(order),
    (user, hasCredit) => this.#saveCredit(user, hasCredit),
  )
  readonly #ctx: DurableObjectState
  readonly #actor: Pick<Trace, 'actor' | 'actor_id'>
  // The runtime's list is slow to read on each event. It is read once, on waking.
  readonly #open = new Map<WebSocket, Connection<Data>>()
  #shared: string[] = []
  /** Shared events that some users do not receive: position of the event → these users. */
  readonly #except = new Map<number, readonly number[]>()
  readonly #onClosed: OnClosed<Data>
  #flushing = false

  /** @param actor kind of actor, for the log @param onClosed called once for each connection that is gone, however it ended */
  constructor(ctx: DurableObjectState, actor: string, onClosed: OnClosed<Data>) {
    this.#ctx = ctx
    this.#actor = { actor, actor_id: ctx.id.name ?? '' }
    this.#onClosed = onClosed
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
   * A user's open sockets. Closes first those whose pings stopped `TIMES.silentSocket` ago: their client has vanished, and the
   * platform may take an hour to notice. A client that never sent a ping is taken to be there.
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

  /** Accepts an upgrade. The answer must be returned from the actor's `fetch` unchanged. */
  accept(
    visit: Omit<SocketState<Data>, 'requestId' | 'creditUntil'> & { hasCredit: boolean },
    protocol: string | null,
  ): { connection: Connection<Data>; answer: Response } {
    // Queued events are older than this connection, whose first state includes them.
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
    // The oldest is closed, so that a client that lost its sockets without noticing can always come back.
    if (mine.length > LIMITS.socketsPerUser && mine[0]) this.close(mine[0], CLOSE.tooMany, 'Too many sockets.')
    return { connection, answer }
  }

  /**
   * Queues an event for one connection, after everything queued so far. URLs in it may start with `viewerOrigin()`.
   * @returns the length of the event in characters
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

  /** Queues an event for every live connection. It is serialised once, so its URLs start with `viewerOrigin()`. */
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
      // A hibernating socket does not answer the client's Close frame by itself.
      socket.close()
    } catch {
      // Both sides have closed it already.
    }
  }

  /** Closes a connection without sending its queue: the user has lost the right to it, or the client cannot take it. */
  close(connection: Connection<Data>, code: number, reason: string): void {
    try {
      connection.socket.close(code, reason)
    } catch {
      // The runtime throws on a socket whose client has vanished.
    }
    this.#remove(connection, true)
  }

  /** Closes a connection whose session has ended. */
  endSession(connection: Connection<Data>): void {
    this.close(connection, CLOSE.sessionEnded, 'This session has ended.')
  }

  /** Closes the connections of ended sessions, those that are named or all, of one user or of everybody. */
  endSessions(sessions?: readonly SessionId[], userId?: UserId): void {
    for (const connection of userId === undefined ? this.all() : this.of(userId)) {
      if (!sessions || sessions.includes(connection.state.caller.session)) this.endSession(connection)
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

  /** Saved with the sockets, so that a later instance of the actor gives no credit on a budget that has little left. */
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
    for (let index = 0; index <= shared.length; index++) {
      while (next < direct.length && (direct[next] as PrivateEvent).after <= index)
        events.push((direct[next++] as PrivateEvent).event)
      if (index === shared.length) break
      if (connection.live && !this.#except.get(index)?.includes(connection.userId)) events.push(shared[index] as string)
    }
    return events
  }

  #transmit(connection: Connection<Data>, frames: string[]): void {
    const { socket, state: session } = connection
    // Checked here as well as on frames: a client that sends nothing would otherwise receive events for ever.
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
      // The client is gone, and its close event may never come.
      this.#remove(connection, true)
    }
  }

  #remove(connection: Connection<Data>, lost: boolean): void {
    connection.direct.length = 0
    if (!this.#open.delete(connection.socket)) return
    // Its close event may still come, also to a later instance, which must not report it again.
    connection.socket.serializeAttachment(null)
    this.#onClosed(connection, lost)
  }

  /** A close that wakes the actor belongs to a socket that is not among the open ones. Without an attachment it was reported. */
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
    // A task, not a microtask: frames that have already arrived are handled first, and their events leave with these.
    setTimeout(() => this.flush(), 0)
  }
}

const untilWhen = (hasCredit: boolean): number => (hasCredit ? Date.now() + TIMES.credit : 0)
