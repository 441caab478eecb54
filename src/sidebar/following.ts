/** Keeps my list in step with my rooms: takes over what they say, asks those that say nothing, tells the feed. */
import { feedStub, inParallel, inTime, roomStub } from '../actor/stubs'
import type { RoomGone, RoomSummary } from '../actor/summary'
import { BOUNDS, TIMES } from '../config'
import { log } from '../log/log'
import type { RoomId, UserId } from '../protocol'
import type { Display } from './display'
import type { Rooms } from './rooms'

export class Following {
  readonly #env: Env
  readonly #user: UserId
  readonly #rooms: Rooms
  readonly #display: Display
  readonly #isOpen: (room: RoomId) => boolean
  /** When each room last told us something: right after that it may hold the next change back for a moment. */
  readonly #heard = new Map<RoomId, number>()

  /** `isOpen` says whether a room is open in front of me on one of my devices. */
  constructor(env: Env, user: UserId, rooms: Rooms, display: Display, isOpen: (room: RoomId) => boolean) {
    this.#env = env
    this.#user = user
    this.#rooms = rooms
    this.#display = display
    this.#isOpen = isOpen
  }

  /** Rooms that no longer tell every change, or may be holding one back at this moment. */
  doubtful(): Set<RoomId> {
    const recent = Date.now() - TIMES.sidebarPush * 2
    for (const [room, at] of this.#heard) if (at < recent) this.#heard.delete(room)
    return new Set([...this.#rooms.stale(), ...this.#heard.keys()])
  }

  /** Asks rooms how they stand. One that does not answer is asked again before the list is read again. */
  async ask(rooms: Iterable<RoomId>): Promise<void> {
    const stale = new Set(this.#rooms.stale())
    await inParallel(rooms, BOUNDS.callsAtOnce, async (room) => {
      try {
        await this.apply(await inTime(roomStub(this.#env, room).summaryFor(this.#user)), stale.has(room))
      } catch (error) {
        // To be asked again: the list may be right by now, and the feed not.
        this.#rooms.markStale(room)
        log('warn', 'room.unsettled', { room_id: room, error })
      }
    })
  }

  /**
   * Takes over what a room says. The feed hears what is unread where that changed, and where what was told before may
   * not have arrived there (`again`): its failure is the caller's, who then comes again.
   */
  async apply(state: RoomSummary | RoomGone, again: boolean): Promise<void> {
    this.#heard.set(state.room, Date.now())
    const change = this.#rooms.apply(state, Date.now())
    if (!change) return
    const { before, after } = change
    await this.#display.show(change)
    const same = before?.unread === after?.unread && before?.last_message?.id === after?.last_message?.id
    if (!same || again) await this.tellFeed(state.room)
  }

  /** Tells the feed how a room stands now. */
  async tellFeed(room: RoomId): Promise<void> {
    const mine = this.#rooms.get(room)
    await inTime(
      feedStub(this.#env, this.#user).roomUnread({
        room,
        is_group: mine?.is_group ?? true,
        chat_name: mine ? (mine.nickname ?? mine.title) : '',
        last_message: mine?.last_message ?? null,
        unread: mine?.unread ?? 0,
        quiet: (mine?.muted ?? false) || this.#isOpen(room),
      }),
    )
  }
}
