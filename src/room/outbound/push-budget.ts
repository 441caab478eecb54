/** Charges each push to a sidebar to the budget of the member whose change caused it. */
import type { LeaseResult } from '../../actor/budget/leases'
import type { UserId } from '../../protocol'

/** Units that are covered at once, if as many are needed: it saves calls to the budget, and alarms while it is low. */
const CHUNK = 500

/** The leases of the members' budgets, and the storage of pending authors. */
export interface PushFunds {
  /** Reserves units of work in a user's budget. */
  cover(user: UserId, work: number): LeaseResult
  /** Counts units of work that a user caused. */
  charge(user: UserId, work: number): void
  /** Returns what was reserved and not charged. */
  release(user: UserId): void
  /** Stores the authors of changes that are pushed later; null when there are none. */
  saveAuthors(authors: UserId[] | null): void
}

/**
 * A change is stored and published at once, whatever its pushes cost. Pushes that no author's budget covers are made later, when
 * a budget has recovered, or when another member changes something.
 */
export class PushBudget {
  readonly #funds: PushFunds
  /** Authors of changes that not every sidebar has, the latest last. */
  readonly #authors: Set<UserId>
  #isSaved: boolean
  /** The reservation of the latest `cover`, less what has been taken of it. */
  #covered: { by: UserId; work: number } | undefined
  /** Until when no author's budget covers more (ms since 1970). */
  laterAt = 0

  /** `stored` are the authors that an earlier instance stored. */
  constructor(funds: PushFunds, stored: UserId[]) {
    this.#funds = funds
    this.#authors = new Set(stored)
    this.#isSaved = stored.length > 0
  }

  /** The author of the latest change; null when none is known. */
  get latest(): UserId | null {
    return [...this.#authors].at(-1) ?? null
  }

  causedBy(user: UserId): void {
    // A budget that was refused a moment ago would be refused again.
    if (!this.#authors.has(user)) this.laterAt = 0
    this.#authors.delete(user)
    this.#authors.add(user)
  }

  /**
   * Takes the work of one push. `all` is the work of all pending pushes.
   * @returns the author to charge (null when none is known), 'later', or a promise after which to ask again
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

  /** Every sidebar has every change. */
  onAllDelivered(): void {
    for (const user of this.#authors) this.#funds.release(user)
    this.#authors.clear()
    this.#covered = undefined
    if (this.#isSaved) this.#funds.saveAuthors(null)
    this.#isSaved = false
  }
}
