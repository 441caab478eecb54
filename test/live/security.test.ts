/** The trials of security in their short form; `npm run torture -- S9` runs one in its long form. */
import { describe, expect, it } from 'vitest'
import { chanceOf } from '../../lab/harness/statistics.ts'
import { TRIALS } from '../../lab/trials/registry.ts'

describe('the trials of security', () => {
  it.each(['S3', 'S6', 'S7', 'S9', 'S10', 'S11', 'S13'])('%s finds nothing', async (id) => {
    const trial = TRIALS[id]
    const outcome = await trial?.run({ ...trial.short, seed: 1 })
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
