/** The request to a user's budget and its answer: plain data, because both cross between actors. */
import type { RateName } from '../../protocol'
import type { ADDRESS_CLASSES } from '../../protocol/rate-classes'

/** A rate class that a budget counts: of a user, or of an address. */
export type BudgetClass = RateName | keyof typeof ADDRESS_CLASSES

/** Numbers of acts by rate class. */
export type Acts = { [Class in BudgetClass]?: number }

/** One call to a budget. Every field is optional. */
export interface LeaseRequest {
  /** Acts that have happened. The budget counts them even when nothing is left. */
  done?: Acts
  /** Units of work done beyond the cost of the acts themselves. Negative when less was done than was counted. */
  workDone?: number
  /** Units that an actor was granted and did not use. */
  workReturned?: number
  /** Acts to admit. The budget grants as many of each class as are left. */
  want?: Acts
  /** Units of work to admit. With `whole` the budget grants all or nothing, and grants the first act of a class only with it. */
  workWanted?: number
  whole?: boolean
  /**
   * Without `whole`: the smallest useful part of the work. The budget grants at least this or nothing, and keeps a tenth of
   * itself for acts.
   */
  workNeeded?: number
  /** The budget grants an act that becomes possible within this many milliseconds; the actor waits until then. */
  maxWait?: number
}

/** The answer of a budget. It has already counted what it grants. */
export interface Grant {
  acts: Acts
  work: number
  /** Milliseconds until one more act of each class is possible, for acts that were refused or granted in advance. */
  wait: Acts
  /** Milliseconds until the requested work is possible. */
  workWait: number
  /** Milliseconds until the balance is no longer negative; 0 when it is not. */
  overdrawn: number
  /** At least half of everything is left: an actor may admit some acts before it asks. */
  hasCredit: boolean
}
