/** Keeps my list in step with my rooms: takes over what they say, asks those that say nothing, tells the feed. */

import { COSTS } from '../../actor/budget/costs'
import { inParallel, inTime, roomStub } from '../../actor/rpc/stubs'
import type { RoomReport } from '../../actor/rpc/summary'
import type { Alarm } from '../../actor/store/alarm'
import { backoffAfter } from '../../actor/store/backoff'
import { BOUNDS, TIMES } from '../../config'
import { audienceOf } from '../../directory/people/audience'
import { log } from '../../log/log'
import type { RoomId, UserId } from '../../protocol'
import { FeedPush } from '../outbound/feed-push'
import type { ListStream } from '../sockets/list-stream'
import type { ListedRoom } from '../store/listed-room'
import type { Change, RoomStore } from '../store/rooms'

/** Where I am. */
export interface RoomSyncHost {
  /** The rooms that are open on my devices. */
  rooms(): RoomId[]
  /** A room says that it is open on none of my devices. */
  isNotIn(room: RoomId): void
  isOnline(): boolean
  /** A room has this version of my name and picture. */
  isKnownAs(room: RoomId, version: number | undefined): void
  /** Counts work that I cause, in units. */
  charge(work: number): void
}

export class RoomSync {
  readonly #env: Env
  readonly #user: UserId
  readonly #rooms: RoomStore
  readonly #display: ListStream
  readonly #alarm: Alarm
  readonly #me: RoomSyncHost
  readonly #feed: FeedPush
  /** When each room last spoke unasked: right after that it may hold the next change back for a moment. */
  readonly #reportedAt = new Map<RoomId, number>()
  /** Rooms that are being asked: by how many calls, and whether none of them failed or was overtaken by sleep. */
  readonly #asking = new Map<RoomId, { calls: number; sure: boolean }>()
  /** Times in a row that rooms did not answer while somebody was looking. */
  #failures = 0

  constructor(env: Env, user: UserId, rooms: RoomStore, display: ListStream, alarm: Alarm, me: RoomSyncHost) {
    this.#env = env
    this.#user = user
    this.#rooms = rooms
    this.#display = display
    this.#alarm = alarm
    this.#me = me
    this.#feed = new FeedPush(env, user, rooms)
  }

  /**
   * Rooms that no longer tell every change, or whose last word may be on its way at this moment: those that spoke lately
   * go on talking or hold the next change back, and those where I am may have acknowledged what I have just done there.
   */
  maybeOutdated(): Set<RoomId> {
    const recent = Date.now() - TIMES.recentReport
    for (const [room, at] of this.#reportedAt) if (at < recent) this.#reportedAt.delete(room)
    return new Set([...this.#rooms.stale(), ...this.#reportedAt.keys(), ...this.#me.rooms()])
  }

  /** Asks the rooms whose state may be old, so that what is read next is not. */
  async refreshStale(): Promise<void> {
    await this.ask(this.maybeOutdated())
  }

  /**
   * Asks rooms how they stand. One that does not answer is asked again before the list is read again, and soon, for
   * somebody may be looking at it.
   */
  async ask(rooms: Iterable<RoomId>): Promise<void> {
    const asked = [...rooms]
    this.#me.charge(asked.length * COSTS.summaryAsked)
    await inParallel(asked, BOUNDS.callsAtOnce, async (room) => {
      try {
        await this.#apply(await this.#answerOf(room))
        this.#failures = 0
      } catch (error) {
        // To be asked again: the list may be right by now, and the feed not.
        this.#rooms.markStale(room)
        this.#alarm.ringBy(Date.now() + backoffAfter(this.#failures + 1))
        log('warn', 'room.unsettled', { room_id: room, error })
      }
    })
  }

  /** Asks one room how it stands. @throws when it, or the feed, does not answer */
  async refresh(room: RoomId): Promise<void> {
    await this.#apply(await this.#answerOf(room))
  }

  /**
   * What a room answers. Only its answer shows that it tells every change again: what it says unasked may be the last
   * word of a life that has ended since, and the room of today may take this list for asleep.
   */
  async #answerOf(room: RoomId): Promise<RoomReport> {
    const asking = this.#asking.get(room) ?? { calls: 0, sure: true }
    this.#asking.set(room, asking)
    asking.calls += 1
    try {
      return await inTime(roomStub(this.#env, room).summaryFor(this.#user))
    } catch (error) {
      asking.sure = false
      throw error
    } finally {
      asking.calls -= 1
      // The room may have been asked in another order than it answers: the last answer to come speaks for all.
      if (asking.calls === 0) {
        this.#asking.delete(room)
        if (asking.sure) this.#rooms.markFresh(room)
      }
    }
  }

  /** Nobody is looking: the room need not tell what follows, and is asked before the list is read again. */
  unsubscribe(room: RoomId): void {
    const asking = this.#asking.get(room)
    if (asking) asking.sure = false
    this.#rooms.markStale(room)
  }

  /** To be called from the actor's `alarm()` while somebody is looking: asks again those that did not answer. */
  async retryStale(): Promise<void> {
    const stale = this.#rooms.stale()
    if (stale.length === 0) return
    this.#failures += 1
    await this.ask(stale)
  }

  /**
   * A room says unasked how it stands; if that fails it says so again.
   * @returns what changed, or null when it was old.
   */
  onReport(report: RoomReport): Promise<Change | null> {
    this.#reportedAt.set(report.state.room, Date.now())
    return this.#apply(report)
  }

  /** Whether the room has promised to tell every change. */
  isSubscribed(room: RoomId): boolean {
    return !this.#rooms.isStale(room)
  }

  /**
   * I am entering a room that stood like this until now. What came there while I slept, or a moment ago, is announced
   * as if I had heard of it at once: from now on it counts as seen.
   */
  async onRoomOpening(report: RoomReport): Promise<void> {
    const { state } = report
    if ('gone' in state) return
    const known = this.#rooms.get(state.room)?.last_unread?.id ?? 0
    if ((state.last_unread?.id ?? 0) > known) await this.#apply(report).catch(() => this.#rooms.markStale(state.room))
  }

  /**
   * Takes over how a room stands, and tells the feed, also where nothing is new: what was told before may not have
   * arrived there. Its failure is the caller's, who then comes again.
   */
  async #apply(report: RoomReport): Promise<Change | null> {
    const { state, open } = report
    const change = this.#rooms.apply(report)
    if (!change) return null
    if (!open) this.#me.isNotIn(state.room)
    if (change.after) this.#me.isKnownAs(state.room, report.person)
    const { before, after } = change
    await this.#display.publish(change)
    if (!before && after && this.#me.isOnline()) void this.#announceOnline(after)
    await this.#feed.push(state.room)
    return change
  }

  /** I am new in a room: those who look at it see that I am online. Nothing is owed: others see it on opening the room. */
  async #announceOnline({ room, members }: ListedRoom): Promise<void> {
    if (members > BOUNDS.presenceRoomSize) return
    try {
      // Not by who is in the room: the directory may not know that yet.
      const { except, only } = await audienceOf(this.#env.DIRECTORY, this.#user)
      const now = new Date().toISOString()
      await inTime(roomStub(this.#env, room).presenceChanged(this.#user, true, now, except, only))
    } catch (error) {
      log('warn', 'room.unaware', { room_id: room, error })
    }
  }

  /** Tells the feed once more; failing that, the room is asked, and the feed told, before either is read again. */
  async retryFeed(room: RoomId): Promise<void> {
    await this.#feed.push(room).catch(() => this.#rooms.markStale(room))
  }

  /** A device of mine that had the room open is gone without a word: what came there was taken for seen. */
  async unseen(room: RoomId): Promise<void> {
    this.#rooms.clearSeen(room)
    await this.retryFeed(room)
  }
}
