/** Keeps my list in step with my rooms: takes over what they say, asks those that say nothing, tells the feed. */
import { feedStub, inParallel, inTime, roomStub } from '../actor/stubs'
import type { RoomGone, RoomSummary } from '../actor/summary'
import { BOUNDS, TIMES } from '../config'
import { hiddenFrom } from '../directory/projection'
import { log } from '../log/log'
import type { RoomId, UserId } from '../protocol'
import type { Display } from './display'
import type { MyRoom, Rooms } from './rooms'

/** Where I am. */
export interface Whereabouts {
  /** Whether a room is open in front of me on one of my devices. */
  isOpen(room: RoomId): boolean
  isOnline(): boolean
}

export class Following {
  readonly #env: Env
  readonly #user: UserId
  readonly #rooms: Rooms
  readonly #display: Display
  readonly #me: Whereabouts
  /** When each room last told us something: right after that it may hold the next change back for a moment. */
  readonly #heard = new Map<RoomId, number>()

  constructor(env: Env, user: UserId, rooms: Rooms, display: Display, me: Whereabouts) {
    this.#env = env
    this.#user = user
    this.#rooms = rooms
    this.#display = display
    this.#me = me
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
    if (!before && after && this.#me.isOnline()) void this.#appear(after)
    const same =
      before?.unread === after?.unread &&
      before?.last_message?.id === after?.last_message?.id &&
      before?.rewritten === after?.rewritten
    if (!same || again) await this.tellFeed(state.room)
  }

  /** I am new in a room: those who look at it see that I am online. Nothing is owed: others see it on opening the room. */
  async #appear({ room, members }: MyRoom): Promise<void> {
    if (members > BOUNDS.presenceRoomSize) return
    try {
      // Not by who is in the room: the directory may not know that yet.
      const hidden = await hiddenFrom(this.#env.DIRECTORY, this.#user)
      const now = new Date().toISOString()
      await inTime(roomStub(this.#env, room).presenceChanged(this.#user, true, now, hidden))
    } catch (error) {
      log('warn', 'room.unaware', { room_id: room, error })
    }
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
        quiet: (mine !== undefined && mine.notify !== 'all') || this.#me.isOpen(room),
        rewritten: mine?.rewritten ?? 0,
        gone: mine === undefined,
      }),
    )
  }
}
