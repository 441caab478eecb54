/** One person's sidebar: their rooms in order, what is unread in each, and whether they are online. */
import { DurableObject } from 'cloudflare:workers'
import { COSTS } from '../actor/budget/costs'
import type { Announcement } from '../actor/rpc/announcement'
import type { Caller } from '../actor/rpc/caller'
import { type RoomSettings, roomInList } from '../actor/rpc/list'
import { feedStub, inTime } from '../actor/rpc/stubs'
import type { PushAnswer, RoomReport } from '../actor/rpc/summary'
import { traced } from '../actor/rpc/traced'
import { type Dialect, type FrameRates, receiveOrWait } from '../actor/sockets/receive'
import { Sockets } from '../actor/sockets/sockets'
import { readUpgrade } from '../actor/sockets/upgrade'
import { Alarm } from '../actor/store/alarm'
import { migrate } from '../actor/store/migrate'
import { BOUNDS } from '../config'
import {
  type InviteStatus,
  LIMITS,
  type MessageId,
  type MyRoomBody,
  type Person,
  type Refused,
  type RoomId,
  type RoomInList,
  refuse,
  type SessionId,
  type SidebarDown,
  SidebarUp,
  type UserId,
} from '../protocol'
import { SidebarOutbox } from './outbound/outbox'
import { type ListPage, type PageStart, pageOf } from './presenters/page'
import { Connections } from './sockets/connections'
import { ListStream } from './sockets/list-stream'
import { EndedSessionStore } from './store/ended-sessions'
import { migrations } from './store/migrations'
import { isNews, RoomStore } from './store/rooms'
import { Erasure } from './usecases/erasure'
import { type OpenTarget, Presence } from './usecases/presence'
import { Profile } from './usecases/profile'
import { RoomSync } from './usecases/room-sync'

/** What each command is counted as. */
export const SIDEBAR_RATES: FrameRates<SidebarUp, 'type'> = { get_snapshot: 'list' }

export class Sidebar extends DurableObject<Env> {
  static {
    traced(Sidebar, 'sidebar')
  }

  readonly #user: UserId = Number(this.ctx.id.name)
  readonly #alarm = new Alarm(this.ctx.storage)
  readonly #rooms: RoomStore
  readonly #endedSessions: EndedSessionStore
  readonly #presence: Presence
  readonly #sockets: Sockets<null>
  readonly #outbox: SidebarOutbox
  readonly #profile: Profile
  readonly #erasure: Erasure
  readonly #stream: ListStream
  readonly #sync: RoomSync
  readonly #connections: Connections
  readonly #dialect: Dialect<SidebarUp, 'type', null> = {
    schema: SidebarUp,
    name: 'type',
    rates: SIDEBAR_RATES,
    handlers: {
      get_snapshot: ({ ref }, from) => this.#sockets.send(from, { ...this.#stream.snapshot(), ref }),
    },
  }

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    migrate(ctx.storage, migrations)
    const { sql } = ctx.storage
    this.#rooms = new RoomStore(sql)
    this.#endedSessions = new EndedSessionStore(sql)
    this.#sockets = new Sockets(ctx, 'sidebar', (connection) => this.#connections.left(connection))
    this.#stream = new ListStream(env, sql, this.#rooms, this.#sockets)
    this.#sync = new RoomSync(env, this.#user, this.#rooms, this.#stream, this.#alarm, {
      rooms: () => this.#presence.roomsOpen(),
      isNotIn: (room) => this.#presence.isNotIn(room),
      isOnline: () => this.#presence.online,
      isKnownAs: (room, version) => this.#profile.isKnownAs(room, version),
      charge: (work) => this.#sockets.leases.charge(this.#user, work),
    })
    this.#erasure = new Erasure(ctx.storage, env, {
      user: this.#user,
      rooms: () => this.#rooms.everListed(),
      onErased: () => this.#onErased(),
      owe: (key, payload) => this.#outbox.owe(key, payload),
      owed: (key) => this.#outbox.owed(key),
    })
    this.#profile = new Profile(sql, env, (room) => this.#outbox.owe(`person:${room}`, { room }))
    this.#outbox = new SidebarOutbox(sql, this.#alarm, env, this.#user, {
      ...this.#erasure.recipients,
      person: (owed) => this.#profile.deliver(owed),
    })
    this.#presence = new Presence(sql, env, this.#alarm, {
      user: this.#user,
      hasSockets: () => this.#sockets.size > 0,
      lastPing: () => this.#sockets.closeSilent(this.#user).lastPing,
      peers: () => this.#rooms.peers(),
      rooms: () => this.#rooms.presenceRooms(BOUNDS.presenceRooms, BOUNDS.presenceRoomSize),
      onPresenceChanged: (online, at) => this.#onPresenceChanged(online, at),
      unseen: (room) => this.ctx.waitUntil(this.#sync.unseen(room)),
      show: (user, online, lastSeen) => this.peerPresenceChanged(user, online, lastSeen),
      charge: (work) => this.#sockets.leases.charge(this.#user, work),
    })
    this.#connections = new Connections(ctx, this.#sockets, this.#stream, this.#presence, this.#sync)
    void ctx.blockConcurrencyWhile(async () => {
      await this.#alarm.load()
      this.#presence.onWake()
    })
  }

  // What rooms tell

  /** Takes over a room's state, shows it, tells the feed, and says what to tell from now on. */
  async roomChanged(report: RoomReport): Promise<PushAnswer> {
    const { state } = report
    if (this.#erasure.isErased) {
      // A room that let the person in, or told of it, too late.
      if (!('gone' in state)) this.#erasure.tell(state.room)
      return 'asleep'
    }
    const change = await this.#sync.onReport(report)
    // Decided after the last wait, in the turn of the answer: whoever connects later finds the room marked.
    if (this.#isWatched()) return isNews(change) && report.knows_written === true ? 'written' : 'awake'
    // What a room repeats after it woke does not stand for the one change that is heard before I sleep on it.
    if (!isNews(change) && this.#sync.isSubscribed(state.room)) return 'awake'
    this.#sync.unsubscribe(state.room)
    return 'gone' in state || state.unread === 0 ? 'idle' : 'asleep'
  }

  /**
   * A device has opened a socket with a room, or with my notifications (0); these are then brought up to date.
   * @param before how the room stood until then.
   * @returns true when the session has ended: the socket must be closed again.
   */
  async targetOpened(place: OpenTarget, caller: Caller, before?: RoomReport): Promise<boolean> {
    if (this.#erasure.isErased || this.#endedSessions.has(caller.session)) return true
    // In this order: what it says of my being there was so before.
    if (before) this.ctx.waitUntil(this.#sync.onRoomOpening(before))
    this.#presence.opened(place, caller.session)
    if (place === 0) await this.refreshStale()
    return this.#endedSessions.has(caller.session)
  }

  /** The last socket of a session with a place has closed, having shown what is unread there up to `shown`, if anything. */
  targetClosed(place: OpenTarget, session: SessionId, shown: MessageId = 0): void {
    this.#presence.closed(place, session)
    if (shown > 0) this.#rooms.markSeen(place, shown)
  }

  /**
   * A room has something to tell me apart from its messages, as far as I want to hear of it. What the server says of a
   * room is no news of the room.
   */
  async announce(news: Announcement): Promise<void> {
    if (this.#erasure.isErased) return
    if (news.room_id !== null && news.type !== 'system') {
      const { notify } = this.#rooms.settingsOf(news.room_id)
      if (notify === 'nothing' || (notify === 'mentions' && news.type !== 'mention')) return
    }
    await inTime(feedStub(this.env, this.#user).announce(news))
  }

  /** A message that mentioned me does so no longer. */
  async withdrawMention(room: RoomId, message: MessageId): Promise<void> {
    if (this.#erasure.isErased) return
    await inTime(feedStub(this.env, this.#user).withdrawMention(room, message))
  }

  /** I was asked to come back to a room, and that needs no answer any more. */
  async inviteAnswered(room: RoomId, how: Exclude<InviteStatus, 'open'>, version: number): Promise<void> {
    if (this.#erasure.isErased) return
    await inTime(feedStub(this.env, this.#user).inviteAnswered(room, how, version))
  }

  /** What a room told me under this subject I have read there. */
  async markReadBySubject(subject: string): Promise<void> {
    if (this.#erasure.isErased) return
    await inTime(feedStub(this.env, this.#user).markReadBySubject(subject))
  }

  /** Somebody types in a room of mine. */
  typing(room_id: RoomId, user_id: UserId): void {
    this.#sockets.broadcast({ type: 'typing', room_id, user_id } satisfies SidebarDown)
  }

  // What the Worker asks

  /** A page of my rooms, newest activity first, after every room that kept something back has been asked. */
  async list(origin: string, limit: number, from?: PageStart): Promise<ListPage> {
    await this.refreshStale()
    return pageOf(this.#rooms, origin, limit, from)
  }

  /** Those of `ids` that are in my list. */
  async listByIds(origin: string, ids: RoomId[]): Promise<RoomInList[]> {
    await this.refreshStale()
    return this.#rooms.byIds(ids).map((room) => roomInList(room, origin))
  }

  /** The rooms that a search asks, newest activity first: all up to `limit`, or only `room` if it is mine. */
  async searchableRooms(origin: string, limit: number, room?: RoomId): Promise<RoomInList[]> {
    await this.refreshStale()
    const rooms = room === undefined ? this.#rooms.page(limit) : this.#rooms.byIds([room])
    return rooms.map((mine) => roomInList(mine, origin))
  }

  settingsOf(room: RoomId): RoomSettings {
    return this.#rooms.settingsOf(room)
  }

  /** Mutes, pins or renames a room for me alone; null when it is not in my list. */
  async updateSettings(room: RoomId, view: MyRoomBody, origin: string): Promise<RoomInList | Refused | null> {
    // Whether it is still mine, and open in front of me, which decides what is announced from now on, it knows best.
    await this.#sync.ask([room])
    const before = this.#rooms.get(room)
    if (view.pinned && before && !before.pinned && this.#rooms.countPinned() >= LIMITS.pinnedRooms) {
      return refuse('too_many_pinned')
    }
    const after = this.#rooms.updateSettings(room, view)
    if (!before || !after) return null
    await this.#stream.publish({ before, after })
    await this.#sync.retryFeed(room)
    return roomInList(after, origin)
  }

  /** Asks the rooms whose state may be old, so that what is read next is not. */
  async refreshStale(): Promise<void> {
    await this.#sync.refreshStale()
  }

  /** Sessions of mine have ended: their sockets close, here, in every room and in the feed. */
  async endSessions(sessions: SessionId[]): Promise<void> {
    this.#endedSessions.add(sessions, Date.now())
    this.#connections.end(sessions)
    await this.#outbox.endSessions(sessions, this.#presence.targetsOf(sessions))
  }

  /**
   * My account is about to be erased, or has been: then its `sessions` end at once and the rest follows. Only what the
   * directory says counts. `notified`: whose notifications may name me apart from any room, named before the erasure.
   */
  async accountErased(picture: boolean, sessions: SessionId[], notified: UserId[] = []): Promise<void> {
    this.#erasure.announce(picture, notified)
    if (sessions.length > 0) await this.endSessions(sessions)
  }

  /**
   * Somebody else's account is erased, and the room that we share, if one is named, knows it: my list and my notifications
   * take the name away also where nobody is looking.
   */
  async personErased(user: UserId, room: RoomId | null): Promise<void> {
    if (this.#erasure.isErased) return
    if (room !== null && this.#rooms.everListed().includes(room)) await this.#sync.refresh(room)
    await inTime(feedStub(this.env, this.#user).personErased(user))
  }

  /** How many rooms take over a new name or picture of mine. */
  roomCount(): number {
    return this.#rooms.everListed().length
  }

  /** I have a new name or picture: every room where I am, or have left messages, takes it over. */
  personChanged(person: Person): void {
    if (!this.#erasure.isErased && this.#profile.changed(person)) this.#profile.tell(this.#rooms.everListed())
  }

  /** Somebody came online who may see whether I am. */
  viewerCameOnline(): void {
    this.#presence.seen()
  }

  /** Someone I have a direct room with came online or went. */
  peerPresenceChanged(user_id: UserId, online: boolean, last_seen: string): void {
    if (online) this.viewerCameOnline()
    this.#sockets.broadcast({ type: 'presence', user_id, online, last_seen } satisfies SidebarDown)
  }

  /**
   * I have blocked somebody or lifted it; we share `rooms`. Once answered, they know or will be told. A Worker of the
   * version before names our direct room only, or none.
   */
  async blockChanged(other: UserId, rooms: RoomId[] | RoomId | null): Promise<void> {
    const told = rooms === null ? [] : [rooms].flat()
    this.#sockets.leases.charge(this.#user, told.length * COSTS.roomBlocked)
    await this.#outbox.tellBlock(other, told)
    this.ctx.waitUntil(this.refreshPresenceOf(other))
  }

  /** Who sees when I am online has changed: they are shown it, and the others see me go. */
  async presenceCircleChanged(): Promise<void> {
    await this.#presence.reshow()
  }

  /** What I may know of somebody's presence has changed. */
  async refreshPresenceOf(other: UserId): Promise<void> {
    await this.#presence.lookAgain(other)
  }

  // Runtime hooks

  override async fetch(request: Request): Promise<Response> {
    const upgrade = readUpgrade(request)
    const isOver = this.#erasure.isErased || this.#endedSessions.has(upgrade.caller.session)
    if (isOver) return new Response(null, { status: 401 })
    this.personChanged(upgrade.caller)
    return this.#connections.open(upgrade)
  }

  override async webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    const connection = this.#sockets.get(socket)
    if (connection) await receiveOrWait(this.#sockets, connection, data, this.#dialect)
  }

  override webSocketClose(socket: WebSocket): void {
    this.#sockets.closed(socket)
  }

  override webSocketError(socket: WebSocket): void {
    this.#sockets.closed(socket)
  }

  override async alarm(): Promise<void> {
    this.#alarm.onAlarm()
    await Promise.all([this.#outbox.deliver(), this.#presence.onAlarm(), this.#isWatched() && this.#sync.retryStale()])
    if (this.#erasure.isErased && this.#outbox.done) {
      await this.#erasure.wipe()
      // The alarm went with everything else: what is owed later must ask for one again.
      this.#alarm.onAlarm()
    }
    this.#outbox.schedule()
  }

  /** Whether somebody is looking at my list or my notifications. */
  #isWatched(): boolean {
    return this.#sockets.size > 0 || this.#presence.isOpen(0)
  }

  #onPresenceChanged(online: boolean, at: number): void {
    if (this.#erasure.isErased) return
    this.ctx.storage.sql.exec(
      `INSERT INTO me (user_id, online, last_seen, shown_at) VALUES (?, ?, ?, 0)
       ON CONFLICT (user_id) DO UPDATE SET online = excluded.online, last_seen = excluded.last_seen`,
      this.#user,
      online ? 1 : 0,
      at,
    )
    // The directory first: of two people who come at once, one then finds the other there and tells them.
    this.ctx.waitUntil(this.#outbox.project(online, at).then(() => this.#pushPresence(online, at)))
  }

  /** Beyond their rate, somebody's coming and going is told to nobody: others see it when they look. */
  async #pushPresence(online: boolean, at: number): Promise<void> {
    const { leases } = this.#sockets
    const tooOften = await leases.takeOrWait(this.#user, 'presence')
    leases.charge(this.#user, COSTS.presence)
    if (!tooOften) await this.#presence.tell(online, at)
  }

  #onErased(): void {
    this.#connections.end()
    if (this.#presence.online) this.#onPresenceChanged(false, Date.now())
  }
}
