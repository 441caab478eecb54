/** The trials of security in their short form; `npm run torture -- S9` runs one in its long form. */
import { describe, expect, it } from 'vitest'
import { chanceOf } from '../../lab/harness/statistics.ts'
import { TRIALS } from '../../lab/trials/registry.ts'

/** What each tries, small enough for every run. */
const SHORT: Record<string, Record<string, number>> = {
  S3: { rounds: 2, patience: 0 },
  S6: { rounds: 1, large: 2, structures: 20 },
  S7: { samples: 2 },
  S9: { flips: 200, rounds: 1 },
  S10: { guesses: 300, waves: 1 },
  S11: { whole: 0 },
  S13: { ids: 1, origins: 1 },
}

describe('the trials of security', () => {
  it.each(Object.entries(SHORT))('%s %j finds nothing', async (id, options) => {
    const trial = TRIALS[id]
    expect(Object.keys(options)).toEqual(Object.keys(trial?.options ?? {}))
    const outcome = await trial?.run({ ...options, seed: 1 })
    expect(outcome?.cases).toEqual([])
    expect(outcome?.passed).toBe(true)
  })
})

describe('the test of Mann and Whitney', () => {
  const row = (from: number) => Array.from({ length: 60 }, (_, n) => from + ((n * 37) % 60))

  it('tells rows that differ from rows that do not', () => {
    expect(chanceOf(row(0), row(0.5))).toBeGreaterThan(0.5)
    expect(chanceOf(row(0), row(30))).toBeLessThan(0.000001)
  })
})
