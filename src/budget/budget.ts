/** The budget of one user: their acts in each rate class, over all rooms and devices, and the work that these cause. */
import { DurableObject } from 'cloudflare:workers'
import type { Acts, BudgetClass, Grant, LeaseRequest } from '../actor/rpc/lease-request'
import { traced } from '../actor/rpc/traced'
import { migrate } from '../actor/store/migrate'
import { RATES } from '../config'
import { Balances, type Until } from './balances'
import { migrations, snapshot } from './migrations'

/** The share of work that a request for caused work leaves to acts. */
const SPARE = 1 / 10

const entries = (acts: Acts = {}) => Object.entries(acts) as [BudgetClass, number][]

/** Addressed by a user's id, or by the digest of an address. A budget that is spent slowly writes nothing. */
export class Budget extends DurableObject<Env> {
  static {
    traced(Budget, 'budget')
  }

  readonly #balances = new Balances()
  #hasTables: boolean

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    const { sql } = ctx.storage
    this.#hasTables = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'spent'").toArray().length > 0
    if (!this.#hasTables) return
    migrate(ctx.storage, migrations, snapshot)
    const [row] = sql.exec<{ until: string }>('SELECT until FROM spent').toArray()
    if (row) this.#balances.load(JSON.parse(row.until) as Until)
  }

  /** Counts acts that were done, and grants wanted acts as far as the balances reach. */
  take(order: LeaseRequest): Grant {
    const now = Date.now()
    for (const [name, times] of entries(order.done)) this.#spend(name, now, times)
    this.#balances.spend('work', now, order.workDone ?? 0)
    this.#balances.giveBack('work', now, (order.workReturned ?? 0) - (order.workDone ?? 0))
    const grant: Grant = { acts: {}, work: 0, wait: {}, workWait: 0, overdrawn: 0, hasCredit: true }
    const { workWanted = 0, whole = false, workNeeded = 0, maxWait = 0 } = order
    for (const [name, times] of entries(order.want)) {
      const extra = whole ? workWanted : 0
      const wait = this.#wait(name, now, extra)
      const granted = wait === 0 ? this.#granted(name, now, times, extra) : wait <= maxWait ? 1 : 0
      if (granted > 0) grant.acts[name] = granted
      if (wait > 0) grant.wait[name] = wait
      this.#spend(name, now, granted)
      if (granted > 0) this.#balances.spend('work', now, extra)
    }
    if (!whole) {
      const spare = workNeeded > 0 ? RATES.work.limit * SPARE : 0
      if (workNeeded > 0) grant.workWait = this.#balances.wait('work', now, workNeeded + spare)
      const left = Math.floor(this.#balances.left('work', now) - spare)
      if (grant.workWait === 0) grant.work = Math.max(0, workNeeded, Math.min(workWanted, left))
    } else if (entries(order.want).length === 0) {
      grant.workWait = this.#balances.wait('work', now, workWanted)
      if (grant.workWait === 0) grant.work = workWanted
    }
    this.#balances.spend('work', now, grant.work)
    grant.hasCredit = this.#balances.hasCredit(now)
    grant.overdrawn = this.#balances.wait('work', now, 0)
    this.#store(now)
    return grant
  }

  /** How many of the wanted acts a class can grant, when it can grant one; `extra` is the work that comes with the first. */
  #granted(name: BudgetClass, now: number, times: number, extra: number): number {
    const byClass = Math.floor(this.#balances.left(name, now))
    const { cost } = RATES[name]
    const byWork = cost === 0 ? times : Math.max(1, Math.floor((this.#balances.left('work', now) - extra) / cost))
    return Math.min(times, byClass, byWork)
  }

  #wait(name: BudgetClass, now: number, extra: number): number {
    const work = this.#balances.wait('work', now, RATES[name].cost + extra)
    return Math.max(this.#balances.wait(name, now, 1), work)
  }

  #spend(name: BudgetClass, now: number, times: number): void {
    this.#balances.spend(name, now, times)
    this.#balances.spend('work', now, times * RATES[name].cost)
  }

  #store(now: number): void {
    const until = this.#balances.toStore(now)
    if (!until) return
    if (!this.#hasTables) migrate(this.ctx.storage, migrations, snapshot)
    this.#hasTables = true
    this.ctx.storage.sql.exec('INSERT OR REPLACE INTO spent (id, until) VALUES (0, ?)', JSON.stringify(until))
  }
}
