/** How often something may be done. */

/**
 * `limit` times at once, and then again as time goes by: each time is given back after a `limit`th of `per`
 * milliseconds, so never more than `limit` fit into a burst, nor more than `limit` each `per` in the long run.
 */
export interface Rate {
  limit: number
  per: number
}

/** Milliseconds in which one time is given back. Whole, because tables keep whole numbers. */
export const intervalOf = ({ limit, per }: Rate): number => Math.ceil(per / limit)

/** Milliseconds in which all of a burst is given back. */
export const burstDuration = (rate: Rate): number => intervalOf(rate) * rate.limit

/**
 * What is kept of a subject is one moment: when all its times will have been given back. One more moves it by a step,
 * and it may never lie further ahead than all steps together (the "generic cell rate algorithm").
 * @returns the moment after `times` more, and the milliseconds to wait for that: 0 when it may be now.
 */
export function take(rate: Rate, until: number, now: number, times = 1): { until: number; wait: number } {
  const next = Math.max(until, now) + intervalOf(rate) * times
  return { until: next, wait: Math.max(0, next - now - burstDuration(rate)) }
}

/** How many times are left at this moment; not a whole number. */
export const remaining = (rate: Rate, until: number, now: number): number =>
  (burstDuration(rate) - Math.max(0, until - now)) / intervalOf(rate)

/**
 * How often something that can be guessed may be tried: `limit` times at once, given back one by one over `per`
 * milliseconds. Each try at the limit is followed by a delay of `first` milliseconds, and each one beyond it by twice as
 * long as the one before, up to `most`.
 */
export interface AttemptRate extends Rate {
  first: number
  most: number
}
