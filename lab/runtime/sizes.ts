/** The trials that run inside the Workers runtime, and the size of each in its long form and in `npm test`. */
/** A trial's own figures, by name; what is left to chance comes from the seed. */
export type Size = Record<string, number>

export interface RuntimeTrial {
  title: string
  /** Its file in this folder. */
  file: string
  long: Size
  short: Size
}

export const RUNTIME_TRIALS = {
  R2: {
    title: 'evicted between any two steps',
    file: 'r2-evicted.test.ts',
    long: { scripts: 1_000, steps: 40 },
    short: { scripts: 6, steps: 40 },
  },
  R4: {
    title: 'resumed after any absence',
    file: 'r4-resumed.test.ts',
    long: { events: 10_000, resumes: 100 },
    short: { events: 1_600, resumes: 20 },
  },
  R6: {
    title: 'counted by a model',
    file: 'r6-counted.test.ts',
    long: { runs: 5_000, commands: 60 },
    short: { runs: 12, commands: 60 },
  },
  R7: {
    title: 'neighbours that fail, killed before delivery',
    file: 'r7-owed.test.ts',
    long: { changes: 2_000 },
    short: { changes: 60 },
  },
  R10: {
    title: 'races with one winner',
    file: 'r10-raced.test.ts',
    long: { rounds: 1_000 },
    short: { rounds: 4 },
  },
  R11: {
    title: 'poisoned pages',
    file: 'r11-poisoned.test.ts',
    long: { messages: 100_000 },
    short: { messages: 1_500 },
  },
  R12: {
    title: 'migrated, killed half-way',
    file: 'r12-migrated.test.ts',
    long: { rows: 2_000 },
    short: { rows: 20 },
  },
  R17: {
    title: 'answers that take their time',
    file: 'r17-late.test.ts',
    long: { times: 60, only: 0 },
    short: { times: 3, only: 0 },
  },
} as const satisfies Record<string, RuntimeTrial>

export type RuntimeTrialId = keyof typeof RUNTIME_TRIALS

/** What `npm run torture` asks of the runtime, instead of every trial in its short form. */
export interface Asked {
  id: RuntimeTrialId
  size: Size & { seed: number }
}
