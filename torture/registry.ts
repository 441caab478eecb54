/** Every trial by its id: one file each. */
import { r1 } from './r1-killed.ts'
import type { Trial } from './trial.ts'

export const TRIALS: Record<string, Trial<Record<string, number>>> = { R1: r1 as never }
