/** Spends from a person's budget, exactly and with few calls to the budget's actor. */
import { env as bindings } from 'cloudflare:workers'
import type { Acts, BudgetClass, Grant, LeaseRequest } from '../../actor/rpc/lease-request'
import { budgetStub, inTime } from '../../actor/rpc/stubs'
import { mac } from '../../auth/keys'
import { areRatesOn, RATES, settings, TIMES } from '../../config'
import { log } from '../../log/log'
import { ChatError, type Rate, type SessionId, type UserId } from '../../protocol'
import type { ApiContext } from '../context'
import { addressOf, networkOf } from './device'

/**
 * Classes of which an isolate leases several acts at once: reading is frequent and so cheap that a call per act would
 * cost as much.
 */
const LEASED: ReadonlySet<BudgetClass> = new Set<BudgetClass>(['read', 'list', 'search', 'media'])

/** The largest lease, as a share of the class's burst, and its duration in milliseconds. */
const LEASED_SHARE = 1 / 16
const LEASE_TIME = 60_000
/**
 * Classes whose acts wait for their turn when it comes soon: some programs open a socket again the moment it is closed,
 * and give up for good at a refusal.
 */
const PACED: ReadonlySet<BudgetClass> = new Set<BudgetClass>(['socket'])

/** People whose leases an isolate keeps. */
const MAX_LEASES = 5_000
/** Acts of a class that one isolate allows within one lease while the budget does not answer. */
const UNANSWERED_LIMIT = 20

/** An isolate's lease from one budget. */
interface LocalLease {
  /** When it ends, in ms since 1970. */
  ends: number
  left: Acts
  /** Acts taken since it began. The next lease is at most one larger than that. */
  taken: Acts
  /** The time until which the budget refuses each class, in ms since 1970. */
  refused: Acts
}

/** By the budget's name. An isolate serves one deployment. */
const localLeases = new Map<string, LocalLease>()

function localLeaseOf(name: string, now: number): LocalLease {
  const known = localLeases.get(name)
  if (known && known.ends > now) return known
  // The budget has already counted the unused acts of an ended lease, so the person keeps them.
  const share: LocalLease = { ends: now + LEASE_TIME, left: known?.left ?? {}, taken: {}, refused: {} }
  localLeases.delete(name)
  localLeases.set(name, share)
  if (localLeases.size > MAX_LEASES) localLeases.delete(localLeases.keys().next().value as string)
  return share
}

/** Drops all leases of this isolate. @returns the unused acts by class */
export function forgetLocalLeases(): Acts {
  const left: Acts = {}
  for (const share of localLeases.values()) {
    for (const [rate, acts] of Object.entries(share.left) as [BudgetClass, number][])
      left[rate] = (left[rate] ?? 0) + acts
  }
  localLeases.clear()
  return left
}

/**
 * Counts one act of a class, and `work` units beyond the class's own cost. `who` is a person's id or an address budget.
 * @returns whether the budget has plenty, as far as this isolate knows
 * @throws {ChatError} `rate_limited`
 */
export async function spend(env: Env, who: UserId | string, rate: BudgetClass, work = 0): Promise<boolean> {
  if (!areRatesOn(bindings)) return true
  const now = Date.now()
  const share = localLeaseOf(String(who), now)
  if (work === 0 && takeFromLease(share, rate)) return true
  const patience = PACED.has(rate) ? TIMES.paced : 0
  const until = (share.refused[rate] ?? 0) - patience
  if (until > now && work === 0) throw rateLimited(until - now)
  const { limit }: Rate = RATES[rate]
  const lease = Math.min(1 + (share.taken[rate] ?? 0), limit * LEASED_SHARE)
  const many = LEASED.has(rate) && work === 0 ? Math.max(1, Math.floor(lease)) : 1
  const grant = await takeFromBudget(env, who, {
    want: { [rate]: many },
    workWanted: work,
    whole: true,
    maxWait: patience,
  })
  if (!grant) return allowUnanswered(share, rate)
  const wait = grant.wait[rate] ?? 0
  if (wait > patience) {
    // Another request of this isolate may have been granted more than it needed.
    if (work === 0 && takeFromLease(share, rate)) return false
    if (work === 0) share.refused[rate] = now + wait
    throw rateLimited(wait)
  }
  share.taken[rate] = (share.taken[rate] ?? 0) + 1
  share.left[rate] = (share.left[rate] ?? 0) + (grant.acts[rate] ?? 1) - 1
  // Waiting is free in a Worker: only processor time is billed.
  if (wait > 0) await scheduler.wait(wait)
  return grant.hasCredit
}

/** Takes one act of a lease. @returns whether there was one */
function takeFromLease(share: LocalLease, rate: BudgetClass): boolean {
  const left = share.left[rate] ?? 0
  if (left < 1) return false
  share.left[rate] = left - 1
  share.taken[rate] = (share.taken[rate] ?? 0) + 1
  return true
}

/**
 * Counts work before it is done, as a whole. More than a full budget is allowed when nothing is spent.
 * @throws {ChatError} `rate_limited`
 */
export async function spendWork(env: Env, who: UserId, work: number): Promise<void> {
  if (!areRatesOn(bindings) || work <= 0) return
  const grant = await takeFromBudget(env, who, { workWanted: work, whole: true })
  if (grant && grant.workWait > 0) throw rateLimited(grant.workWait)
}

/**
 * Counts an act that begins, continues or ends a session: against `name` alone, which is a session or the sign-ins of
 * one account, and against the person as work that is done. Another session of the account cannot cause a refusal, so
 * that the owner can sign in beside a thief and end the stolen session.
 * @throws {ChatError} `rate_limited`
 */
export async function spendOnAccess(
  env: Env,
  who: UserId,
  name: `session ${SessionId}` | 'sign-in' | 'exchange',
  work = 0,
): Promise<void> {
  await spend(env, name.startsWith('session ') ? name : `${name} ${who}`, 'session')
  await charge(env, who, RATES.session.cost + work)
}

/** Counts work that is done, or gives back reserved work that was not needed. Never refuses. */
export async function charge(env: Env, who: UserId, work: number): Promise<void> {
  if (areRatesOn(bindings) && work !== 0) await takeFromBudget(env, who, { workDone: work })
}

/** Runs work after the answer. */
export const inBackground = (c: Pick<ApiContext, 'executionCtx'>, work: Promise<unknown>): void =>
  c.executionCtx.waitUntil(work)

async function takeFromBudget(env: Env, who: UserId | string, order: LeaseRequest): Promise<Grant | null> {
  try {
    return await inTime(budgetStub(env, who).take(order), TIMES.budget)
  } catch (error) {
    log('warn', 'budget.unanswered', { error })
    return null
  }
}

/** A budget that fails blocks nobody for long and removes no limit. @throws {ChatError} `rate_limited` */
function allowUnanswered(share: LocalLease, rate: BudgetClass): false {
  share.taken[rate] = (share.taken[rate] ?? 0) + 1
  if ((share.taken[rate] ?? 0) > UNANSWERED_LIMIT) throw rateLimited(LEASE_TIME / UNANSWERED_LIMIT)
  return false
}

/** The name of an address's budget. It is a digest, so that it does not reveal where people came from. */
export const addressBudget = (c: ApiContext): string =>
  `address ${mac(settings(c.env).AUTH_SECRET, 'rate limit', `budget\n${networkOf(addressOf(c))}`)}`

const rateLimited = (wait: number) =>
  new ChatError('rate_limited', { retryAfter: Math.max(1, Math.ceil(wait / 1_000)) })
