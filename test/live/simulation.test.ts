/** The deterministic simulation in its short form, and proof that it can find what is wrong. */
import { describe, expect, it } from 'vitest'
import { simulated } from '../../torture/simulated.ts'
import { bundle } from '../../torture/simulation/bundle.ts'
import { PLANTS } from '../../torture/simulation/plants.ts'
import { load } from '../../torture/simulation/platform.ts'
import { play } from '../../torture/simulation/pool.ts'
import { type Ending, simulate } from '../../torture/simulation/simulate.ts'

const STEPS = 60

describe('the simulation', () => {
  it('finds nothing wrong in any world, whatever was lost, late, doubled, forgotten or killed', async () => {
    const { passed, figures, cases } = await simulated.run({ seed: 1, worlds: 150, steps: STEPS, planted: 0 })
    expect(cases).toEqual([])
    expect(passed).toBe(true)
    // It was no quiet world.
    for (const what of ['crashes', 'evictions', 'calls lost', 'answers lost'])
      expect(figures[what]).toBeGreaterThan(150)
  }, 120_000)

  it('plays the same world again from the same seed, and another from another', async () => {
    const product = load(await bundle())
    const first = await simulate(product, 7, STEPS)
    expect(await simulate(product, 7, STEPS)).toEqual(first)
    expect((await simulate(product, 8, STEPS)).counts).not.toEqual(first.counts)
  }, 60_000)

  it.each([
    'acknowledges a message before it is written',
    'does not look whether a message was sent before',
    'resumes one event too late',
    'leaves the sockets of somebody removed open',
    'goes to sleep without remembering to ask',
  ])(
    'notices a product that %s',
    async (mistake) => {
      const plant = PLANTS.find((each) => each.mistake === mistake)
      const script = await bundle(plant && [plant])
      let found: Ending | undefined
      await play({ script, seed: 1, worlds: 100, steps: STEPS, untilWrong: true }, (ending) => {
        if (ending.cases.length > 0) found = ending
      })
      expect(found?.cases.filter((each) => each.startsWith('the simulation ended'))).toEqual([])
    },
    60_000,
  )

  it('has no plant that does not fit the source any more', async () => {
    for (const plant of PLANTS) await expect(bundle([plant])).resolves.toContain('Room')
    await expect(bundle([{ file: 'src/room/room.ts', from: 'what is not there', to: '' }])).rejects.toThrow('any more')
  }, 60_000)
})
