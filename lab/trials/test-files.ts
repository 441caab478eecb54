/** Trials that are test files already: asked for by their id, they run as the tests that they are. */
import { runTests } from '../../scripts/vitest.mjs'
import type { Trial } from '../harness/trial.ts'

/** @param files of tests, with what else vitest must be told to find them */
export function testFiles(title: string, ...files: string[]): Trial<Record<string, number>> {
  return {
    title,
    // They try everything there is each time: nothing is left to chance, and no form is longer than the other.
    options: {},
    async run() {
      const { code, passed, failed } = await runTests(files)
      const cases = failed > 0 ? [`${failed} tests failed: what failed stands above`] : []
      return { passed: code === 0 && passed > 0, figures: { 'tests passed': passed, 'tests failed': failed }, cases }
    },
  }
}
