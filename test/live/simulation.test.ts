/** The deterministic simulation in its short form, and proof that it can find what is wrong. */
import { describe, expect, it } from 'vitest'
import type { Mutation } from '../../lab/mutations/mutation.ts'
import { MUTATIONS } from '../../lab/mutations/registry.ts'
import { Source } from '../../lab/mutations/source.ts'
import { bundle } from '../../lab/simulation/bundle.ts'
import { load } from '../../lab/simulation/platform.ts'
import { type Ending, simulate } from '../../lab/simulation/simulate.ts'
import { play, simulated } from '../../lab/simulation/trial.ts'
import { ROOT } from '../../scripts/wrangler.mjs'

const STEPS = 60

describe('the simulation', () => {
  it('finds nothing wrong in any world, whatever was lost, late, doubled, forgotten or killed', async () => {
    const { passed, figures, cases } = await simulated.run({ ...simulated.short, seed: 1 })
    expect(cases).toEqual([])
    expect(passed).toBe(true)
    // It was no quiet world.
    for (const what of ['crashes', 'evictions', 'calls lost', 'answers lost'])
      expect(figures[what]).toBeGreaterThan(150)
  })

  it('plays the same world again from the same seed, and another from another', async () => {
    const product = load(await bundle())
    const first = await simulate(product, 7, STEPS)
    expect(await simulate(product, 7, STEPS)).toEqual(first)
    expect((await simulate(product, 8, STEPS)).counts).not.toEqual(first.counts)
  })

  it.each([
    'a room acknowledges a message before it writes it',
    'a room does not look whether a message was sent before',
    'a replay begins one event too late',
    'a room leaves the sockets of a removed member open',
    'the sidebar unsubscribes from a room without remembering to ask it again',
  ])('catches the mutation: %s', async (bug) => {
    const mutation = MUTATIONS.find((each) => each.bug === bug) as Mutation
    const script = await bundle(new Source(ROOT).mutated(mutation))
    let found: Ending | undefined
    await play({ script, seed: 1, worlds: 100, steps: STEPS, enough: 1 }, (ending) => {
      if (ending.cases.length > 0) found = ending
    })
    expect(found?.cases.filter((each) => each.startsWith('the simulation ended'))).toEqual([])
  })
})
