/** What one person has spent of each rate: in memory exactly, on disk often enough that no burst is forgotten. */
import type { BudgetClass } from '../actor/rpc/lease-request'
import { RATES, TIMES } from '../config'
import { burstDuration, intervalOf, type Rate, remaining, take } from '../protocol'

/** Everything that is counted: the classes, and the work that all of them cause. */
export type Counted = BudgetClass | 'work'

/** When each burst will have been given back. */
export type Until = Partial<Record<Counted, number>>

/** How far ahead of the truth the disk may be, as a share of the whole burst. */
const AHEAD = 1 / 4

/**
 * A row is written ahead: it says that more is spent than is, by as much as was spent since this life began and by a
 * quarter of the burst at most, so that a burst takes a few rows however long it is, and a life that ends never gives
 * anything back. What would be given back before an idle actor can leave memory needs no row.
 */
export class Balances {
  readonly #until = new Map<Counted, number>()
  readonly #stored = new Map<Counted, number>()
  /** Where each balance stood when this life began. */
  readonly #began = new Map<Counted, number>()

  /** Takes over what an earlier life has stored. */
  load(stored: Until): void {
    for (const [name, until] of Object.entries(stored) as [Counted, number][]) {
      for (const map of [this.#until, this.#stored, this.#began]) map.set(name, until)
    }
  }

  left(name: Counted, now: number): number {
    return remaining(RATES[name], this.#until.get(name) ?? 0, now)
  }

  /** Milliseconds until `times` more fit: 0 when they do now, and when they never would: then all of it must be left. */
  wait(name: Counted, now: number, times: number): number {
    const rate: Rate = RATES[name]
    return take(rate, this.#until.get(name) ?? 0, now, Math.min(times, rate.limit)).wait
  }

  /** Whether at least half of everything is left. */
  hasCredit(now: number): boolean {
    return [...this.#until.keys()].every((name) => this.left(name, now) >= RATES[name].limit / 2)
  }

  spend(name: Counted, now: number, times: number): void {
    if (times <= 0) return
    if (!this.#began.has(name)) this.#began.set(name, now)
    this.#until.set(name, take(RATES[name], this.#until.get(name) ?? 0, now, times).until)
  }

  /** Takes spending back that was not needed. */
  giveBack(name: Counted, now: number, times: number): void {
    const until = this.#until.get(name) ?? 0
    if (times > 0) this.#until.set(name, Math.max(now, until - times * intervalOf(RATES[name])))
  }

  /** What the disk must say from now on; null while what it says is enough. */
  toStore(now: number): Until | null {
    let changed = false
    for (const [name, until] of this.#until) {
      const stored = this.#stored.get(name) ?? 0
      if (until <= Math.max(stored, now + TIMES.minimumAwake)) continue
      const span = burstDuration(RATES[name])
      const spent = until - Math.max(this.#began.get(name) ?? now, now - span)
      const ahead = Math.min(spent, span * AHEAD)
      // Never above a burst that is wholly spent, unless it is.
      this.#stored.set(name, Math.ceil(Math.max(until, Math.min(until + ahead, now + span))))
      changed = true
    }
    if (!changed) return null
    return Object.fromEntries([...this.#stored].filter(([, until]) => until > now))
  }
}
