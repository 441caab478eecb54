/** Who is typing: never stored, passed on at most every two seconds per person. */
import { TIMES } from '../config'
import type { UserId } from '../protocol'

export class Typing {
  /** When each person's typing was last passed on. */
  readonly #since = new Map<UserId, number>()

  /** Whether this one is to be passed on. */
  start(user: UserId): boolean {
    const now = Date.now()
    if (now - (this.#since.get(user) ?? 0) < TIMES.typing) return false
    this.#since.set(user, now)
    return true
  }

  /** Whether the others think that this person is typing and must be told otherwise. */
  stop(user: UserId): boolean {
    const since = this.#since.get(user)
    this.#since.delete(user)
    return since !== undefined
  }
}
