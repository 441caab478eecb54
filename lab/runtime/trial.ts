/**
 * Defines a trial as a test in the runtime: in its short form, or in the size and with the seed that the command line
 * names.
 */
import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, inject, test } from 'vitest'
import type { Outcome } from '../harness/trial.ts'
import { RUNTIME_TRIALS, type RuntimeTrialId, type Size } from './sizes.ts'

declare module 'vitest' {
  interface TaskMeta {
    /** What became of the trial; the report carries it out of the runtime. */
    outcome?: Outcome
  }
}

/** The seed of the short forms. */
const USUAL_SEED = 1
/** In milliseconds: the longest trial by hand on a busy machine. */
const LONGEST = 2 * 60 * 60 * 1_000

/** What a trial found out: `cases` says in words what went wrong, and is empty when nothing did. */
export type Findings = Pick<Outcome, 'figures' | 'cases'>

/** Defines one trial. `run` gets its figures and the seed, and may say how far it is: printed at once in a trial by hand. */
export function trial<Id extends RuntimeTrialId>(
  id: Id,
  run: (
    size: Record<keyof (typeof RUNTIME_TRIALS)[Id]['long'], number> & { seed: number },
    progress: (text: string) => void,
  ) => Promise<Findings>,
): void {
  const asked = inject('lab')
  const { title, short } = RUNTIME_TRIALS[id]
  const size: Size & { seed: number } = asked?.id === id ? asked.size : { ...short, seed: USUAL_SEED }
  test(
    `${id}: ${title}`,
    async ({ task, annotate }) => {
      const began = performance.now()
      const { figures, cases } = await run(size as never, (text) => void (asked && annotate(text)))
      const seconds = Math.round((performance.now() - began) / 100) / 10
      task.meta.outcome = { passed: cases.length === 0, figures: { ...figures, seconds }, cases }
      expect(cases).toEqual([])
    },
    LONGEST,
  )
}

export const migrated = () => applyD1Migrations(env.DIRECTORY, inject('directoryMigrations'))
