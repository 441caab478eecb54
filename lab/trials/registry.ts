/** Every trial by its id. */
import { runTests, runVitest } from '../../scripts/vitest.mjs'
import type { Outcome, Trial } from '../harness/trial.ts'
import { mutations } from '../mutations/trial.ts'
import { type Asked, RUNTIME_TRIALS, type RuntimeTrialId } from '../runtime/sizes.ts'
import { simulated } from '../simulation/trial.ts'
import { c1 } from './reliability/c1-agrees.ts'
import { p13 } from './reliability/p13-returned.ts'
import { r1 } from './reliability/r1-killed.ts'
import { r3 } from './reliability/r3-deployed.ts'
import { r5 } from './reliability/r5-slow.ts'
import { r8 } from './reliability/r8-neighbours.ts'
import { r9 } from './reliability/r9-vanished.ts'
import { r15 } from './reliability/r15-silent.ts'
import { r16 } from './reliability/r16-shown.ts'
import { s3 } from './security/s3-upgrades.ts'
import { s4 } from './security/s4-revoked.ts'
import { s7 } from './security/s7-enumeration.ts'
import { s8 } from './security/s8-fuzzed.ts'
import { s9 } from './security/s9-tokens.ts'
import { s10 } from './security/s10-codes.ts'
import { s11 } from './security/s11-limits.ts'
import { s13 } from './security/s13-headers.ts'
import { s6 } from './uploads/s6-uploads.ts'

const BROWSER = ['--config', 'test/browser/vitest.config.ts']

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
  R15: r15 as never,
  R16: r16 as never,
  R17: inRuntime('R17'),
  C1: c1 as never,
  P13: p13 as never,
  S4: s4 as never,
  S8: s8 as never,
  S1: testFiles('who gets which answer from which route', '--project', 'workers', 'test/security/matrix.test.ts'),
  S2: testFiles('frames that claim what is not theirs', '--project', 'workers', 'test/security/frames.test.ts'),
  S3: s3 as never,
  S5: testFiles('words that never leave their room', '--project', 'workers', 'test/security/canary.test.ts'),
  S6: s6 as never,
  S7: s7 as never,
  S9: s9 as never,
  S10: s10 as never,
  S11: s11 as never,
  S12: testFiles('strings that hope to be run', ...BROWSER, 'test/browser/injection.test.ts'),
  S13: s13 as never,
  S16: testFiles('an erased person, looked for in all stores', '--project', 'workers', 'test/security/erased.test.ts'),
  SIM: simulated as never,
  MUTATIONS: mutations as never,
}

/** @param files of tests, with what else vitest must be told to find them */
function testFiles(title: string, ...files: string[]): Trial<Record<string, number>> {
  return {
    title,
    // They try everything there is each time: nothing is left to chance, and no form is longer than the other.
    options: {},
    short: {},
    async run() {
      const { code, passed, failed } = await runTests(files)
      const cases = failed > 0 ? [`${failed} tests failed: what failed stands above`] : []
      return { passed: code === 0 && passed > 0, figures: { 'tests passed': passed, 'tests failed': failed }, cases }
    },
  }
}

/** A trial of `lab/runtime/` as one of the trials by hand. */
function inRuntime(id: RuntimeTrialId): Trial<Record<string, number>> {
  const { title, file, long, short } = RUNTIME_TRIALS[id]
  return {
    title,
    options: long,
    short,
    async run(size) {
      const asked: Asked = { id, size }
      const args = [
        '--project',
        'lab',
        `lab/runtime/${file}`,
        '--reporter=./lab/runtime/progress-reporter.ts',
        '--silent=passed-only',
      ]
      const { report } = await runVitest(args, { LAB: JSON.stringify(asked) })
      const [test] = report.testResults.flatMap(({ assertionResults }) => assertionResults)
      const outcome = test?.meta?.outcome as Outcome | undefined
      if (outcome) return outcome
      const why = test?.failureMessages ?? report.testResults.map(({ message }) => message ?? '')
      return { passed: false, figures: {}, cases: [...why, 'The trial came to no end.'] }
    },
  }
}
