/** Every trial by its id: one file each. */

import type { Trial } from '../harness/trial.ts'
import { mutations } from '../mutations/trial.ts'
import { c1 } from './reliability/c1-agrees.ts'
import { r1 } from './reliability/r1-killed.ts'
import { r3 } from './reliability/r3-deployed.ts'
import { r5 } from './reliability/r5-slow.ts'
import { r8 } from './reliability/r8-neighbours.ts'
import { r9 } from './reliability/r9-vanished.ts'
import { r16 } from './reliability/r16-shown.ts'
import { inRuntime } from './runtime.ts'
import { s4 } from './security/s4-revoked.ts'
import { s8 } from './security/s8-fuzzed.ts'
import { SECURITY } from './security.ts'
import { simulated } from './simulated.ts'

export const TRIALS: Record<string, Trial<Record<string, number>>> = {
  R1: r1 as never,
  R2: inRuntime('R2'),
  R3: r3 as never,
  R4: inRuntime('R4'),
  R5: r5 as never,
  R6: inRuntime('R6'),
  R7: inRuntime('R7'),
  R8: r8 as never,
  R9: r9 as never,
  R10: inRuntime('R10'),
  R11: inRuntime('R11'),
  R12: inRuntime('R12'),
  R16: r16 as never,
  R17: inRuntime('R17'),
  C1: c1 as never,
  S4: s4 as never,
  S8: s8 as never,
  ...SECURITY,
  SIM: simulated as never,
  MUTATIONS: mutations as never,
}
