/** Counts how often people do something, in the memory of the actor that sees all of it. */
import { env } from 'cloudflare:workers'
import { areRatesOn } from '../config'
import { oneMore, type Rate, type Refused } from '../protocol'

/** Subjects kept before those that have nothing to wait for are forgotten. */
const KEPT = 1_000

/**
 * Exact as long as the actor is awake, and an actor is awake while somebody does too much of anything: it sleeps after
 * ten quiet seconds at the earliest. Nothing is written, so counting costs nothing.
 */
export class Allowance<Subject = number> {
  readonly #rate: Rate
  readonly #until = new Map<Subject, number>()
  #sweepAt = KEPT

  constructor(rate: Rate) {
    this.#rate = rate
  }

  /** Counts one more; the refusal says when to come back. */
  take(subject: Subject): Refused | null {
    if (!areRatesOn(env)) return null
    const now = Date.now()
    const { until, wait } = oneMore(this.#rate, this.#until.get(subject) ?? 0, now)
    if (wait > 0) return { refused: 'rate_limited', retryAfter: Math.ceil(wait / 1_000) }
    this.#until.set(subject, until)
    if (this.#until.size > this.#sweepAt) this.#sweep(now)
    return null
  }

  #sweep(now: number): void {
    for (const [subject, until] of this.#until) if (until <= now) this.#until.delete(subject)
    this.#sweepAt = Math.max(KEPT, this.#until.size * 2)
  }
}
