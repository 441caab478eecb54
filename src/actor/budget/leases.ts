/** An actor's leases on the budgets of the users who act in it, so that an act need not wait for a call to a budget. */
import { env } from 'cloudflare:workers'
import { areRatesOn, RATES, TIMES } from '../../config'
import { log } from '../../log/log'
import { RATE_CLASSES, type RateName, type Refused, type UserId } from '../../protocol'
import type { Acts, Grant, LeaseRequest } from '../rpc/lease-request'
import { inTime } from '../rpc/stubs'

/**
 * Acts of each class that each actor admits before it asks the budget, while the budget has credit. The number is small,
 * because a user may have `LIMITS.socketsPerUser` sockets in as many rooms and act in all of them at once.
 */
const AHEAD: Acts = { frames: 100, receipt: 10 }
const AHEAD_USUALLY = 3
/** Units of work that may be done before the budget is charged. */
const WORK_AHEAD = 10
/** The smallest number of unused units that an actor returns: fewer are worth less than the call. */
const WORTH_RETURNING = 50
/** A lease is at most this share of a class's burst, and of the work. */
const LEASED_SHARE = 1 / 8
/** Acts of a class that an actor admits in each `TIMES.minimumAwake` while the budget does not answer. */
const UNANSWERED = 20

const names = (acts: Acts) => Object.keys(acts) as RateName[]

/** The lease of one user in one instance of the actor. Times are milliseconds since 1970. */
class Lease {
  /** Granted and not used. */
  readonly left: Acts = {}
  /** Admitted and not yet reported to the budget. */
  done: Acts = {}
  /** Used since the actor woke. A lease is never larger, so that a user who does little leaves no unused grants behind. */
  readonly taken: Acts = {}
  readonly wanted = new Set<RateName>()
  readonly refused: Acts = {}
  /** Units left. Negative when more was done than was granted. */
  work = 0
  charged = 0
  /** Units that must be granted before an expensive act. */
  needed = 0
  /** Until this time the budget refuses this many units (ms since 1970). */
  scarce = { until: 0, work: 0 }
  asking: Promise<void> | undefined
  /** The budget counts as unreachable until this time; with the acts admitted meanwhile. */
  unansweredUntil = 0
  unanswered = 0
}

/** The result of taking an act: taken, refused, or a promise after which the act is to be taken again. */
export type LeaseResult = null | Refused | Promise<void>

/**
 * Limits hold over all actors together, because a user's one budget counts them all. Leases grow with use, so that a busy
 * user causes few calls. Nothing is counted when rate limits are off.
 */
export class Leases {
  readonly #ask: (user: UserId, order: LeaseRequest) => Promise<Grant>
  readonly #onCredit: (user: UserId, hasCredit: boolean) => void
  readonly #leases = new Map<UserId, Lease>()

  /** `onHeadroom` is called with whether a user's budget has credit. The actor keeps that with the user's sockets. */
  constructor(
    ask: (user: UserId, order: LeaseRequest) => Promise<Grant>,
    onHeadroom: (user: UserId, hasCredit: boolean) => void,
  ) {
    this.#ask = ask
    this.#onCredit = onHeadroom
  }

  /** Takes one act. `hasCredit` is the value last passed to `onHeadroom`. */
  take(user: UserId, rate: RateName, hasCredit: boolean): LeaseResult {
    if (!areRatesOn(env)) return null
    const lease = this.#of(user)
    const isCovered = lease.work > -WORK_AHEAD
    const left = lease.left[rate] ?? 0
    if (left >= 1 && isCovered) {
      lease.left[rate] = left - 1
      count(lease.taken, rate)
      return null
    }
    const wait = (lease.refused[rate] ?? 0) - Date.now()
    if (wait > 0) return { refused: 'rate_limited', retryAfter: Math.ceil(wait / 1_000) }
    const ahead = lease.done[rate] ?? 0
    if (hasCredit && isCovered && ahead < (AHEAD[rate] ?? AHEAD_USUALLY)) {
      count(lease.done, rate)
      count(lease.taken, rate)
      void this.#flush(user, lease)
      return null
    }
    lease.wanted.add(rate)
    return this.#flush(user, lease)
  }

  /**
   * Ensures that units are available for work that is about to be caused. The work is charged as it is done; `release` returns
   * the rest.
   */
  cover(user: UserId, needed: number): LeaseResult {
    if (!areRatesOn(env) || needed <= 0) return null
    const lease = this.#of(user)
    if (needed <= lease.work + WORK_AHEAD) return null
    const wait = lease.scarce.until - Date.now()
    if (wait > 0 && needed >= lease.scarce.work) {
      return { refused: 'rate_limited', retryAfter: Math.ceil(wait / 1_000) }
    }
    lease.needed = Math.max(lease.needed, Math.ceil(needed))
    return this.#flush(user, lease)
  }

  /** The same for RPC calls, which can wait for the budget. */
  async coverOrWait(user: UserId, work: number): Promise<Refused | null> {
    for (;;) {
      const turn = this.cover(user, work)
      if (!(turn instanceof Promise)) return turn
      await turn
    }
  }

  /** All covered work has been done: the rest is returned to the budget, if it is worth a call. */
  release(user: UserId): void {
    const lease = this.#leases.get(user)
    if (!lease || lease.asking || lease.work < WORTH_RETURNING) return
    const unused = lease.work
    lease.work = 0
    const returned = inTime(this.#ask(user, { workReturned: unused }), TIMES.budget)
    void returned.catch((error: unknown) => log('warn', 'budget.unanswered', { error }))
  }

  /** The same for RPC calls, which can wait for the budget. */
  async takeOrWait(user: UserId, rate: RateName): Promise<Refused | null> {
    for (;;) {
      const turn = this.take(user, rate, false)
      if (!(turn instanceof Promise)) return turn
      await turn
    }
  }

  /** Returns an act that was taken and not done. */
  giveBack(user: UserId, rate: RateName): void {
    if (areRatesOn(env)) count(this.#of(user).left, rate)
  }

  /** Charges units of work as they are done. */
  charge(user: UserId, work: number): void {
    if (work <= 0 || !areRatesOn(env)) return
    const lease = this.#of(user)
    lease.work -= work
    lease.charged += work
    if (lease.work < 0) void this.#flush(user, lease)
  }

  #of(user: UserId): Lease {
    let lease = this.#leases.get(user)
    if (!lease) {
      lease = new Lease()
      this.#leases.set(user, lease)
    }
    return lease
  }

  #flush(user: UserId, lease: Lease): Promise<void> {
    lease.asking ??= this.#run(user, lease).finally(() => {
      lease.asking = undefined
    })
    return lease.asking
  }

  async #run(user: UserId, lease: Lease): Promise<void> {
    // At the end of the turn, so that one call reports everything done in it.
    await scheduler.wait(0)
    while (lease.wanted.size > 0 || lease.work < 0 || names(lease.done).length > 0 || lease.needed > 0) {
      const order = requestFor(lease)
      const wanted = [...lease.wanted]
      lease.wanted.clear()
      lease.done = {}
      lease.needed = 0
      lease.work = Math.max(0, lease.work)
      try {
        const grant = await inTime(this.#ask(user, order), TIMES.budget)
        applyGrant(lease, grant, order)
        this.#onCredit(user, grant.hasCredit)
      } catch (error) {
        log('warn', 'budget.unanswered', { error })
        return allowUnanswered(lease, order, wanted)
      }
    }
  }
}

const count = (acts: Acts, rate: RateName, by = 1): void => {
  acts[rate] = (acts[rate] ?? 0) + by
}

function requestFor({ done, wanted, taken, work, charged, needed }: Lease): LeaseRequest {
  const want: Acts = {}
  for (const rate of new Set([...wanted, ...names(done)])) {
    const used = (taken[rate] ?? 0) - (done[rate] ?? 0)
    const most = Math.max(1, RATES[rate].limit * LEASED_SHARE)
    const wish = Math.floor(Math.min(used, most))
    if (wish > 0 || wanted.has(rate)) want[rate] = Math.max(1, wish)
  }
  const workDone = Math.max(0, -work)
  const wish = Math.min(charged - workDone, RATES.work.limit * LEASED_SHARE)
  const workNeeded = Math.max(0, needed - Math.max(0, work))
  return { done, want, workDone, workWanted: Math.max(wish, workNeeded), workNeeded }
}

function applyGrant(
  lease: Lease,
  { acts, work, wait, workWait, overdrawn }: Grant,
  { workNeeded = 0 }: LeaseRequest,
): void {
  const now = Date.now()
  if (workNeeded > 0 && workWait > 0) lease.scarce = { until: now + workWait, work: workNeeded }
  for (const rate of names(acts)) count(lease.left, rate, acts[rate])
  for (const rate of names(wait)) lease.refused[rate] = now + (wait[rate] ?? 0)
  // More was done than was granted: the actor admits nothing until the balance has recovered.
  if (overdrawn > 0) for (const rate of names(RATE_CLASSES as never)) lease.refused[rate] = now + overdrawn
  lease.work += work
}

/** While a budget does not answer, the actor admits a bounded number of acts and reports them later. */
function allowUnanswered(
  lease: Lease,
  { done = {}, workDone = 0, workNeeded = 0 }: LeaseRequest,
  wanted: RateName[],
): void {
  for (const rate of names(done)) count(lease.done, rate, done[rate])
  lease.work -= workDone
  const now = Date.now()
  if (lease.unansweredUntil <= now) {
    lease.unansweredUntil = now + TIMES.minimumAwake
    lease.unanswered = 0
  }
  for (const rate of wanted) {
    if (lease.unanswered++ < UNANSWERED) count(lease.left, rate)
    else lease.refused[rate] = lease.unansweredUntil
  }
  if (workNeeded === 0) return
  if (lease.unanswered++ < UNANSWERED) lease.work += workNeeded
  else lease.scarce = { until: lease.unansweredUntil, work: 0 }
}
