/** Who is typing: never written, passed on at most every two seconds per person. */
import type { Connection, Sockets } from '../../actor/sockets/sockets'
import { TIMES } from '../../config'
import type { UserId } from '../../protocol'
import type { RoomPlace } from '../context'

/**
 * The others think that somebody is typing while one of their connections says so. It says so in what it remembers
 * through hibernation, so that an actor that was out of memory still knows whom to call quiet.
 */
export class Typing {
  readonly #sockets: Sockets<RoomPlace>
  /** When each person's typing was last passed on: stopping in between is no way around the pause. */
  readonly #passedOn = new Map<UserId, number>()

  constructor(sockets: Sockets<RoomPlace>) {
    this.#sockets = sockets
  }

  /** Whether this one is to be passed on. */
  start(from: Connection<RoomPlace>): boolean {
    const user = from.userId
    const earlier = this.#sockets.of(user).map(({ state: session }) => session.data.typing)
    const last = Math.max(this.#passedOn.get(user) ?? 0, ...earlier)
    const now = Date.now()
    if (now - last < TIMES.typing) return false
    this.#passedOn.set(user, now)
    this.#remember(from, now)
    return true
  }

  /** Whether the others think that this person is typing and must be told otherwise. */
  stop(user: UserId): boolean {
    const typing = this.#sockets.of(user).filter(({ state: session }) => session.data.typing > 0)
    for (const connection of typing) this.#remember(connection, 0)
    return typing.length > 0
  }

  /** Whether a connection that is gone was the one its person was typing on. */
  left(connection: Connection<RoomPlace>): boolean {
    const others = this.#sockets.of(connection.userId)
    return connection.state.data.typing > 0 && others.every(({ state: session }) => session.data.typing === 0)
  }

  #remember(connection: Connection<RoomPlace>, typing: number): void {
    connection.state.data = { typing }
    connection.save()
  }
}
