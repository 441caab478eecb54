/** What every row of the benchmark is, whatever it measures. */
import type { Stage } from './stage.ts'

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
  /** Runs once, over a stage of its own. @throws {Error} when a subject did not do its work, which is no figure */
  run(stage: Stage): Promise<Measured>
}
