/** Units of a limit that a trial spends at once, without the acts that would take them. */
export interface Spending {
  /** The rate as `GET /api/limits/` names it. */
  rate: string
  times: number
  /** The budget that counts it: a person's id or `session <id>`. */
  budget?: string
  /** The network whose budget counts it, in the form of `networkOf` in `src/api/asker.ts`. */
  network?: string
  /** What the directory's row is keyed by: in its table `rates`, or in `tries` where wrong guesses are counted. */
  rates?: string[]
  tries?: string[]
}
