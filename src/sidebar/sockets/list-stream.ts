/** Streams the list to the sidebar's connections: a greeting for each, then a frame for every change. */
import type { Caller } from '../../actor/rpc/caller'
import { atOrigin, roomDetail, roomInList } from '../../actor/rpc/list'
import { inParallel, inTime, roomStub } from '../../actor/rpc/stubs'
import type { Connection } from '../../actor/sockets/connection'
import type { Sockets } from '../../actor/sockets/sockets'
import { viewerOrigin } from '../../actor/sockets/viewer-origin'
import { BOUNDS, TIMES } from '../../config'
import { presenceInRoom } from '../../directory/people/presence'
import { log } from '../../log/log'
import { isRefused, LIMITS, type RoomDetail, type RoomId, type SidebarDown, type UserId } from '../../protocol'
import type { OnlinePeers } from '../outbound/presence-push'
import { framesFor, lastMessageFrame, unreadFrame } from '../presenters/frames'
import { firstPage } from '../presenters/page'
import type { ListedRoom } from '../store/listed-room'
import type { OwnerStore } from '../store/owner'
import type { Change, RoomStore } from '../store/rooms'
import { FlappingHold } from './flapping-hold'

export class ListStream {
  readonly #env: Env
  readonly #owner: OwnerStore
  readonly #rooms: RoomStore
  readonly #sockets: Sockets<null>
  readonly flappingHold = new FlappingHold()
  /** When connections opened recently, in milliseconds since 1970. */
  #openings: number[] = []

  constructor(env: Env, owner: OwnerStore, rooms: RoomStore, sockets: Sockets<null>) {
    this.#env = env
    this.#owner = owner
    this.#rooms = rooms
    this.#sockets = sockets
  }

  /** Publishes a change of the list. A room that is new to the list comes with its members. */
  async publish(change: Change): Promise<void> {
    const [viewer] = this.#sockets.all()
    if (!viewer) return this.flappingHold.changed()
    const frames = change.before
      ? [...framesFor(change, this.#rooms.unreadTotal()), ...this.#risen(change)]
      : await this.#introduce(change.after, viewer.state.caller)
    for (const frame of frames) this.#sockets.broadcast(frame)
    if (frames.length > 0) this.flappingHold.changed()
  }

  /** A room that is new to the list: with its members, or by name alone when the room does not answer. */
  async #introduce(added: ListedRoom | undefined, caller: Caller): Promise<SidebarDown[]> {
    if (!added) return []
    const group = await this.#detail(added.room, caller)
    // Reports that arrived meanwhile were published as changes of a room that no connection showed yet.
    const room = this.#rooms.get(added.room)
    if (!room) return []
    const shown = roomInList(room, viewerOrigin())
    return [
      group ? { type: 'group_created', group: { ...group, ...shown } } : { type: 'room_updated', room: shown },
      unreadFrame(room, this.#rooms.unreadTotal()),
    ]
  }

  /**
   * Clients have the first page only. A room that rises into it from below is sent whole: the changed room itself, or the
   * next one when the changed room sinks or leaves.
   */
  #risen({ before, after }: Change): SidebarDown[] {
    const unpinned = Math.max(0, LIMITS.pageDefault - this.#rooms.countPinned())
    const sank = before && (!after || after.last_activity < before.last_activity || (before.pinned && !after.pinned))
    const rose = before && after && !after.pinned && after.last_activity > before.last_activity
    const isNew = rose && this.#rooms.countAbove(before) >= unpinned
    const room = isNew
      ? after
      : sank
        ? this.#rooms.page(unpinned, { unpinnedAt: Number.MAX_SAFE_INTEGER })[unpinned - 1]
        : undefined
    return room ? [{ type: 'room_updated', room: roomInList(room, viewerOrigin()) }] : []
  }

  /** Greets a connection with what changed since `since` (ms since 1970) and the list; then it is live. */
  async greet(connection: Connection<null>, since: number): Promise<void> {
    const details = new Map<RoomId, RoomDetail>()
    const added = this.#rooms.changedSince(since, LIMITS.pageDefault).filter((room) => room.added)
    await inParallel(added, BOUNDS.callsAtOnce, async ({ room }) => {
      const detail = await this.#detail(room, connection.state.caller)
      if (detail) details.set(room, detail)
    })
    if (this.#sockets.get(connection.socket) !== connection) return
    // No wait from here to the end: nothing changes between this read and the first live event, and queued events are
    // part of what is read.
    this.#sockets.flush()
    const unread_total = this.#rooms.unreadTotal()
    for (const room of this.#rooms.changedSince(since, LIMITS.pageDefault)) {
      const group = details.get(room.room)
      this.#sockets.send(connection, group ? { type: 'group_created', group } : lastMessageFrame(room, unread_total))
    }
    this.#sockets.send(connection, this.snapshot())
    connection.live = true
    this.setShown()
  }

  /** Sends a connection that is still open who is online. */
  showPeers(connection: Connection<null>, peers: OnlinePeers): void {
    if (this.#sockets.get(connection.socket) !== connection) return
    for (const [user_id, { last_seen }] of peers) {
      this.#sockets.send(connection, presenceFrame(user_id, true, new Date(last_seen).toISOString()))
    }
  }

  snapshot(): SidebarDown & { type: 'snapshot' } {
    const rooms = firstPage(this.#rooms, LIMITS.pageDefault).results.map((room) => roomInList(room, viewerOrigin()))
    return { type: 'snapshot', rooms, unread_total: this.#rooms.unreadTotal() }
  }

  publishPresence(user: UserId, online: boolean, last_seen: string): void {
    this.#sockets.broadcast(presenceFrame(user, online, last_seen))
  }

  publishTyping(room_id: RoomId, user_id: UserId): void {
    this.#sockets.broadcast({ type: 'typing', room_id, user_id } satisfies SidebarDown)
  }

  /**
   * To be called for each connection that opens. A flapping client closes each connection before it has read the greeting,
   * so it is sent the changes of the last `TIMES.flapping` again.
   * @returns since when the connection missed changes, in milliseconds since 1970
   */
  opened(besideAnother: boolean): number {
    const now = this.#rooms.now()
    const recent = now - TIMES.flapping
    this.#openings = [...this.#openings.filter((at) => at > recent), now]
    const shown = besideAnother ? now : this.#owner.shownAt
    // Delayed upgrades are fewer, so each change is repeated for longer.
    if (this.flappingHold.isFlapping) return Math.min(shown, now - TIMES.flapRepeats)
    return this.isFlapping ? Math.min(shown, recent) : shown
  }

  /** Whether a client opens connections one after another, as some do all day. */
  get isFlapping(): boolean {
    return this.#openings.length > BOUNDS.flappingOpenings || this.flappingHold.isFlapping
  }

  /**
   * Sends rooms that changed since `since` (ms since 1970) at once: a flapping client may be gone before the greeting.
   * @returns whether any changed
   */
  sendChanged(connection: Connection<null>, since: number): boolean {
    const unread_total = this.#rooms.unreadTotal()
    const changed = this.#rooms.changedSince(since, LIMITS.pageDefault)
    for (const room of changed) {
      if (!room.added) this.#sockets.send(connection, lastMessageFrame(room, unread_total))
    }
    return changed.length > 0
  }

  /** Every change up to now has been sent to a connection. */
  setShown(): void {
    this.#owner.setShownAt(this.#rooms.now())
  }

  /** A room with its members, for frames; null when the owner left it or it does not answer. */
  async #detail(room: RoomId, caller: Caller): Promise<RoomDetail | null> {
    try {
      const [record, seen] = await Promise.all([
        inTime(roomStub(this.#env, room).detail(caller)),
        inTime(presenceInRoom(this.#env.DIRECTORY, caller.id, room), TIMES.presenceShown).catch(() => new Map()),
      ])
      if (isRefused(record)) return null
      // Built for one caller's origin, and broadcast to every device of the owner.
      return atOrigin(roomDetail(record, this.#rooms.settingsOf(room), seen, caller.origin), viewerOrigin())
    } catch (error) {
      log('warn', 'room.undetailed', { room_id: room, error })
      return null
    }
  }
}

const presenceFrame = (user_id: UserId, online: boolean, last_seen: string): SidebarDown => ({
  type: 'presence',
  user_id,
  online,
  last_seen,
})
