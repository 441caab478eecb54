/** The arithmetic of rates: the generic cell rate algorithm (GCRA). */

/**
 * `limit` acts at once. One act is restored after each `limit`th of `per` milliseconds, so a burst has at most `limit` acts,
 * and the long run at most `limit` for each `per`.
 */
export interface Rate {
  limit: number
  per: number
}

/** Milliseconds in which one act is restored. Rounded up, because tables store whole numbers. */
export const intervalOf = ({ limit, per }: Rate): number => Math.ceil(per / limit)

/** Milliseconds in which a whole burst is restored. */
export const burstDuration = (rate: Rate): number => intervalOf(rate) * rate.limit

/**
 * Takes `times` acts. The state of a subject is one time: `until`, when all its acts are restored. An act moves it by one
 * interval, and it may lie at most one burst ahead of `now`.
 * @returns `until` after these acts, and the milliseconds to wait before them: 0 if they may happen now
 */
export function take(rate: Rate, until: number, now: number, times = 1): { until: number; wait: number } {
  const next = Math.max(until, now) + intervalOf(rate) * times
  return { until: next, wait: Math.max(0, next - now - burstDuration(rate)) }
}

/** The acts that are left now, not rounded. */
export const remaining = (rate: Rate, until: number, now: number): number =>
  (burstDuration(rate) - Math.max(0, until - now)) / intervalOf(rate)

/**
 * The rate of attempts at a secret: `limit` attempts at once, restored one by one over `per` milliseconds. An attempt at the
 * limit is followed by a delay of `first` milliseconds, and each further one by twice the delay before, up to `most`.
 */
export interface AttemptRate extends Rate {
  first: number
  most: number
}
