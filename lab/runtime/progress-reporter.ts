/** Prints what a trial says while it runs: the annotations of its test, one a line. */
import type { Reporter } from 'vitest/node'

export default class ProgressReporter implements Reporter {
  onTestCaseAnnotate(...[, { message }]: Parameters<NonNullable<Reporter['onTestCaseAnnotate']>>): void {
    console.log(`  ${message}`)
  }
}
