/**
 * SIM: the room, the lists and the feeds of a few people in a simulated world, where calls are lost, late or out of
 * order and machines die or forget at any point; thousands of worlds, each from its seed.
 *
 * What plays is the product's own actors on real SQLite; the runtime's contract (turns, gates, alarms, sockets that
 * survive eviction and nothing that survives a crash but what is committed) is the simulation's.
 */
import { bundle } from './simulation/bundle.ts'
import { PLANTS } from './simulation/plants.ts'
import { play } from './simulation/pool.ts'
import type { Ending } from './simulation/simulate.ts'
import type { Figures, Trial } from './trial.ts'

/** How many cases are told in words. */
const TOLD = 10

export const simulated: Trial<{ worlds: number; steps: number; planted: number }> = {
  title: 'the protocol in simulated worlds',
  /** `--planted 1` puts the faults of simulation/plants.ts in, one after the other: each must be found. */
  options: { worlds: 10_000, steps: 60, planted: 0 },
  run: ({ planted, ...plan }) => (planted > 0 ? findPlants(plan) : playAll(plan)),
}

interface Size {
  seed: number
  worlds: number
  steps: number
}

async function playAll({ seed, worlds, steps }: Size) {
  const figures: Figures = { worlds: 0, 'worlds gone wrong': 0 }
  const cases: string[] = []
  await play({ script: await bundle(), seed, worlds, steps }, (ending) => {
    figures.worlds = (figures.worlds ?? 0) + 1
    for (const [what, count] of Object.entries(ending.counts)) figures[what] = (figures[what] ?? 0) + count
    if (ending.cases.length === 0) return
    figures['worlds gone wrong'] = (figures['worlds gone wrong'] ?? 0) + 1
    cases.push(...ending.cases.map((each) => `seed ${ending.seed}: ${each}`))
  })
  return { passed: figures['worlds gone wrong'] === 0, figures, cases: cases.slice(0, TOLD) }
}

async function findPlants({ seed, worlds, steps }: Size) {
  const figures: Figures = {}
  const cases: string[] = []
  for (const { mistake, ...change } of PLANTS) {
    let played = 0
    let found: Ending | undefined
    await play({ script: await bundle([change]), seed, worlds, steps, untilWrong: true }, (ending) => {
      played += 1
      if (ending.cases.length > 0) found ??= ending
    })
    figures[`worlds until found: ${mistake}`] = played
    if (!found) cases.push(`nobody noticed that it ${mistake}`)
  }
  return { passed: cases.length === 0, figures, cases }
}
