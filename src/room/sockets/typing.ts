/** Who is typing: never written, passed on at most every two seconds per person. */
import type { Connection, Sockets } from '../../actor/sockets/sockets'
import { TIMES } from '../../config'
import type { UserId } from '../../protocol'
import type { RoomSocketData } from '../context'

/**
 * The others think that somebody is typing while one of their connections says so. It says so in what it remembers
 * through hibernation, so that an actor that was out of memory still knows whom to call quiet.
 */
export class Typing {
  readonly #sockets: Sockets<RoomSocketData>
  /** When each person's typing was last passed on: stopping in between is no way around the pause. */
  readonly #passedOn = new Map<UserId, number>()
  /** People who type again before the pause is over: passed on when it is, unless they stop before that. */
  readonly #waiting = new Map<UserId, { from: Connection<RoomSocketData>; timer: ReturnType<typeof setTimeout> }>()

  constructor(sockets: Sockets<RoomSocketData>) {
    this.#sockets = sockets
  }

  /**
   * Somebody types. `passOn` is called at once, or when the pause is over: a client that says it with each key says it
   * no more by then. Somebody whom the others take for typing anyway needs no second word.
   */
  start(from: Connection<RoomSocketData>, passOn: () => void): void {
    const user = from.userId
    const earlier = this.#sockets.of(user).map(({ state: session }) => session.data.typing)
    const last = Math.max(this.#passedOn.get(user) ?? 0, ...earlier)
    const now = Date.now()
    const left = last + TIMES.typing - now
    if (left > 0) {
      if (earlier.every((at) => at === 0)) this.#wait(from, left, passOn)
      return
    }
    this.#forget(user)
    this.#passedOn.set(user, now)
    this.#remember(from, now)
    passOn()
  }

  /** Whether the others think that this person is typing and must be told otherwise. */
  stop(user: UserId): boolean {
    this.#forget(user)
    const typing = this.#sockets.of(user).filter(({ state: session }) => session.data.typing > 0)
    for (const connection of typing) this.#remember(connection, 0)
    return typing.length > 0
  }

  /** Whether a connection that is gone was the one its person was typing on. */
  endedWith(connection: Connection<RoomSocketData>): boolean {
    if (this.#waiting.get(connection.userId)?.from === connection) this.#forget(connection.userId)
    const others = this.#sockets.of(connection.userId)
    return connection.state.data.typing > 0 && others.every(({ state: session }) => session.data.typing === 0)
  }

  #wait(from: Connection<RoomSocketData>, left: number, passOn: () => void): void {
    const user = from.userId
    if (this.#waiting.has(user)) return
    const timer = setTimeout(() => {
      this.#waiting.delete(user)
      if (this.#sockets.of(user).includes(from)) this.start(from, passOn)
    }, left)
    this.#waiting.set(user, { from, timer })
  }

  #forget(user: UserId): void {
    clearTimeout(this.#waiting.get(user)?.timer)
    this.#waiting.delete(user)
  }

  #remember(connection: Connection<RoomSocketData>, typing: number): void {
    connection.state.data = { typing }
    connection.save()
  }
}
