/** Trials that run inside the Workers runtime, beside the actors: started here as the tests that they are. */
import { runVitest } from '../../scripts/vitest.mjs'
import type { Outcome, Trial } from '../harness/trial.ts'
import { type Asked, RUNTIME_TRIALS, type RuntimeTrialId } from '../runtime/sizes.ts'

/** A trial of `lab/runtime/` as one of the trials by hand. */
export function inRuntime(id: RuntimeTrialId): Trial<Record<string, number>> {
  const { title, file, long } = RUNTIME_TRIALS[id]
  return {
    title,
    options: long,
    async run(size) {
      const asked: Asked = { id, size }
      const args = ['--project', 'lab', `lab/runtime/${file}`, '--reporter=dot', '--silent=passed-only']
      const { report } = await runVitest(args, { LAB: JSON.stringify(asked) })
      const [test] = report.testResults.flatMap(({ assertionResults }) => assertionResults)
      const outcome = test?.meta?.outcome as Outcome | undefined
      if (outcome) return outcome
      const why = test?.failureMessages ?? report.testResults.map(({ message }) => message ?? '')
      return { passed: false, figures: {}, cases: [...why, 'The trial came to no end.'] }
    },
  }
}
