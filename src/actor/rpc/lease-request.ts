/** What is asked of a person's budget and what it answers: plain data, because it crosses between actors. */
import type { RateName } from '../../protocol'
import type { ADDRESS_CLASSES } from '../../protocol/rate-classes'

/** A class that a budget counts: a person's, or an address's. */
export type BudgetClass = RateName | keyof typeof ADDRESS_CLASSES

/** Acts by their class. */
export type Acts = { [Class in BudgetClass]?: number }

/** One call to a budget. Everything is optional. */
export interface LeaseRequest {
  /** Acts that have happened: counted even where nothing is left. */
  done?: Acts
  /** Units of work that have been done beyond what the acts themselves cost; less than nothing where less was done than counted. */
  workDone?: number
  /** Units that an actor was granted and did not use. */
  workReturned?: number
  /** Acts to be let through: of each, as many are granted as are left. */
  want?: Acts
  /** Units of work to be let through. With `whole`, all of it or nothing, and the first act of a class only with it. */
  workWanted?: number
  whole?: boolean
  /** Without `whole`: of the work that is wanted, so much is granted or nothing, and a tenth of all is left for acts. */
  workNeeded?: number
  /** An act that is possible within so many milliseconds is granted; whoever asks waits until then. */
  maxWait?: number
}

/** What a budget grants. What is granted has been counted. */
export interface Grant {
  acts: Acts
  work: number
  /** Milliseconds until one more act of a class is possible: of what was not granted, or is granted for then. */
  wait: Acts
  /** Milliseconds until work that was asked for as a whole, or needed, is possible. */
  workWait: number
  /** Milliseconds until less than nothing is left: 0, unless more was done than there was. */
  overdrawn: number
  /** At least half of everything is left: whoever holds a lease may let some acts through before it has asked. */
  hasCredit: boolean
}
