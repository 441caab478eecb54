/** What every trial is, whatever it does to the server. */

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
  /** Runs once. Everything left to chance comes from the seed. */
  run(options: Options & { seed: number }): Promise<Outcome>
}
