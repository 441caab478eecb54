/** Medians, percentiles, and whether two rows of measurements differ by more than chance. */

/** The value below which `share` (0 to 1) of the values lie; of none, not a number. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const index = Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))
  return sorted[index] ?? Number.NaN
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  if (sorted.length % 2 === 1) return sorted[Math.floor(middle)] as number
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
}

/** The median over windows of `size` values of each window's p99: a pause of the whole machine falls into one window. */
export function typicalP99(values: readonly number[], size: number): number {
  const windows = Array.from({ length: Math.max(1, Math.floor(values.length / size)) }, (_, n) =>
    percentile(values.slice(n * size, (n + 1) * size), 0.99),
  )
  return median(windows)
}

/** Two decimals are all that a noisy machine has to say. */
export const round = (number: number): number => Math.round(number * 100) / 100

/**
 * How often chance alone would make two rows of measurements differ as much: the test of Mann and Whitney, which asks
 * nothing of how they spread.
 */
export function chanceOf(one: readonly number[], other: readonly number[]): number {
  const all = [...one.map((value) => ({ value, mine: true })), ...other.map((value) => ({ value, mine: false }))]
  all.sort((a, b) => a.value - b.value)
  const ranks = all.reduce((sum, { mine }, index) => sum + (mine ? index + 1 : 0), 0)
  const [n, m] = [one.length, other.length]
  const u = ranks - (n * (n + 1)) / 2
  const z = (u - (n * m) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12)
  return 2 * (1 - normal(Math.abs(z)))
}

/** The part of a normal distribution below z (Abramowitz and Stegun 26.2.17, to seven digits). */
function normal(z: number): number {
  const t = 1 / (1 + 0.2316419 * z)
  const terms = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429]
  const sum = terms.reduceRight((rest, term) => (rest + term) * t, 0)
  return 1 - (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * sum
}
