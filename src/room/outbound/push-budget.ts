/** Whose budget bears that lists are told: that of the people whose changes they are told of. */
import type { LeaseResult } from '../../actor/budget/leases'
import type { UserId } from '../../protocol'

/** Units that are made sure of at once, where so many are needed: few calls to the budget, and few alarms where it is low. */
const CHUNK = 500

/** What it takes from the room. */
export interface PushFunds {
  /** Makes sure that a person's budget has so many units left. */
  cover(user: UserId, work: number): LeaseResult
  /** Counts work that somebody caused, in units. */
  charge(user: UserId, work: number): void
  /** Everything that was covered has been done. */
  release(user: UserId): void
  /** Stores authors whose changes are told later; null once there are none. */
  saveAuthors(authors: UserId[] | null): void
}

/**
 * A change is stored and sent to open sockets at once, whatever it costs to tell the lists. Lists that nobody's budget can
 * bear are told later, as it is given back, or sooner if somebody else changes something.
 */
export class PushBudget {
  readonly #funds: PushFunds
  /** Those whose changes not all lists have been told of, the latest last. */
  readonly #authors: Set<UserId>
  #isSaved: boolean
  /** What the latest `cover` made sure of, less what has been taken. */
  #covered: { by: UserId; work: number } | undefined
  /** Until when nobody can bear more (ms since 1970). */
  laterAt = 0

  /** `kept` are the authors that an earlier life stored. */
  constructor(funds: PushFunds, kept: UserId[]) {
    this.#funds = funds
    this.#authors = new Set(kept)
    this.#isSaved = kept.length > 0
  }

  /** The person who changed something last; null when no author is known. */
  get latest(): UserId | null {
    return [...this.#authors].at(-1) ?? null
  }

  causedBy(user: UserId): void {
    // A second look at somebody who had too little left would be refused as well.
    if (!this.#authors.has(user)) this.laterAt = 0
    this.#authors.delete(user)
    this.#authors.add(user)
  }

  /**
   * Takes the work of telling one list. `all` is the work of telling all that are still to be told.
   * @returns who is to be charged for it (null: nobody is known), 'later', or a promise after which it is to be asked again
   */
  take(work: number, all: () => number): { by: UserId | null } | 'later' | Promise<void> {
    if (this.#authors.size === 0) return { by: null }
    if (this.#covered && this.#covered.work >= work) {
      this.#covered.work -= work
      return { by: this.#covered.by }
    }
    const now = Date.now()
    if (this.laterAt > now) return 'later'
    const needed = Math.max(work, Math.min(CHUNK, all()))
    let wait = Number.POSITIVE_INFINITY
    for (const by of [...this.#authors].reverse()) {
      const turn = this.#funds.cover(by, needed)
      if (turn instanceof Promise) return turn
      if (turn === null) {
        this.#covered = { by, work: needed - work }
        return { by }
      }
      wait = Math.min(wait, turn.retryAfter ?? 1)
    }
    this.laterAt = now + wait * 1_000
    this.#isSaved = true
    this.#funds.saveAuthors([...this.#authors])
    return 'later'
  }

  charge(user: UserId | null, work: number): void {
    if (user !== null) this.#funds.charge(user, work)
  }

  /** Every list has been told of every change. */
  onAllDelivered(): void {
    for (const user of this.#authors) this.#funds.release(user)
    this.#authors.clear()
    this.#covered = undefined
    if (this.#isSaved) this.#funds.saveAuthors(null)
    this.#isSaved = false
  }
}
