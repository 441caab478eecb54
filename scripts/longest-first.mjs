/** The order in which test files start: what takes longest begins first, so that nothing long is left over at the end. */
import { BaseSequencer } from 'vitest/node'

/** The file that waits longest, two minutes without a processor: it begins before those of any other project. */
const FIRST = 'test/cost/attack.test.ts'

/** Files that mostly wait, longest first. The others follow as Vitest orders them. */
const LONG = [
  'test/live/security.test.ts',
  'test/live/neighbours.test.ts',
  'test/live/admin.test.ts',
  'test/live/contract.test.ts',
  'test/live/simulation.test.ts',
  'test/live/server.test.ts',
  'test/live/slow-resume.test.ts',
  'test/live/lab.test.ts',
  'test/live/smtp.test.ts',
  'test/live/start.test.ts',
  'lab/runtime/r17-late.test.ts',
  'lab/runtime/r7-owed.test.ts',
  'lab/runtime/r2-evicted.test.ts',
  'test/sidebar/sleeping.test.ts',
  'test/cost/budget.test.ts',
  'test/security/matrix.test.ts',
]

/** @param {import('vitest/node').TestSpecification} spec */
const rank = ({ moduleId }) => {
  const found = LONG.findIndex((file) => moduleId.endsWith(`/${file}`))
  return found < 0 ? LONG.length : found
}

/** @param {import('vitest/node').TestSpecification} spec */
const project = (spec) => spec.project.name

export class LongestFirst extends BaseSequencer {
  /** @override @param {import('vitest/node').TestSpecification[]} files */
  async sort(files) {
    const sorted = await super.sort(files)
    // Files of one project stay together: they share runtimes.
    const projects = [...new Set(sorted.map(project))]
    const ordered = projects.flatMap((name) =>
      sorted.filter((spec) => project(spec) === name).sort((a, b) => rank(a) - rank(b)),
    )
    const isFirst = (/** @type {import("vitest/node").TestSpecification} */ { moduleId }) =>
      moduleId.endsWith(`/${FIRST}`)
    return [...ordered.filter(isFirst), ...ordered.filter((spec) => !isFirst(spec))]
  }
}
