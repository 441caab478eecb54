/** What one user has left of each rate class and of work. Memory is exact; the stored row may be ahead, never behind. */
import type { BudgetClass } from '../actor/rpc/lease-request'
import { RATES, TIMES } from '../config'
import { burstDuration, intervalOf, type Rate, remaining, take } from '../protocol'

/** A rate class, or the work that all acts cause. */
export type Counted = BudgetClass | 'work'

/** When each balance will be full again, in milliseconds since 1970. */
export type Until = Partial<Record<Counted, number>>

/** How far the stored row may be ahead of memory, as a share of the whole burst. */
const AHEAD = 1 / 4

/**
 * A row is written ahead: it stores more spending than there was, by what this instance spent and by at most a quarter of
 * the burst. So a burst of any length writes few rows, and an eviction never returns anything. Spending that is returned
 * before an idle actor can be evicted writes no row.
 */
export class Balances {
  readonly #until = new Map<Counted, number>()
  readonly #stored = new Map<Counted, number>()
  /** Each balance when this instance began. */
  readonly #began = new Map<Counted, number>()

  /** Takes over the row of an earlier instance. */
  load(stored: Until): void {
    for (const [name, until] of Object.entries(stored) as [Counted, number][]) {
      for (const map of [this.#until, this.#stored, this.#began]) map.set(name, until)
    }
  }

  left(name: Counted, now: number): number {
    return remaining(RATES[name], this.#until.get(name) ?? 0, now)
  }

  /** Milliseconds until `times` acts fit; for more than the whole burst, until the whole burst is left. */
  wait(name: Counted, now: number, times: number): number {
    const rate: Rate = RATES[name]
    return take(rate, this.#until.get(name) ?? 0, now, Math.min(times, rate.limit)).wait
  }

  /** Whether at least half of every balance is left. */
  hasCredit(now: number): boolean {
    return [...this.#until.keys()].every((name) => this.left(name, now) >= RATES[name].limit / 2)
  }

  spend(name: Counted, now: number, times: number): void {
    if (times <= 0) return
    if (!this.#began.has(name)) this.#began.set(name, now)
    this.#until.set(name, take(RATES[name], this.#until.get(name) ?? 0, now, times).until)
  }

  /** Returns spending that was not used. */
  giveBack(name: Counted, now: number, times: number): void {
    const until = this.#until.get(name) ?? 0
    if (times > 0) this.#until.set(name, Math.max(now, until - times * intervalOf(RATES[name])))
  }

  /** The row to store, or null while the stored one is far enough ahead. */
  toStore(now: number): Until | null {
    let changed = false
    for (const [name, until] of this.#until) {
      const stored = this.#stored.get(name) ?? 0
      if (until <= Math.max(stored, now + TIMES.minimumAwake)) continue
      const span = burstDuration(RATES[name])
      const spent = until - Math.max(this.#began.get(name) ?? now, now - span)
      const ahead = Math.min(spent, span * AHEAD)
      // At most a wholly spent burst, unless memory is beyond it.
      this.#stored.set(name, Math.ceil(Math.max(until, Math.min(until + ahead, now + span))))
      changed = true
    }
    if (!changed) return null
    return Object.fromEntries([...this.#stored].filter(([, until]) => until > now))
  }
}
