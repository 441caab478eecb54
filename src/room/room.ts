/** One chat room: the only writer of its members and its history, and the hub of its sockets. */
import { DurableObject } from 'cloudflare:workers'
import type { Caller } from '../actor/caller'
import { receive } from '../actor/receive'
import type { Connection } from '../actor/sockets'
import { inTime, sidebarStub } from '../actor/stubs'
import type { RoomGone, RoomRecord, RoomSummary } from '../actor/summary'
import { readUpgrade } from '../actor/upgrade'
import { CLOSE } from '../config'
import {
  isRefused,
  type Message,
  type MessageDraft,
  type Participant,
  type Person,
  type ReadStatus,
  type Refused,
  type Role,
  type UserId,
} from '../protocol'
import { RoomContext, type RoomPlace } from './context'
import { Conversation, type MessagePage, readFrame } from './conversation'
import { roomDialect } from './frames'
import { Membership, type NewRoom, type RoomPatch } from './membership'
import type { Range } from './messages'
import { participant } from './present'
import { replay } from './replay'
import type { MemberRow, RoomRow } from './schema'
import { Typing } from './typing'

/** How long an answer waits for lists and directory to follow, so that whoever acts and then reads sees their act. */
const FOLLOW = 500

export class Room extends DurableObject<Env> {
  readonly #context = new RoomContext(this.ctx, this.env, {
    left: (connection) => this.#left(connection),
    announce: (caller) => this.#announce(caller),
  })
  readonly #membership = new Membership(this.#context)
  readonly #conversation = new Conversation(this.#context)
  readonly #typing = new Typing()
  readonly #dialect = roomDialect(this.#context, this.#conversation, this.#typing)

  // People and the room itself: each answers when those who act and then list will see it.

  create(caller: Caller, plan: NewRoom): Promise<RoomRecord | Refused> {
    return this.#followed(this.#membership.create(caller, plan))
  }

  detail(caller: Caller): RoomRecord | Refused {
    return this.#membership.detail(caller)
  }

  update(caller: Caller, patch: RoomPatch): Promise<RoomRecord | Refused> {
    return this.#followed(this.#membership.update(caller, patch))
  }

  remove(caller: Caller): Promise<true | Refused> {
    return this.#followed(this.#membership.remove(caller))
  }

  addMembers(caller: Caller, people: Person[]): Promise<RoomRecord | Refused> {
    return this.#followed(this.#membership.add(caller, people))
  }

  removeMember(caller: Caller, user: UserId): Promise<RoomRecord | Refused> {
    return this.#followed(this.#membership.expel(caller, user))
  }

  assignRole(caller: Caller, user: UserId, role: Extract<Role, 'admin' | 'member'>): Promise<RoomRecord | Refused> {
    return this.#followed(this.#membership.assign(caller, user, role))
  }

  leave(caller: Caller): Promise<true | Refused> {
    return this.#followed(this.#membership.leave(caller))
  }

  participants(caller: Caller): Participant[] | Refused {
    const admitted = this.#context.admit(caller)
    return isRefused(admitted) ? admitted : this.#membership.participants()
  }

  // Messages

  async post(caller: Caller, draft: MessageDraft): Promise<{ message: Message; created: boolean } | Refused> {
    const posted = this.#conversation.post(caller, draft)
    if (isRefused(posted)) return posted
    const answer = { message: this.#context.view(caller.origin).of(posted.row), created: posted.created }
    return this.#followed(answer)
  }

  message(caller: Caller, id: number): Message | Refused {
    return this.#conversation.get(caller, id)
  }

  page(caller: Caller, range: Range): MessagePage | Refused {
    return this.#conversation.page(caller, range)
  }

  edit(caller: Caller, id: number, content: string): Promise<Message | Refused> {
    const row = this.#conversation.edit(caller, id, content)
    return this.#followed(isRefused(row) ? row : this.#context.view(caller.origin).of(row))
  }

  erase(caller: Caller, id: number): Promise<Message | Refused> {
    const row = this.#conversation.remove(caller, id)
    return this.#followed(isRefused(row) ? row : this.#context.view(caller.origin).of(row))
  }

  history(caller: Caller, id: number) {
    return this.#conversation.history(caller, id)
  }

  markRead(caller: Caller, id: number): Promise<true | Refused> {
    return this.#followed(this.#conversation.markRead(caller, id))
  }

  readers(caller: Caller, id: number): ReadStatus[] | Refused {
    return this.#conversation.readers(caller, id)
  }

  // What the members' sidebars ask and tell

  /** The room as this person's list has it; from now on their sidebar is told of every change. */
  summaryFor(user: UserId): RoomSummary | RoomGone {
    const state = this.#context.summaryFor(user)
    this.#context.sidebars.asked(user)
    this.#context.members.setSidebar(user, 'gone' in state ? 'asleep' : 'awake')
    return state
  }

  /** Which of a person's sessions have a socket open here. */
  sessionsOf(user: UserId): number[] {
    return [...new Set(this.#context.sockets.of(user).map((connection) => connection.session.caller.session))]
  }

  /** Closes the sockets of sessions that have ended. */
  endSessions(user: UserId, sessions: number[]): void {
    for (const connection of this.#context.sockets.of(user)) {
      if (!sessions.includes(connection.session.caller.session)) continue
      this.#context.sockets.close(connection, CLOSE.sessionEnded, 'This session has ended.')
    }
  }

  personChanged(person: Person): void {
    const member = this.#context.members.get(person.id)
    if (member) this.#context.rename(member, person)
  }

  presenceChanged(user: UserId, online: boolean, lastSeen: string): void {
    if (!this.#context.members.get(user)) return
    this.#context.publish({ type: 'presence', user_id: user, online, last_seen: lastSeen }, user)
  }

  // Runtime hooks

  override async fetch(request: Request): Promise<Response> {
    const { caller, query, protocol, online } = readUpgrade(request)
    const admitted = this.#context.admit(caller)
    if (isRefused(admitted)) return new Response(null, { status: 404 })
    const { connection, answer } = this.#context.sockets.accept(
      { caller, batch: query.get('batch') === '1', place: null },
      protocol,
    )
    // A sidebar that does not answer now is told later; the conversation does not wait for it.
    const owed = () => this.#context.outbox.owe(`opened:${caller.id}:${caller.session}`, caller)
    this.ctx.waitUntil(this.#announce(caller).catch(owed))
    const after = resumePoint(query.get('after'))
    const ready = () => this.#ready(connection, admitted.room, online)
    if (after === null) ready()
    else {
      connection.live = false
      this.ctx.waitUntil(replay(this.#context.sockets, connection, this.#replaySource(), after, ready))
    }
    return answer
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    const connection = this.#context.sockets.get(socket)
    if (!connection) return
    if (connection.session.caller.sessionEnds <= Date.now()) {
      this.#context.sockets.close(connection, CLOSE.sessionEnded, 'This session has ended.')
    } else receive(this.#context.sockets, connection, data, this.#dialect)
  }

  override webSocketClose(socket: WebSocket): void {
    this.#context.sockets.closed(socket)
  }

  override webSocketError(socket: WebSocket): void {
    this.#context.sockets.closed(socket)
  }

  override async alarm(): Promise<void> {
    this.#context.alarm.rang()
    await Promise.all([this.#context.sidebars.rang(), this.#context.outbox.deliver()])
    this.#context.outbox.schedule()
  }

  #ready(connection: Connection<RoomPlace>, room: RoomRow, elsewhere: number[]): void {
    const here = [...this.#context.sockets.all()].map((other) => other.userId)
    const online = [...new Set([...here, ...elsewhere])].filter((user) => this.#context.members.get(user))
    this.#context.sockets.send(connection, {
      type: 'ready',
      seq: this.#context.timeline.seq,
      room: room.id,
      you: connection.userId,
      online,
    })
  }

  /**
   * Tells the person's sidebar that they have this room open: for presence, for notifications they need not get, and so
   * that the end of their session finds this socket. A session that ended on the way here is closed again.
   */
  async #announce(caller: Caller): Promise<void> {
    if (!this.sessionsOf(caller.id).includes(caller.session)) return
    const ended = await inTime(sidebarStub(this.env, caller.id).opened(this.#context.id, caller))
    if (ended) this.endSessions(caller.id, [caller.session])
  }

  #left(connection: Connection<RoomPlace>): void {
    const { id, session, username } = connection.session.caller
    if (!this.#context.sockets.has(id) && this.#typing.stop(id)) {
      this.#context.publish({ type: 'stop_typing', user_id: id, username })
    }
    if (this.sessionsOf(id).includes(session)) return
    const told = inTime(sidebarStub(this.env, id).closed(this.#context.id, session))
    // Not told, the sidebar finds out by asking before it calls the person online again.
    this.ctx.waitUntil(told.catch(() => undefined))
  }

  #replaySource() {
    const context = this.#context
    const view = context.view()
    return {
      seq: () => context.timeline.seq,
      room: () => context.room as RoomRow,
      members: context.members,
      messages: context.messages,
      messageFrame: (type: 'new_message' | 'message_updated' | 'message_deleted', seq: number, row: never) => ({
        type,
        seq,
        message: view.of(row),
      }),
      memberFrames: (since: number) =>
        context.members.changedSince(since).flatMap((row) => this.#memberFrames(row, since)),
      roomFrame: (room: RoomRow) => this.#membership.roomFrame(room),
    }
  }

  /** What a resume after `since` says about one person. */
  #memberFrames(row: MemberRow, since: number) {
    const { changed_seq: seq } = row
    const frames = []
    if (seq > since && row.left_at !== null) {
      frames.push({
        seq,
        frame: { type: 'member_removed', seq, user: { id: row.user_id, username: row.username } } as const,
      })
    } else if (seq > since) {
      const type = row.joined_seq > since ? 'member_added' : 'member_updated'
      const user = participant(row, this.#context.origin, this.#context.sockets.has(row.user_id))
      frames.push({ seq, frame: { type, seq, user } as const })
    }
    if (row.read_seq > since && row.left_at === null) frames.push({ seq: row.read_seq, frame: readFrame(row) })
    return frames
  }

  /** Gives an answer once lists and directory have followed, or have been given `FOLLOW` ms to. */
  async #followed<T>(answer: T): Promise<T> {
    if (isRefused(answer)) return answer
    await Promise.all([this.#context.sidebars.settle(FOLLOW), this.#context.index.settle(FOLLOW)])
    return answer
  }
}

/** `?after=` as a seq, or null when it is absent or no number: then only what comes is sent. */
function resumePoint(after: string | null): number | null {
  return after !== null && /^\d{1,16}$/.test(after) ? Number(after) : null
}
