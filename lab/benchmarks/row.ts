/** The shape of a row of the benchmark, and the figures, ratios and targets that rows are made of. */
import { median } from '../harness/statistics.ts'
import type { BenchServers } from './servers.ts'

/** One figure of one subject: a value for each round. */
export interface Reading {
  subject: string
  what: string
  unit: string
  rounds: number[]
}

/** What a figure should be, and what it is. `ratio` targets are quotients of medians. */
export interface Target {
  says: string
  is: string
  met: boolean
}

export interface Measured {
  readings: Reading[]
  targets: Target[]
  /** What a reader must know to judge the figures. */
  notes?: string[]
}

export interface Row {
  title: string
  /** Runs once, with servers of its own. @throws {Error} when a subject did not do its work, which is no figure */
  run(servers: BenchServers): Promise<Measured>
}

export interface Subject<Value> {
  name: string
  measure(): Promise<Value>
}

/** Each subject's values, round by round. The first of a round is another one each time. */
export async function alternate<Value>(subjects: Subject<Value>[], rounds: number): Promise<Map<string, Value[]>> {
  const values = new Map<string, Value[]>(subjects.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < subjects.length; turn++) {
      const { name, measure } = subjects[(round + turn) % subjects.length] as Subject<Value>
      try {
        values.get(name)?.push(await measure())
      } catch (error) {
        throw new Error(`${name}: ${(error as Error).message}`, { cause: error })
      }
    }
  }
  return values
}

/** Readings of one figure out of what each round gave. */
export function readings<Value>(
  values: Map<string, Value[]>,
  what: string,
  unit: string,
  figure: (value: Value) => number,
): Reading[] {
  return [...values].map(([subject, rounds]) => ({ subject, what, unit, rounds: rounds.map(figure) }))
}

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
