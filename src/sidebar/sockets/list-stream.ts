/** What my open sidebars show: everything on connecting, then each change as a frame. */
import type { Caller } from '../../actor/rpc/caller'
import { atOrigin, roomDetail, roomInList } from '../../actor/rpc/list'
import { inParallel, inTime, roomStub } from '../../actor/rpc/stubs'
import type { Connection, Sockets } from '../../actor/sockets/sockets'
import { viewerOrigin } from '../../actor/sockets/viewer-origin'
import { BOUNDS, TIMES } from '../../config'
import { presenceInRoom } from '../../directory/people/presence'
import { log } from '../../log/log'
import { isRefused, LIMITS, type RoomDetail, type RoomId, type SidebarDown, type UserId } from '../../protocol'
import { framesFor, lastMessageFrame } from '../presenters/frames'
import { firstPage } from '../presenters/page'
import type { ListedRoom } from '../store/listed-room'
import type { Change, RoomStore } from '../store/rooms'
import { FlappingHold } from './flapping-hold'

/** Someone I have a direct room with, and since when they are online (ms since 1970). */
export type Partners = ReadonlyMap<UserId, { last_seen: number }>

export class ListStream {
  readonly #env: Env
  readonly #sql: SqlStorage
  readonly #rooms: RoomStore
  readonly #sockets: Sockets<null>
  readonly flappingHold = new FlappingHold()
  /** When lists were opened lately, in milliseconds since 1970. */
  #openings: number[] = []

  constructor(env: Env, sql: SqlStorage, rooms: RoomStore, sockets: Sockets<null>) {
    this.#env = env
    this.#sql = sql
    this.#rooms = rooms
    this.#sockets = sockets
  }

  /** Shows a change of the list on every open sidebar. A room that is new there comes with its people. */
  async publish(change: Change): Promise<void> {
    const [viewer] = this.#sockets.all()
    if (!viewer) return this.flappingHold.changed()
    const frames = change.before
      ? [...framesFor(change, this.#rooms.unreadTotal()), ...this.#surfaced(change)]
      : await this.#introduce(change.after, viewer.state.caller)
    for (const frame of frames) this.#sockets.broadcast(frame)
    if (frames.length > 0) this.flappingHold.changed()
  }

  /** A room that is new to the list: with its people, or at least by name when it does not answer. */
  async #introduce(added: ListedRoom | undefined, caller: Caller): Promise<SidebarDown[]> {
    if (!added) return []
    const group = await this.#detail(added.room, caller)
    // What has been told meanwhile has been shown as a change of a room that nobody knew yet.
    const room = this.#rooms.get(added.room)
    if (!room) return []
    const shown = roomInList(room, viewerOrigin())
    const { unread } = room
    return [
      group ? { type: 'group_created', group: { ...group, ...shown } } : { type: 'room_updated', room: shown },
      { type: 'unread_updated', room_id: room.room, unread_count: unread, unread_total: this.#rooms.unreadTotal() },
    ]
  }

  /**
   * A list that shows its first page knows nothing of the rooms below it: one that comes up from there is shown whole,
   * be it the changed one or the one that follows when the changed one sinks or goes.
   */
  #surfaced({ before, after }: Change): SidebarDown[] {
    // What the first page has beside the pinned rooms, and which of those that follow them comes into it.
    const most = Math.max(0, LIMITS.pageDefault - this.#rooms.countPinned())
    const sank = before && (!after || after.last_activity < before.last_activity || (before.pinned && !after.pinned))
    const rose = before && after && !after.pinned && after.last_activity > before.last_activity
    const isNew = rose && this.#rooms.countAbove(before) >= most
    const room = isNew
      ? after
      : sank
        ? this.#rooms.page(most, { unpinnedAt: Number.MAX_SAFE_INTEGER })[most - 1]
        : undefined
    return room ? [{ type: 'room_updated', room: roomInList(room, viewerOrigin()) }] : []
  }

  /**
   * Greets a connection that is not live yet: first what changed since `since`, then the list, then who is online; from
   * then on it is live.
   */
  async greet(connection: Connection<null>, since: number, partners: Partners): Promise<void> {
    const details = new Map<RoomId, RoomDetail>()
    const added = this.#rooms.changedSince(since, LIMITS.pageDefault).filter((room) => room.added)
    await inParallel(added, BOUNDS.callsAtOnce, async ({ room }) => {
      const detail = await this.#detail(room, connection.state.caller)
      if (detail) details.set(room, detail)
    })
    if (this.#sockets.get(connection.socket) !== connection) return
    // From here to the end without a wait: nothing can change between what is read and the first live event. What is
    // queued already is in what is read.
    this.#sockets.flush()
    const unread_total = this.#rooms.unreadTotal()
    for (const room of this.#rooms.changedSince(since, LIMITS.pageDefault)) {
      const group = details.get(room.room)
      this.#sockets.send(connection, group ? { type: 'group_created', group } : lastMessageFrame(room, unread_total))
    }
    this.#sockets.send(connection, this.snapshot())
    for (const [user_id, { last_seen }] of partners) {
      const frame: SidebarDown = {
        type: 'presence',
        user_id,
        online: true,
        last_seen: new Date(last_seen).toISOString(),
      }
      this.#sockets.send(connection, frame)
    }
    connection.live = true
    this.shownUpToNow()
  }

  snapshot(): SidebarDown & { type: 'snapshot' } {
    const rooms = firstPage(this.#rooms, LIMITS.pageDefault).results.map((room) => roomInList(room, viewerOrigin()))
    return { type: 'snapshot', rooms, unread_total: this.#rooms.unreadTotal() }
  }

  /**
   * To be called for each list that opens: it is told what changed after this (ms since 1970). Whoever opens one after
   * another closes each before having read it, as some clients do all day, and is told of the last moments once more.
   */
  opened(besideAnother: boolean): number {
    const now = this.#rooms.now()
    const recent = now - TIMES.flapping
    this.#openings = [...this.#openings.filter((at) => at > recent), now]
    const shown = besideAnother ? now : this.#shownUpTo()
    // Held upgrades are fewer, so each change is repeated for longer.
    if (this.flappingHold.isFlapping) return Math.min(shown, now - TIMES.flapRepeats)
    return this.isRestless ? Math.min(shown, recent) : shown
  }

  /** Whether lists are opened one after another, each closed before it was read. */
  get isRestless(): boolean {
    return this.#openings.length > BOUNDS.flappingOpenings || this.flappingHold.isFlapping
  }

  /**
   * Sends the rooms that changed since `since` (ms since 1970) without asking anybody: the greeting may come too late.
   * @returns whether any have changed
   */
  sendChanged(connection: Connection<null>, since: number): boolean {
    const unread_total = this.#rooms.unreadTotal()
    const changed = this.#rooms.changedSince(since, LIMITS.pageDefault)
    for (const room of changed) {
      if (!room.added) this.#sockets.send(connection, lastMessageFrame(room, unread_total))
    }
    return changed.length > 0
  }

  /** Up to when a socket of mine has been shown every change, 0 when there never was one. */
  #shownUpTo(): number {
    return this.#sql.exec<{ shown_at: number }>('SELECT shown_at FROM me').toArray()[0]?.shown_at ?? 0
  }

  /** Everything up to now has been shown. Written only when there was something to show. */
  shownUpToNow(): void {
    this.#sql.exec(
      'UPDATE me SET shown_at = ?1 WHERE EXISTS (SELECT 1 FROM rooms WHERE changed_at > me.shown_at)',
      this.#rooms.now(),
    )
  }

  /** What I can see of a room, people included, for frames; null when it is not mine any more or does not answer. */
  async #detail(room: RoomId, caller: Caller): Promise<RoomDetail | null> {
    try {
      const [record, seen] = await Promise.all([
        inTime(roomStub(this.#env, room).detail(caller)),
        presenceInRoom(this.#env.DIRECTORY, caller.id, room).catch(() => new Map()),
      ])
      if (isRefused(record)) return null
      // The room renders its people for the caller who asks; this goes to every device of the person.
      return atOrigin(roomDetail(record, this.#rooms.settingsOf(room), seen, caller.origin), viewerOrigin())
    } catch (error) {
      log('warn', 'room.undetailed', { room_id: room, error })
      return null
    }
  }
}
