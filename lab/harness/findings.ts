/** What a trial finds as it goes: figures to print, and every case that is not as it should be. */
import { isDeepStrictEqual } from 'node:util'
import type { Figures, Outcome } from './trial.ts'

/** Cases that are told in words; the rest is only counted. */
const TOLD = 20

export class Findings {
  readonly figures: Figures = {}
  readonly #cases: string[] = []

  /** Counts something that was tried. */
  count(what: string, by = 1): void {
    this.figures[what] = (this.figures[what] ?? 0) + by
  }

  /** Compares what was found with what it should be, and keeps it as a case if it is not. */
  expect(what: string, found: unknown, right: unknown): void {
    if (isDeepStrictEqual(found, right)) return
    this.fail(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(right)}`)
  }

  fail(what: string): void {
    this.#cases.push(what)
  }

  outcome(): Outcome {
    const more = this.#cases.length - TOLD
    const cases = this.#cases.slice(0, TOLD)
    if (more > 0) cases.push(`… and ${more} more`)
    return { passed: this.#cases.length === 0, figures: this.figures, cases }
  }
}
