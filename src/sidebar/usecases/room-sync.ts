/** Keeps the list in step with its rooms: stores their reports, refreshes stale rows, and pushes unread counts to the feed. */
import { COSTS } from '../../actor/budget/costs'
import { inParallel, inTime, roomStub } from '../../actor/rpc/stubs'
import type { PushAnswer, RoomReport } from '../../actor/rpc/summary'
import type { Alarm } from '../../actor/store/alarm'
import { backoffAfter } from '../../actor/store/backoff'
import { BOUNDS, TIMES } from '../../config'
import { log } from '../../log/log'
import type { RoomId, UserId } from '../../protocol'
import { FeedPush } from '../outbound/feed-push'
import type { ListStream } from '../sockets/list-stream'
import type { ListedRoom } from '../store/listed-room'
import { type Change, hasChanges, type RoomStore } from '../store/rooms'

/** What room sync needs of its sidebar. */
export interface RoomSyncHost {
  user: UserId
  /** Whether a connection shows the list or the notifications. */
  isWatched(): boolean
  isOnline(): boolean
  /** Rooms that are open on the owner's devices. */
  openRooms(): RoomId[]
  /** A room reports that no device of the owner has it open. */
  noneOpenIn(room: RoomId): void
  /** A room reports which version of the owner's names and picture it has. */
  onProfileVersion(room: RoomId, version: number | undefined): void
  /** The online owner joined a room: its connections are to see it. */
  onJoined(room: ListedRoom): void
  /** Charges units of work to the owner's budget. */
  charge(work: number): void
}

/** Requests to one room that are under way. */
interface Refreshing {
  calls: number
  /** None of them failed, and the sidebar did not unsubscribe meanwhile. */
  isSure: boolean
}

export class RoomSync {
  readonly #env: Env
  readonly #rooms: RoomStore
  readonly #stream: ListStream
  readonly #alarm: Alarm
  readonly #host: RoomSyncHost
  readonly #feed: FeedPush
  /** When each room last pushed a report (ms since 1970): soon after, it may delay the next one. */
  readonly #reportedAt = new Map<RoomId, number>()
  readonly #refreshing = new Map<RoomId, Refreshing>()
  /** Alarms in a row after which some room was still stale while the list was watched. */
  #failures = 0

  constructor(env: Env, rooms: RoomStore, stream: ListStream, alarm: Alarm, host: RoomSyncHost) {
    this.#env = env
    this.#rooms = rooms
    this.#stream = stream
    this.#alarm = alarm
    this.#host = host
    this.#feed = new FeedPush(env, host.user, rooms)
  }

  /** Stores a report that a room pushed. @returns which changes the room is to push from now on */
  async roomChanged(report: RoomReport): Promise<PushAnswer> {
    const { state } = report
    this.#reportedAt.set(state.room, Date.now())
    const isChanged = hasChanges(await this.#apply(report))
    // Decided after the last wait, in the turn of the answer: a connection that opens later finds the room marked stale.
    if (this.#host.isWatched()) return isChanged && report.knows_written === true ? 'written' : 'all'
    // The repetition of a room that woke does not count as the one change before the sidebar unsubscribes.
    if (!isChanged && !this.#rooms.isStale(state.room)) return 'all'
    this.unsubscribe(state.room)
    return 'gone' in state || state.unread === 0 ? 'firstUnread' : 'none'
  }

  /** Refreshes the rooms whose rows may be stale, so that a read after it is current. */
  async refreshStale(): Promise<void> {
    await this.refresh(this.#maybeStale())
  }

  /** Refreshes rooms. One that does not answer is marked stale and asked again by alarm: its row may be on a screen. */
  async refresh(rooms: Iterable<RoomId>): Promise<void> {
    const ids = [...rooms]
    this.#host.charge(ids.length * COSTS.summaryAsked)
    await inParallel(ids, BOUNDS.callsAtOnce, async (room) => {
      try {
        await this.refreshOne(room)
        this.#failures = 0
      } catch (error) {
        // The failure may be the feed's: the row is current then, and the feed is not.
        this.#rooms.markStale(room)
        this.#alarm.ringBy(Date.now() + backoffAfter(this.#failures + 1))
        log('warn', 'room.unsettled', { room_id: room, error })
      }
    })
  }

  /** @throws when the room, or the feed, does not answer */
  async refreshOne(room: RoomId): Promise<void> {
    await this.#apply(await this.#requestReport(room))
  }

  /** The room need not push what follows: nobody watches the list, and the sidebar refreshes the row before it is read. */
  unsubscribe(room: RoomId): void {
    const refreshing = this.#refreshing.get(room)
    if (refreshing) refreshing.isSure = false
    this.#rooms.markStale(room)
  }

  /** When stale rooms are refreshed again while the list is watched (ms since 1970); null when none is stale. */
  nextRetry(): number | null {
    return this.#rooms.stale().length > 0 ? Date.now() + backoffAfter(this.#failures + 1) : null
  }

  /** To be called from the actor's `alarm()` while the list is watched: refreshes what is still stale. */
  async retryStale(): Promise<void> {
    const stale = this.#rooms.stale()
    if (stale.length === 0) return
    this.#failures += 1
    await this.refresh(stale)
  }

  /**
   * Stores the state that a room had until a device opened it. Messages that no report carried yet are announced first:
   * once the room is open, they count as seen.
   */
  async onRoomOpening(report: RoomReport): Promise<void> {
    const { state } = report
    if ('gone' in state) return
    const stored = this.#rooms.get(state.room)?.last_unread?.id ?? 0
    if ((state.last_unread?.id ?? 0) > stored) await this.#apply(report).catch(() => this.#rooms.markStale(state.room))
  }

  /** Pushes a room's unread count to the feed. After a failure the row is stale, and its refresh pushes again. */
  async pushToFeed(room: RoomId): Promise<void> {
    await this.#feed.push(room).catch(() => this.#rooms.markStale(room))
  }

  /** A device that had the room open vanished: what arrived meanwhile was wrongly taken as seen. */
  async clearSeen(room: RoomId): Promise<void> {
    this.#rooms.clearSeen(room)
    await this.pushToFeed(room)
  }

  /**
   * Rooms that are stale, and rooms whose newest report may be on its way: those that reported recently may delay the next
   * report, and a room that is open may have acknowledged a command that its report does not carry yet.
   */
  #maybeStale(): Set<RoomId> {
    const recent = Date.now() - TIMES.recentReport
    for (const [room, at] of this.#reportedAt) if (at < recent) this.#reportedAt.delete(room)
    return new Set([...this.#rooms.stale(), ...this.#reportedAt.keys(), ...this.#host.openRooms()])
  }

  /**
   * Requests a room's state, which also subscribes the sidebar. Only an answer clears `stale`: a pushed report may come
   * from an earlier instance of the room, and the present one may take this sidebar for unsubscribed.
   */
  async #requestReport(room: RoomId): Promise<RoomReport> {
    const refreshing = this.#refreshing.get(room) ?? { calls: 0, isSure: true }
    this.#refreshing.set(room, refreshing)
    refreshing.calls += 1
    try {
      return await inTime(roomStub(this.#env, room).summaryFor(this.#host.user))
    } catch (error) {
      refreshing.isSure = false
      throw error
    } finally {
      refreshing.calls -= 1
      // Answers may come in another order than the requests: the last one to come decides.
      if (refreshing.calls === 0) {
        this.#refreshing.delete(room)
        if (refreshing.isSure) this.#rooms.markFresh(room)
      }
    }
  }

  /**
   * Stores a report and pushes to the feed, also when nothing changed: an earlier push may not have arrived. A failure is
   * the caller's, which repeats the report.
   * @returns the change, or null when the report is outdated
   */
  async #apply(report: RoomReport): Promise<Change | null> {
    const { state, open } = report
    const change = this.#rooms.apply(report)
    if (!change) return null
    if (!open) this.#host.noneOpenIn(state.room)
    if (change.after) this.#host.onProfileVersion(state.room, report.person)
    const { before, after } = change
    await this.#stream.publish(change)
    if (!before && after && this.#host.isOnline()) this.#host.onJoined(after)
    await this.#feed.push(state.room)
    return change
  }
}
