/** Readings of a row compared with one another and with targets. */
import { median } from '../harness/statistics.ts'
import type { Reading, Target } from './row.ts'

/** The reading called `what` of a subject. @throws {Error} when there is none */
export function readingOf(readings: readonly Reading[], subject: string, what: string): Reading {
  const found = readings.find((reading) => reading.subject === subject && reading.what === what)
  if (!found) throw new Error(`Nothing was read of ${what} at ${subject}`)
  return found
}

/** The quotient of two medians. */
export function ratio(readings: readonly Reading[], what: string, subject: string, peer: string): number {
  return median(readingOf(readings, subject, what).rounds) / median(readingOf(readings, peer, what).rounds)
}

/** A target that a figure reaches from above. */
export const atLeast = (says: string, is: number, bound: number, unit = ''): Target => ({
  says: `${says} ≥ ${bound}${unit}`,
  is: `${rounded(is)}${unit}`,
  met: is >= bound,
})

/** A target that a figure stays below. */
export const atMost = (says: string, is: number, bound: number, unit = ''): Target => ({
  says: `${says} ≤ ${bound}${unit}`,
  is: `${rounded(is)}${unit}`,
  met: is <= bound,
})

/** Three digits, and no more of them than a measurement has. */
export function rounded(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-GB')
  return value.toLocaleString('en-GB', { maximumSignificantDigits: 3 })
}
