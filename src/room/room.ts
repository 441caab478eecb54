/** One chat room: the only writer of its members and its history, and the hub of its sockets. */
import { DurableObject } from 'cloudflare:workers'
import { COSTS } from '../actor/budget/costs'
import type { Caller } from '../actor/rpc/caller'
import type { RoomQuotes } from '../actor/rpc/room-quotes'
import type { RoomRecord, RoomReport } from '../actor/rpc/summary'
import { traced } from '../actor/rpc/traced'
import { Inbox } from '../actor/sockets/inbox'
import type { ActiveSessions } from '../actor/sockets/sockets'
import { readUpgrade } from '../actor/sockets/upgrade'
import { TIMES } from '../config'
import type { RoomBlock } from '../directory/rooms/projection'
import {
  type Ban,
  type Edit,
  type Invitation,
  isRefused,
  type Message,
  type MessageDraft,
  type MessageId,
  type Participant,
  type Person,
  type ReadStatus,
  type Refused,
  type Role,
  type RoomInvite,
  type SessionId,
  type StorageUse,
  type SystemMessage,
  type UserId,
} from '../protocol'
import { RoomContext, textWork } from './context'
import { Connections } from './sockets/connections'
import { roomDialect } from './sockets/frames'
import { Typing } from './sockets/typing'
import { type BanKey, EntryStore, type LinkLimits } from './store/entries'
import { InviteAnswers } from './store/invites'
import type { Range } from './store/messages'
import type { SearchQuery } from './store/search'
import { Archive, type ArchivePage, type ArchivePoint, type RestoreStep } from './usecases/archive'
import { Entry, type Preview } from './usecases/entry'
import { Erasure } from './usecases/erasure'
import { Members, type NewRoom, type ParticipantKey, type RoomPatch } from './usecases/members'
import { type MessagePage, Messages, type SearchAnswer } from './usecases/messages'
import { Reactions } from './usecases/reactions'
import { type Reopened, reopen } from './usecases/reopening'

/** How long an answer waits for lists and directory to follow, so that whoever acts and then reads sees their act. */
const DELIVERY_WAIT = 500
/** The code of a close that came without a Close frame (RFC 6455, 7.1.5). */
const ABNORMAL = 1006

export class Room extends DurableObject<Env> {
  static {
    traced(Room, 'room')
  }

  readonly #context: RoomContext = new RoomContext(this.ctx, this.env, {
    onClosed: (connection, lost) => this.#visits.onClosed(connection, lost),
    announce: (caller) => this.#visits.announce(caller),
    reportClosed: (parting) => this.#visits.reportClosed(parting),
  })
  readonly #typing = new Typing(this.#context.sockets)
  readonly #doors = new EntryStore(this.ctx.storage.sql)
  readonly #membership = new Members(this.#context, this.#doors)
  readonly #invites = new InviteAnswers(this.#context, this.#membership)
  readonly #entry = new Entry(this.#context, this.#membership, this.#doors)
  readonly #reacting = new Reactions(this.#context)
  readonly #erasure = new Erasure(this.#context, this.#membership, this.#reacting)
  readonly #conversation = new Messages(this.#context)
  readonly #visits = new Connections(this.ctx, this.#context, this.#membership, this.#typing)
  readonly #inbox = new Inbox(
    this.#context.sockets,
    roomDialect(this.#context, this.#conversation, this.#reacting, this.#typing),
  )
  readonly #archive = new Archive(this.ctx.storage, this.#context)

  // People and the room itself: each answers when those who act and then list will see it.

  /** `blocks`: of the people of the plan, between each other. */
  create(caller: Caller, plan: NewRoom, blocks: RoomBlock[] = []): Promise<RoomRecord | Refused> {
    return this.#afterDelivery(this.#membership.create(caller, plan, blocks), { indexed: TIMES.directory })
  }

  detail(caller: Caller): RoomRecord | Refused {
    return this.#membership.detail(caller)
  }

  update(caller: Caller, patch: RoomPatch): Promise<RoomRecord | Refused> {
    return this.#afterDelivery(this.#membership.update(caller, patch))
  }

  async deleteRoom(caller: Caller): Promise<true | Refused> {
    const { sockets, members } = this.#context
    const work = members.get(caller.id)?.role === 'owner' ? members.current().length * COSTS.memberGone : 0
    return (await sockets.leases.coverOrWait(caller.id, work)) ?? this.#afterDelivery(this.#membership.remove(caller))
  }

  /** `blocks`: between these people, and between them and the members. */
  addMembers(caller: Caller, people: Person[], blocks: RoomBlock[] = []): Promise<RoomRecord | Refused> {
    return this.#afterDelivery(this.#membership.add(caller, people, blocks))
  }

  removeMember(caller: Caller, user: UserId): Promise<RoomRecord | Refused> {
    return this.#afterDelivery(this.#membership.expel(caller, user))
  }

  assignRole(caller: Caller, user: UserId, role: Extract<Role, 'admin' | 'member'>): Promise<RoomRecord | Refused> {
    return this.#afterDelivery(this.#membership.assign(caller, user, role))
  }

  leave(caller: Caller): Promise<true | Refused> {
    return this.#afterDelivery(this.#membership.leave(caller))
  }

  link(caller: Caller): Invitation | Refused {
    return this.#entry.link(caller)
  }

  openLink(caller: Caller, limits: LinkLimits): Invitation | Refused {
    return this.#entry.openLink(caller, limits)
  }

  revokeLink(caller: Caller): true | Refused {
    return this.#entry.revokeLink(caller)
  }

  /** `blocks`: between the caller and the members. */
  preview(caller: Caller, code: string, blocks: RoomBlock[] = []): Preview | Refused {
    const hidden = blocks.flatMap(({ blocker, blocked }) => [blocker, blocked]).filter((id) => id !== caller.id)
    return this.#entry.preview(caller, code, hidden)
  }

  join(caller: Caller, code: string, blocks: RoomBlock[] = []): Promise<RoomRecord | Refused> {
    return this.#afterDelivery(this.#entry.join(caller, code, blocks))
  }

  /** In the order of their being banned; `after` is when the last before this part was, and whom it was. */
  /** Invitations of people who left that wait for their answer. */
  listInvites(caller: Caller): RoomInvite[] | Refused {
    return this.#invites.list(caller)
  }

  withdrawInvite(caller: Caller, user: UserId): true | Refused {
    return this.#invites.withdraw(caller, user)
  }

  acceptInvite(caller: Caller, blocks: RoomBlock[]): Promise<RoomRecord | Refused> {
    return this.#afterDelivery(this.#invites.accept(caller, blocks))
  }

  declineInvite(caller: Caller): true | Refused {
    return this.#invites.decline(caller)
  }

  bans(caller: Caller, limit?: number, after?: BanKey): Ban[] | Refused {
    return this.#entry.bans(caller, limit, after)
  }

  ban(caller: Caller, person: Person): Promise<Ban[] | Refused> {
    return this.#afterDelivery(this.#entry.ban(caller, person))
  }

  unban(caller: Caller, user: UserId): true | Refused {
    return this.#entry.unban(caller, user)
  }

  /** How much of its quota the room has used, for one of its members. */
  storageUse(caller: Caller): StorageUse | Refused {
    const admitted = this.#context.admit(caller)
    return isRefused(admitted) ? admitted : this.#context.storage.use()
  }

  /** Longest-standing first; `after` is the last person before this part. */
  participants(caller: Caller, limit?: number, after?: ParticipantKey): Participant[] | Refused {
    const admitted = this.#context.admit(caller)
    return isRefused(admitted) ? admitted : this.#membership.participants(caller, limit, after)
  }

  // Messages

  async post(caller: Caller, draft: MessageDraft): Promise<{ message: Message; created: boolean } | Refused> {
    const { leases } = this.#context.sockets
    if (!this.#conversation.isRepeat(caller.id, draft)) {
      const tooSoon =
        (await leases.coverOrWait(caller.id, textWork(draft.content ?? ''))) ??
        (await leases.takeOrWait(caller.id, 'send'))
      if (tooSoon) return tooSoon
    }
    leases.charge(caller.id, COSTS.request)
    await this.#conversation.reserve(caller, draft)
    const posted = this.#conversation.post(caller, draft)
    if (isRefused(posted)) return posted
    const answer = { message: this.#context.view(caller).of(posted.row), created: posted.created }
    return this.#afterDelivery(answer, { by: caller.id })
  }

  message(caller: Caller, id: number): Message | Refused {
    return this.#conversation.get(caller, id)
  }

  page(caller: Caller, range: Range, words?: string): MessagePage | Refused {
    return this.#conversation.page(caller, range, words)
  }

  systemPage(caller: Caller, range: Range): MessagePage<SystemMessage> | Refused {
    return this.#context.system.page(caller, range)
  }

  search(caller: Caller, query: SearchQuery): SearchAnswer | Refused {
    return this.#conversation.search(caller, query)
  }

  async edit(caller: Caller, id: number, edit: Edit): Promise<Message | Refused> {
    const { leases } = this.#context.sockets
    const tooSoon =
      (await leases.coverOrWait(caller.id, textWork(edit.content ?? ''))) ??
      (await leases.takeOrWait(caller.id, 'send'))
    if (tooSoon) return tooSoon
    leases.charge(caller.id, COSTS.request)
    const row = this.#conversation.edit(caller, id, edit)
    return this.#afterDelivery(isRefused(row) ? row : this.#context.view(caller).of(row), { by: caller.id })
  }

  async react(caller: Caller, id: number, emoji: string, given: boolean): Promise<Message | Refused> {
    const { leases } = this.#context.sockets
    const isSo = this.#reacting.isRepeat(caller, id, emoji, given)
    const tooSoon = isSo ? null : await leases.takeOrWait(caller.id, 'react')
    if (tooSoon) return tooSoon
    leases.charge(caller.id, COSTS.request)
    const row = this.#reacting.set(caller, id, emoji, given)
    return isRefused(row) ? row : this.#context.view(caller).of(row)
  }

  deleteMessage(caller: Caller, id: number): Promise<Message | Refused> {
    const row = this.#conversation.deleteMessage(caller, id)
    return this.#afterDelivery(isRefused(row) ? row : this.#context.view(caller).of(row), { by: caller.id })
  }

  /** Earlier texts, oldest first; `after` is when the last before this part was replaced (ms since 1970). */
  messageVersions(caller: Caller, id: number, limit?: number, after?: number) {
    return this.#conversation.messageVersions(caller, id, limit, after)
  }

  markRead(caller: Caller, id: number): Promise<true | Refused> {
    return this.#afterDelivery(this.#conversation.markRead(caller, id), { by: caller.id })
  }

  readers(caller: Caller, id: number): ReadStatus[] | Refused {
    return this.#conversation.readers(caller, id)
  }

  // What the members' sidebars ask and tell

  /** The room as this person's list has it; from now on their sidebar is told of every change. */
  summaryFor(user: UserId): RoomReport {
    return this.#context.sidebars.answerQuestion(user)
  }

  /** What a member's feed repeats of these messages and people, as it is now. */
  quotesFor(user: UserId, ids: MessageId[], people: UserId[]): RoomQuotes {
    return this.#conversation.quotesFor(user, ids, people)
  }

  /** How many of a person's unread messages are not newer than this one. */
  unreadUpTo(user: UserId, message: MessageId): number {
    return this.#context.unread.upTo(user, message)
  }

  /** Which of a person's sessions have a socket open here. */
  activeSessions(user: UserId): ActiveSessions {
    return this.#context.sockets.closeSilent(user)
  }

  /** Closes the sockets of sessions that have ended. */
  endSessions(user: UserId, sessions: SessionId[]): void {
    this.#visits.end(user, sessions)
  }

  // What staff and the operator ask

  /** Ends the room for everybody, whoever owns it. */
  removeByStaff(): Promise<true> {
    return this.#afterDelivery(this.#membership.removeByStaff())
  }

  /** When something last happened here (ms since 1970), and how much is stored; null when there is no room. */
  figures(): { last_activity: number; stored_bytes: number } | null {
    const { room, messages } = this.#context
    if (!room || room.deleted_at !== null) return null
    return {
      last_activity: messages.newest()?.created_at ?? room.created_at,
      stored_bytes: this.#context.storage.use().used_bytes,
    }
  }

  archive(from: ArchivePoint | null): ArchivePage | null {
    return this.#archive.page(from)
  }

  /** After the last step this life of the room ends: `reopen` wakes the next. */
  restore(step: RestoreStep): Promise<Refused | null> {
    return this.#archive.take(step, () => this.ctx.abort('Restored'))
  }

  reopen(): Promise<Reopened | Refused> {
    return this.#afterDelivery(reopen(this.#context, this.#archive), { indexed: TIMES.directory })
  }

  /** Notifies every member that their room is exported. */
  announceExport(): void {
    this.#context.announcements.exported()
  }

  /** Somebody who is or was in the room has another name or picture. */
  personChanged(person: Person): void {
    const { room, members } = this.#context
    const known = members.everJoined(person.id)
    if (known && room?.deleted_at === null) this.#context.updateProfile(known, person)
  }

  /** Somebody's account is erased. Repeating it changes nothing. */
  personErased(user: UserId): void {
    this.#erasure.erase(user)
  }

  /** A member came online or went; `hiddenFrom` may not know, and where `only` is given, only those may. */
  presenceChanged(
    user: UserId,
    online: boolean,
    lastSeen: string,
    hiddenFrom: UserId[] = [],
    only: UserId[] | null = null,
  ): void {
    this.#visits.presenceChanged({ type: 'presence', user_id: user, online, last_seen: lastSeen }, hiddenFrom, only)
  }

  /** What `viewer` may know of a member's presence has changed. */
  showPresence(viewer: UserId, user: UserId, online: boolean, lastSeen: string): void {
    this.#visits.showPresence(viewer, { type: 'presence', user_id: user, online, last_seen: lastSeen })
  }

  /**
   * One of two people has blocked the other, or has lifted that. The room need not have both, nor exist yet: the direct
   * room of the two may be created later. `shown`: how the blocked person goes on seeing the blocker. `asked`: when the
   * directory was asked, by the clock of the blocker's sidebar; absent from one of an earlier release.
   */
  setBlock(blocker: UserId, blocked: UserId, stands: boolean, shown: RoomBlock['shown'] = null, asked?: number): void {
    if (asked !== undefined && !this.#context.blocks.isNewest(blocker, blocked, asked)) return
    // Whoever was typing would otherwise be seen to stop by the other, later: that they went, or wrote to others.
    for (const user of stands ? [blocker, blocked] : []) {
      if (this.#typing.stop(user)) this.#context.publishTyping('stop_typing', user)
    }
    if (stands) this.#context.blockUsecases.begin({ blocker, blocked, shown })
    else this.#context.blockUsecases.end(blocker, blocked)
  }

  // Runtime hooks

  override fetch(request: Request): Response {
    return this.#visits.open(readUpgrade(request))
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    const connection = this.#context.sockets.get(socket)
    if (connection) this.#inbox.add(connection, data)
  }

  override webSocketClose(socket: WebSocket, code: number): Promise<void> | undefined {
    return this.#closed(socket, code === ABNORMAL)
  }

  override webSocketError(socket: WebSocket): void {
    void this.#closed(socket, true)
  }

  override async alarm(): Promise<void> {
    this.#context.alarm.onAlarm()
    if (this.#context.room?.deleted_at !== null) this.#archive.expire()
    this.#context.messages.search.index.rebuildStep()
    this.#context.scheduleRebuild()
    await Promise.all([this.#context.sidebars.onAlarm(), this.#context.outbox.deliver()])
    this.#context.outbox.schedule()
  }

  /** A close comes after everything that was said on the socket. */
  #closed(socket: WebSocket, lost: boolean): Promise<void> | undefined {
    const { sockets } = this.#context
    this.#inbox.handleAll()
    const held = this.#inbox.waitingOf(sockets.get(socket))
    if (held) return held.then(() => sockets.closed(socket, lost))
    sockets.closed(socket, lost)
    return undefined
  }

  /**
   * Gives an answer once lists, that of `by` first, and the directory have followed, or have been given `FOLLOW` ms to.
   * `indexed` is how long the directory is waited for: a room that it does not know is not there for anybody who asks for it by REST.
   */
  async #afterDelivery<T>(
    answer: T,
    { by, indexed = DELIVERY_WAIT }: { by?: UserId; indexed?: number } = {},
  ): Promise<T> {
    if (isRefused(answer)) return answer
    await Promise.all([this.#context.sidebars.flush(DELIVERY_WAIT, by), this.#context.projection.flush(indexed)])
    return answer
  }
}
