/** Sends the owner's presence to the sidebars and rooms that may show it, and reads the presence of others. */
import { COSTS } from '../../actor/budget/costs'
import { inParallel, inTime, roomStub, sidebarStub } from '../../actor/rpc/stubs'
import { BOUNDS } from '../../config'
import { registeredAt } from '../../directory/accounts/state'
import { audienceOf, audiencesIn } from '../../directory/people/audience'
import { onlineAmong, onlineViewers, presenceOf, viewersAmong } from '../../directory/people/presence'
import { log } from '../../log/log'
import type { RoomId, UserId } from '../../protocol'
import type { ListedRoom } from '../store/listed-room'

/** Users who are online now, and since when (ms since 1970). */
export type OnlinePeers = ReadonlyMap<UserId, { last_seen: number }>

/** What pushing presence needs of its sidebar. */
export interface PresencePushHost {
  user: UserId
  /** The other members of the owner's direct rooms. */
  peers(): UserId[]
  /** Rooms that are shown the owner's presence. */
  presenceRooms(): RoomId[]
  /** Rooms that are open on the owner's devices. */
  openRooms(): RoomId[]
  /** Somebody who may see the owner is online. */
  viewerCameOnline(): void
  /** Sends a peer's presence to the sidebar's own sockets. */
  showPeer(peer: UserId, online: boolean, lastSeen: string): void
  /** Charges units of work to the owner's budget. */
  charge(work: number): void
}

/** No push is retried: a viewer who misses one reads the directory when they open the room or the list. */
export class PresencePush {
  readonly #env: Env
  readonly #host: PresencePushHost

  constructor(env: Env, host: PresencePushHost) {
    this.#env = env
    this.#host = host
  }

  async onlinePeers(): Promise<OnlinePeers> {
    const peers = this.#host.peers()
    return peers.length === 0 ? new Map() : onlineAmong(this.#env.DIRECTORY, this.#host.user, peers)
  }

  /** Whether somebody who may see the owner is online; true when the directory does not answer. */
  hasOnlineViewer(): Promise<boolean> {
    const { user, peers, presenceRooms } = this.#host
    return onlineViewers(this.#env.DIRECTORY, user, { partners: peers(), rooms: presenceRooms() }, 1).then(
      (viewers) => viewers.length > 0,
      () => true,
    )
  }

  /** Pushes the owner's presence, as it is since `at` (ms since 1970), to online peers and to rooms. */
  async push(online: boolean, at: number): Promise<void> {
    const { user, peers, presenceRooms } = this.#host
    const { DIRECTORY } = this.#env
    const last_seen = new Date(at).toISOString()
    const rooms = presenceRooms()
    const [viewers, circleIn] = await Promise.all([
      viewersAmong(DIRECTORY, user, peers()).then(
        (people) => new Set(people),
        () => new Set<UserId>(),
      ),
      // Without the directory it is not known who may see the owner: rooms are sent nothing.
      audiencesIn(DIRECTORY, user, rooms).catch(() => null),
    ])
    this.#host.charge((viewers.size + rooms.length) * COSTS.presencePushed)
    await inParallel(viewers, BOUNDS.callsAtOnce, (viewer) =>
      attempt(sidebarStub(this.#env, viewer).peerPresenceChanged(user, online, last_seen)),
    )
    await inParallel(circleIn ? rooms : [], BOUNDS.callsAtOnce, async (room) => {
      const { except, only } = circleIn?.(room) ?? { except: [], only: [] }
      if (only?.length === 0) return
      await attempt(roomStub(this.#env, room).presenceChanged(user, online, last_seen, except, only))
    })
    if (online) await attempt(this.#startChecks(viewers, rooms))
  }

  /** Shows the owner as online to a room that they just joined. The directory may not list its members yet. */
  async pushToNewRoom({ room, members }: ListedRoom): Promise<void> {
    if (members > BOUNDS.presenceRoomSize) return
    const { user } = this.#host
    try {
      const { except, only } = await audienceOf(this.#env.DIRECTORY, user)
      const now = new Date().toISOString()
      await inTime(roomStub(this.#env, room).presenceChanged(user, true, now, except, only))
    } catch (error) {
      log('warn', 'room.unaware', { room_id: room, error })
    }
  }

  /** Pushes presence anew after the circle changed that may see it. Viewers outside are shown a user who never was online. */
  async pushCircle(): Promise<void> {
    const { user, peers, presenceRooms } = this.#host
    const { DIRECTORY } = this.#env
    const [rooms, partners] = [presenceRooms(), peers()]
    const [circleIn, never, viewers, now] = await Promise.all([
      audiencesIn(DIRECTORY, user, rooms),
      registeredAt(DIRECTORY, user),
      onlineViewers(DIRECTORY, user, { partners, rooms: [] }, partners.length),
      presenceOf(DIRECTORY, user, user),
    ])
    await inParallel(viewers, BOUNDS.callsAtOnce, (peer) =>
      attempt(sidebarStub(this.#env, peer).refreshPresenceOf(user)),
    )
    await inParallel(rooms, BOUNDS.callsAtOnce, async (room) => {
      const { except, only } = circleIn(room)
      const show = (online: boolean, time: number, hidden: UserId[], seers: UserId[] | null) =>
        attempt(roomStub(this.#env, room).presenceChanged(user, online, new Date(time).toISOString(), hidden, seers))
      if (only !== null) await show(false, never, [...except, ...only], null)
      if (now && only?.length !== 0) await show(now.online, now.last_seen, except, only)
    })
  }

  /** Reads another user's presence again, and shows it wherever a device of the owner shows that user. */
  async refresh(other: UserId): Promise<void> {
    const { user, peers, openRooms, showPeer } = this.#host
    const presence = await presenceOf(this.#env.DIRECTORY, user, other)
    if (!presence) return
    const last_seen = new Date(presence.last_seen).toISOString()
    if (peers().includes(other)) showPeer(other, presence.online, last_seen)
    await inParallel(openRooms(), BOUNDS.callsAtOnce, (room) =>
      inTime(roomStub(this.#env, room).showPresence(user, other, presence.online, last_seen)),
    )
  }

  /** Starts the presence checks of users who share a group with the owner, who sees them now. Peers were pushed to anyway. */
  async #startChecks(viewers: ReadonlySet<UserId>, rooms: RoomId[]): Promise<void> {
    const { user } = this.#host
    const people = await onlineViewers(this.#env.DIRECTORY, user, { partners: [], rooms }, BOUNDS.onlineViewers)
    const others = people.filter((other) => !viewers.has(other))
    this.#host.charge(others.length * COSTS.presenceWatched)
    await inParallel(others, BOUNDS.callsAtOnce, (other) => attempt(sidebarStub(this.#env, other).viewerCameOnline()))
    if (others.length > 0 || viewers.size > 0) this.#host.viewerCameOnline()
  }
}

const nothing = () => undefined

/** Waits for a call, and ignores its failure. */
const attempt = (call: Promise<unknown>): Promise<void> => inTime(call).then(nothing, nothing)
