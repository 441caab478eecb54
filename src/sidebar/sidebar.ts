/** The sidebar of one user, its owner: their room list with unread counts, and whether they are online. */
import { DurableObject } from 'cloudflare:workers'
import { COSTS } from '../actor/budget/costs'
import type { Announcement } from '../actor/rpc/announcement'
import type { Caller } from '../actor/rpc/caller'
import type { RoomSettings } from '../actor/rpc/list'
import type { SessionCheck } from '../actor/rpc/session-check'
import { feedStub, inTime } from '../actor/rpc/stubs'
import type { PushAnswer, RoomReport } from '../actor/rpc/summary'
import { traced } from '../actor/rpc/traced'
import { type Dialect, type FrameRates, receiveOrWait } from '../actor/sockets/receive'
import { readUpgrade } from '../actor/sockets/upgrade'
import type {
  InviteStatus,
  MessageId,
  MyRoomBody,
  Person,
  Refused,
  RoomId,
  RoomInList,
  SessionId,
  UserId,
} from '../protocol'
import { SidebarUp } from '../protocol'
import { SidebarParts } from './parts'
import type { ListPage, PageStart } from './presenters/page'
import type { OpenTarget } from './store/open-targets'

/** The rate class of each command. */
export const SIDEBAR_RATES: FrameRates<SidebarUp, 'type'> = { get_snapshot: 'list' }

/** Addressed by its owner's id. */
export class Sidebar extends DurableObject<Env> {
  static {
    traced(Sidebar, 'sidebar')
  }

  readonly #user: UserId = Number(this.ctx.id.name)
  readonly #parts = new SidebarParts(this.ctx, this.env, this.#user)
  readonly #dialect: Dialect<SidebarUp, 'type', null> = {
    schema: SidebarUp,
    name: 'type',
    rates: SIDEBAR_RATES,
    handlers: {
      get_snapshot: ({ ref }, from) => this.#parts.sockets.send(from, { ...this.#parts.stream.snapshot(), ref }),
    },
  }

  // Called by rooms

  /** A room pushes its newest state. @returns which changes it is to push from now on */
  async roomChanged(report: RoomReport): Promise<PushAnswer> {
    const { erasure, sync } = this.#parts
    if (!erasure.isErased) return sync.roomChanged(report)
    // The room admitted the owner, or reports it, after the erasure.
    if (!('gone' in report.state)) erasure.enqueueRoom(report.state.room)
    return 'none'
  }

  /**
   * A session opened its first socket with a room or the feed. The feed is brought up to date before the answer.
   * @param before the room's state until then
   * @returns true when the session has ended: the socket must be closed again
   */
  async targetOpened(target: OpenTarget, { session }: Caller, before?: RoomReport): Promise<boolean> {
    const { sessions, presence, sync } = this.#parts
    if (sessions.hasEnded(session)) return true
    // Before the opening is recorded: until then the room counted as closed.
    if (before) this.ctx.waitUntil(sync.onRoomOpening(before))
    presence.targetOpened(target, session)
    if (target === 'feed') await sync.refreshStale()
    return sessions.hasEnded(session)
  }

  /** A session closed its last socket with a target, which showed what is unread up to message `shown`; 0 for none. */
  targetClosed(target: OpenTarget, session: SessionId, shown: MessageId = 0): void {
    this.#parts.targets.closed(target, session)
    if (shown > 0 && target !== 'feed') this.#parts.rooms.markSeen(target, shown)
  }

  async announce(announcement: Announcement): Promise<void> {
    if (!this.#parts.erasure.isErased) await this.#parts.announcements.announce(announcement)
  }

  /** An edited message no longer mentions the owner. */
  async withdrawMention(room: RoomId, message: MessageId): Promise<void> {
    if (!this.#parts.erasure.isErased) await this.#parts.announcements.withdrawMention(room, message)
  }

  /** The owner's invite to a room was answered or withdrawn. */
  async inviteAnswered(room: RoomId, status: Exclude<InviteStatus, 'open'>, version: number): Promise<void> {
    if (!this.#parts.erasure.isErased) await this.#parts.announcements.inviteAnswered(room, status, version)
  }

  /** The owner read in the room what was announced under this subject. */
  async markReadBySubject(subject: string): Promise<void> {
    if (!this.#parts.erasure.isErased) await this.#parts.announcements.markReadBySubject(subject)
  }

  typing(room: RoomId, user: UserId): void {
    this.#parts.stream.publishTyping(room, user)
  }

  // Called by the Worker

  list(origin: string, limit: number, from?: PageStart): Promise<ListPage> {
    return this.#parts.list.page(origin, limit, from)
  }

  listByIds(origin: string, ids: RoomId[]): Promise<RoomInList[]> {
    return this.#parts.list.byIds(origin, ids)
  }

  searchableRooms(origin: string, limit: number, room?: RoomId): Promise<RoomInList[]> {
    return this.#parts.list.searchable(origin, limit, room)
  }

  settingsOf(room: RoomId): RoomSettings {
    return this.#parts.list.settingsOf(room)
  }

  updateSettings(room: RoomId, body: MyRoomBody, origin: string): Promise<RoomInList | Refused | null> {
    return this.#parts.list.updateSettings(room, body, origin)
  }

  refreshStale(): Promise<void> {
    return this.#parts.sync.refreshStale()
  }

  checkSession(session: SessionId, generation: number, room: RoomId | null): SessionCheck {
    return this.#parts.sessions.check(session, generation, room)
  }

  usedGeneration(session: SessionId): number {
    return this.#parts.sessions.usedGeneration(session)
  }

  /** Resolves when the sessions are refused everywhere. Their sockets in rooms and in the feed close meanwhile. */
  endSessions(sessions: SessionId[]): void {
    this.#parts.sessions.end(sessions)
  }

  /**
   * The owner's account is about to be erased, or is. The directory decides which; `sessions` end at once.
   * @param notified users whose notifications may name the owner apart from any room
   */
  accountErased(picture: boolean, sessions: SessionId[], notified: UserId[] = []): void {
    this.#parts.erasure.announce(picture, notified)
    if (sessions.length > 0) this.endSessions(sessions)
  }

  /** Another user's account is erased: the list, if they share `room`, and the feed drop their name. */
  async personErased(user: UserId, room: RoomId | null): Promise<void> {
    const { erasure, rooms, sync } = this.#parts
    if (erasure.isErased) return
    if (room !== null && rooms.everListed().includes(room)) await sync.refreshOne(room)
    await inTime(feedStub(this.env, this.#user).personErased(user))
  }

  /** How many rooms would take over a new name or picture of the owner. */
  roomCount(): number {
    return this.#parts.rooms.everListed().length
  }

  /** The owner has new names or a new picture: every room that shows them takes them over. */
  personChanged(person: Person): void {
    const { erasure, profile, rooms } = this.#parts
    if (!erasure.isErased && profile.update(person)) profile.enqueueFor(rooms.everListed())
  }

  /** Somebody who may see the owner's presence came online. */
  viewerCameOnline(): void {
    this.#parts.presence.viewerCameOnline()
  }

  peerPresenceChanged(peer: UserId, online: boolean, lastSeen: string): void {
    if (online) this.viewerCameOnline()
    this.#parts.stream.publishPresence(peer, online, lastSeen)
  }

  /** The owner blocked or unblocked somebody with whom they share `rooms`. Resolves when the rooms have it or will get it. */
  async blockChanged(other: UserId, rooms: RoomId[]): Promise<void> {
    this.#parts.sockets.leases.charge(this.#user, rooms.length * COSTS.roomBlocked)
    await this.#parts.outbox.blockChanged(other, rooms)
    this.ctx.waitUntil(this.refreshPresenceOf(other))
  }

  /** See `Alarm.overdueSince`. */
  overdueSince(): number | null {
    return this.#parts.alarm.overdueSince()
  }

  /** The circle of users who may see the owner's presence changed. */
  presenceCircleChanged(): Promise<void> {
    return this.#parts.presencePush.pushCircle()
  }

  /** What the owner may see of another user's presence changed. */
  refreshPresenceOf(other: UserId): Promise<void> {
    return this.#parts.presencePush.refresh(other)
  }

  // Called by the runtime

  override async fetch(request: Request): Promise<Response> {
    const upgrade = readUpgrade(request)
    const { sessions, connections } = this.#parts
    if (sessions.hasEnded(upgrade.caller.session)) return new Response(null, { status: 401 })
    this.personChanged(upgrade.caller)
    return connections.accept(upgrade)
  }

  override async webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    const { sockets } = this.#parts
    const connection = sockets.get(socket)
    if (connection) await receiveOrWait(sockets, connection, data, this.#dialect)
  }

  override webSocketClose(socket: WebSocket): void {
    this.#parts.sockets.closed(socket)
  }

  override webSocketError(socket: WebSocket): void {
    this.#parts.sockets.closed(socket)
  }

  override async alarm(): Promise<void> {
    const { alarm, outbox, presence, sync, erasure } = this.#parts
    await alarm.ring({
      outbox: () => outbox.deliver(),
      presence: () => presence.onAlarm(),
      list: () => this.#parts.isWatched() && sync.retryStale(),
    })
    if (erasure.isErased && outbox.isEmpty) {
      await erasure.wipe()
      alarm.onDeleted()
      alarm.arm()
    }
  }
}
