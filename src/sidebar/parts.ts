/** Builds the parts of a sidebar and connects them: each is given the functions of others that it needs, and no more. */
import { COSTS } from '../actor/budget/costs'
import { Sockets } from '../actor/sockets/sockets'
import { Alarm } from '../actor/store/alarm'
import { migrate } from '../actor/store/migrate'
import { BOUNDS } from '../config'
import type { UserId } from '../protocol'
import { SidebarOutbox } from './outbound/outbox'
import { PresencePush } from './outbound/presence-push'
import { Connections } from './sockets/connections'
import { ListStream } from './sockets/list-stream'
import { EndedSessionStore } from './store/ended-sessions'
import { migrations, snapshot } from './store/migrations'
import { OwnerStore } from './store/owner'
import { RoomStore } from './store/rooms'
import { UsedGenerationStore } from './store/used-generations'
import { Announcements } from './usecases/announcements'
import { Erasure } from './usecases/erasure'
import { OpenTargets } from './usecases/open-targets'
import { Presence } from './usecases/presence'
import { OwnerProfile, type ProfileEntry } from './usecases/profile'
import { RoomList } from './usecases/room-list'
import { RoomSync } from './usecases/room-sync'
import { Sessions } from './usecases/sessions'

export class SidebarParts {
  readonly alarm: Alarm
  readonly rooms: RoomStore
  readonly sessions: Sessions
  readonly sockets: Sockets<null>
  readonly stream: ListStream
  readonly sync: RoomSync
  readonly list: RoomList
  readonly announcements: Announcements
  readonly erasure: Erasure
  readonly profile: OwnerProfile
  readonly outbox: SidebarOutbox
  readonly targets: OpenTargets
  readonly presence: Presence
  readonly presencePush: PresencePush
  readonly connections: Connections
  readonly #ctx: DurableObjectState
  readonly #user: UserId
  readonly #owner: OwnerStore

  constructor(ctx: DurableObjectState, env: Env, user: UserId) {
    migrate(ctx.storage, migrations, snapshot)
    const { sql } = ctx.storage
    this.#ctx = ctx
    this.#user = user
    this.#owner = new OwnerStore(sql, user)
    this.alarm = new Alarm(ctx)
    this.rooms = new RoomStore(sql)
    this.sockets = new Sockets(ctx, 'sidebar', (connection) => this.connections.onClosed(connection))
    this.stream = new ListStream(env, this.#owner, this.rooms, this.sockets)
    const charge = (work: number) => this.sockets.leases.charge(user, work)
    const openRooms = () => this.targets.rooms()
    this.sync = new RoomSync(env, this.rooms, this.stream, this.alarm, {
      user,
      openRooms,
      charge,
      isWatched: () => this.isWatched(),
      isOnline: () => this.presence.isOnline,
      noneOpenIn: (room) => this.targets.noneOpenIn(room),
      onProfileVersion: (room, version) => this.profile.onVersionReported(room, version),
      onJoined: (room) => void this.presencePush.pushToNewRoom(room),
    })
    this.list = new RoomList(this.rooms, this.sync, this.stream)
    this.announcements = new Announcements(env, user, this.rooms)
    this.erasure = new Erasure(ctx.storage, env, this.#owner, {
      user,
      everListed: () => this.rooms.everListed(),
      onErased: () => this.#onErased(),
      enqueue: (key, payload) => this.outbox.enqueue(key, payload),
      pending: (key) => this.outbox.pending(key),
    })
    this.profile = new OwnerProfile(env, this.#owner, (room) =>
      this.outbox.enqueue(`person:${room}`, { room } satisfies ProfileEntry),
    )
    this.outbox = new SidebarOutbox(sql, this.alarm, env, user, {
      ...this.erasure.recipients,
      person: (entry) => this.profile.deliver(entry as ProfileEntry),
    })
    this.targets = new OpenTargets(sql, env, this.alarm, {
      user,
      charge,
      onClosed: () => this.presence.onSocketClosed(),
      onVanished: (room) => ctx.waitUntil(this.sync.clearSeen(room)),
    })
    const [ended, used] = [new EndedSessionStore(sql), new UsedGenerationStore(sql)]
    this.sessions = new Sessions(ended, used, this.sockets, this.targets, this.outbox, {
      isErased: () => this.erasure.isErased,
      person: () => this.profile.person,
      isListed: (room) => this.rooms.get(room) !== undefined,
      inBackground: (work) => ctx.waitUntil(work),
    })
    this.presencePush = new PresencePush(env, {
      user,
      openRooms,
      charge,
      peers: () => this.rooms.peers(),
      presenceRooms: () => this.rooms.presenceRooms(BOUNDS.presenceRooms, BOUNDS.presenceRoomSize),
      viewerCameOnline: () => this.presence.viewerCameOnline(),
      showPeer: (peer, online, lastSeen) => {
        if (online) this.presence.viewerCameOnline()
        this.stream.publishPresence(peer, online, lastSeen)
      },
    })
    this.presence = new Presence(this.#owner, this.targets, this.alarm, {
      hasSockets: () => this.sockets.size > 0,
      lastPing: () => this.sockets.closeSilent(user).lastPing,
      onPresenceChanged: (online, at) => this.#onPresenceChanged(online, at),
      hasOnlineViewer: () => this.presencePush.hasOnlineViewer(),
    })
    this.connections = new Connections(ctx, this.sockets, this.stream, {
      onSocketOpened: () => this.presence.onSocketOpened(),
      onSocketClosed: () => this.presence.onSocketClosed(),
      onlinePeers: () => this.presencePush.onlinePeers(),
      refreshStale: () => this.sync.refreshStale(),
    })
    this.alarm.covers(() => (this.#isWipeDue() ? Date.now() : null))
    this.alarm.covers(() => (this.isWatched() ? this.sync.nextRetry() : null))
    void ctx.blockConcurrencyWhile(async () => {
      await this.alarm.load()
      this.presence.onWake()
      this.alarm.arm()
    })
  }

  /** Whether the account is erased, nothing is left to deliver, and something of the owner is still stored. */
  #isWipeDue(): boolean {
    const isStored = this.#owner.person !== null || this.rooms.everListed().length > 0
    return this.erasure.isErased && isStored && this.outbox.isEmpty
  }

  /** Whether a connection shows the list or the notifications. */
  isWatched(): boolean {
    return this.sockets.size > 0 || this.targets.isOpen('feed')
  }

  #onErased(): void {
    this.sockets.endSessions()
    if (this.presence.isOnline) this.#onPresenceChanged(false, Date.now())
  }

  #onPresenceChanged(online: boolean, at: number): void {
    if (this.erasure.isErased) return
    this.#owner.setPresence(online, at)
    // The directory first: of two users who come online at once, the later one then finds the other there.
    this.#ctx.waitUntil(this.outbox.presenceChanged(online, at).then(() => this.#pushPresence(online, at)))
  }

  /** Beyond its rate, presence is pushed to nobody: viewers read the directory when they open a room or their list. */
  async #pushPresence(online: boolean, at: number): Promise<void> {
    const { leases } = this.sockets
    const refused = await leases.takeOrWait(this.#user, 'presence')
    leases.charge(this.#user, COSTS.presence)
    if (!refused) await this.presencePush.push(online, at)
  }
}
