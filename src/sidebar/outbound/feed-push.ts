/** How my feed learns how my rooms stand: always the newest state, never a difference. */
import { feedStub, inTime } from '../../actor/rpc/stubs'
import type { UnreadAnswer } from '../../actor/rpc/unread-room'
import type { RoomId, UserId } from '../../protocol'
import type { RoomStore } from '../store/rooms'

/** Times that a state is told to a feed that begins a new life each time. */
const MOST_TIMES = 4

/** Milliseconds within which an answer came at once. */
const AT_ONCE = 1_000

export class FeedPush {
  readonly #env: Pick<Env, 'FEEDS'>
  readonly #user: UserId
  readonly #rooms: RoomStore
  /** The life of the feed that is told; see `UnreadRoom`. */
  #life = ''
  /** Which revision of each room the feed has, as far as this life knows. */
  readonly #has = new Map<RoomId, number>()

  constructor(env: Pick<Env, 'FEEDS'>, user: UserId, rooms: RoomStore) {
    this.#env = env
    this.#user = user
    this.#rooms = rooms
  }

  /**
   * Tells the feed how a room stands now. A feed that has begun a new life cannot know what it was told before; it says
   * which life that is, and what was under way for long, or to another life, is told anew. What it has is not told again.
   */
  async push(room: RoomId): Promise<void> {
    for (let times = 0; times < MOST_TIMES; times++) {
      const { revision } = this.#rooms.stateOf(room)
      if (this.#has.get(room) === revision) return
      if (!(await this.#isTaken(room))) continue
      this.#has.set(room, revision)
      return
    }
    throw new Error('The feed was told too late')
  }

  async #isTaken(room: RoomId): Promise<boolean> {
    const [life, began] = [this.#life, Date.now()]
    const answer = await this.#told(room, life)
    if (typeof answer !== 'object') return answer
    this.#life = answer.life
    // By this actor's own clock: within that time no feed takes something newer, sleeps, wakes, and takes this.
    return answer.taken && (life === answer.life || Date.now() - began < AT_ONCE)
  }

  #told(room: RoomId, life: string): Promise<UnreadAnswer> {
    const mine = this.#rooms.get(room)
    const { version, revision } = this.#rooms.stateOf(room)
    return inTime(
      feedStub(this.#env, this.#user).unreadChanged({
        room,
        instance: life,
        revision,
        version,
        sent_at: Date.now(),
        is_group: mine?.is_group ?? true,
        chat_name: mine ? (mine.nickname ?? mine.title) : '',
        last_unread: mine?.last_unread ?? null,
        unread: mine?.unread ?? 0,
        quiet: mine !== undefined && (mine.notify !== 'all' || (mine.last_unread?.id ?? 0) <= mine.seen_to),
        rewritten: mine?.rewritten ?? 0,
        gone: mine === undefined,
      }),
    )
  }
}
