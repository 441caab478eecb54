/** The shape of a trial and of its outcome, and the findings that it collects. */
import { isDeepStrictEqual } from 'node:util'

/** Numbers to print, by what they count. */
export type Figures = Record<string, number>

export interface Outcome {
  passed: boolean
  figures: Figures
  /** What went wrong, in words. */
  cases: string[]
}

export interface Trial<Options extends Record<string, number>> {
  title: string
  /** What can be set, and the values of the long form. */
  options: Options
  /** The values of the short form, which `npm test` runs. */
  short: Options
  /** Runs once. Everything left to chance comes from the seed. */
  run(options: Options & { seed: number }): Promise<Outcome>
}

/** Cases that are told in words; the rest is only counted. */
const SHOWN = 20

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
    const more = this.#cases.length - SHOWN
    const cases = this.#cases.slice(0, SHOWN)
    if (more > 0) cases.push(`… and ${more} more`)
    return { passed: this.#cases.length === 0, figures: this.figures, cases }
  }
}
