/** Every trial by its id: one file each. */
import { planted } from './planted.ts'
import { r1 } from './r1-killed.ts'
import { r3 } from './r3-deployed.ts'
import { inRuntime } from './runtime.ts'
import { SECURITY } from './security.ts'
import type { Trial } from './trial.ts'

export const TRIALS: Record<string, Trial<Record<string, number>>> = {
  R1: r1 as never,
  R2: inRuntime('R2'),
  R3: r3 as never,
  R4: inRuntime('R4'),
  R6: inRuntime('R6'),
  R7: inRuntime('R7'),
  R10: inRuntime('R10'),
  R11: inRuntime('R11'),
  R12: inRuntime('R12'),
  ...SECURITY,
  PLANTS: planted as never,
}
