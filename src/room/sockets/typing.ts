/** Typing: never written, and published at most once in `TIMES.typing` for each member. */
import { TIMES } from '../../config'
import type { UserId } from '../../protocol'
import type { RoomConnection, RoomSockets } from '../outbound/room-sockets'

/**
 * The other members see a member typing while one of the member's connections has `typing` set. The flag survives
 * hibernation with the connection, so an actor that was evicted still knows for whom to publish `stop_typing`.
 */
export class Typing {
  readonly #sockets: RoomSockets
  /** When each member's typing was last published: stopping does not shorten the pause. */
  readonly #publishedAt = new Map<UserId, number>()
  /** Members who type again during the pause. Published when it is over, unless they stop before. */
  readonly #waiting = new Map<UserId, { from: RoomConnection; timer: ReturnType<typeof setTimeout> }>()

  constructor(sockets: RoomSockets) {
    this.#sockets = sockets
  }

  /**
   * Calls `publish` at once, or when the pause is over: a client that sends `typing` with each key may send none by then. It is
   * not called for a member whom the others see typing already.
   */
  start(from: RoomConnection, publish: () => void): void {
    const user = from.userId
    const earlier = this.#sockets.of(user).map(({ state }) => state.data.typing)
    const last = Math.max(this.#publishedAt.get(user) ?? 0, ...earlier)
    const now = Date.now()
    const left = last + TIMES.typing - now
    if (left > 0) {
      if (earlier.every((at) => at === 0)) this.#wait(from, left, publish)
      return
    }
    this.#stopWaiting(user)
    this.#publishedAt.set(user, now)
    this.#save(from, now)
    publish()
  }

  /** @returns whether the others see the member typing, so that `stop_typing` has to be published */
  stop(user: UserId): boolean {
    this.#stopWaiting(user)
    const typing = this.#sockets.of(user).filter(({ state }) => state.data.typing > 0)
    for (const connection of typing) this.#save(connection, 0)
    return typing.length > 0
  }

  /** Whether a closed connection was the only one on which its member was typing. */
  endedWith(connection: RoomConnection): boolean {
    if (this.#waiting.get(connection.userId)?.from === connection) this.#stopWaiting(connection.userId)
    const others = this.#sockets.of(connection.userId)
    return connection.state.data.typing > 0 && others.every(({ state }) => state.data.typing === 0)
  }

  #wait(from: RoomConnection, left: number, publish: () => void): void {
    const user = from.userId
    if (this.#waiting.has(user)) return
    const timer = setTimeout(() => {
      this.#waiting.delete(user)
      if (this.#sockets.of(user).includes(from)) this.start(from, publish)
    }, left)
    this.#waiting.set(user, { from, timer })
  }

  #stopWaiting(user: UserId): void {
    clearTimeout(this.#waiting.get(user)?.timer)
    this.#waiting.delete(user)
  }

  #save(connection: RoomConnection, typing: number): void {
    connection.state.data = { ...connection.state.data, typing }
    connection.save()
  }
}
