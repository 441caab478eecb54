/** Pushes a room's unread count to the feed: always the newest state, never a difference. */
import { feedStub, inTime } from '../../actor/rpc/stubs'
import type { UnreadAnswer } from '../../actor/rpc/unread-room'
import type { RoomId, UserId } from '../../protocol'
import type { RoomStore } from '../store/rooms'

/** Attempts with a feed that answers from another instance each time. */
const MAX_ATTEMPTS = 4

/** An answer within this many milliseconds counts as immediate. */
const IMMEDIATE = 1_000

export class FeedPush {
  readonly #env: Pick<Env, 'FEEDS'>
  readonly #user: UserId
  readonly #rooms: RoomStore
  /** The instance of the feed that answered last; see `UnreadReport`. */
  #instance = ''
  /** The revision of each room that the feed accepted from this instance of the sidebar. */
  readonly #accepted = new Map<RoomId, number>()

  constructor(env: Pick<Env, 'FEEDS'>, user: UserId, rooms: RoomStore) {
    this.#env = env
    this.#user = user
    this.#rooms = rooms
  }

  /**
   * Pushes a room unless the feed has its present revision. A new instance of the feed does not know which states the one
   * before it accepted, so a push to another instance, or one that was under way for long, is repeated.
   * @throws {Error} when no attempt was accepted, or what the feed threw
   */
  async push(room: RoomId): Promise<void> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const { revision } = this.#rooms.stateOf(room)
      if (this.#accepted.get(room) === revision) return
      if (!(await this.#isAccepted(room))) continue
      this.#accepted.set(room, revision)
      return
    }
    throw new Error('The feed answered from a new instance each time')
  }

  async #isAccepted(room: RoomId): Promise<boolean> {
    const [instance, began] = [this.#instance, Date.now()]
    const answer = await this.#send(room, instance)
    this.#instance = answer.instance
    // Within `IMMEDIATE` no feed can accept a newer state, be evicted, wake, and accept this one.
    return answer.accepted && (instance === answer.instance || Date.now() - began < IMMEDIATE)
  }

  #send(room: RoomId, instance: string): Promise<UnreadAnswer> {
    const listed = this.#rooms.get(room)
    const { version, revision } = this.#rooms.stateOf(room)
    return inTime(
      feedStub(this.#env, this.#user).unreadChanged({
        room,
        instance,
        revision,
        version,
        is_group: listed?.is_group ?? true,
        chat_name: listed ? (listed.nickname ?? listed.title) : '',
        last_unread: listed?.last_unread ?? null,
        unread: listed?.unread ?? 0,
        quiet: listed !== undefined && (listed.notify !== 'all' || (listed.last_unread?.id ?? 0) <= listed.seen_to),
        rewritten: listed?.rewritten ?? 0,
        gone: listed === undefined,
      }),
    )
  }
}
