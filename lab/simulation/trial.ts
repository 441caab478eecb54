/**
 * SIM: the room, the lists and the feeds of a few people in a simulated world, where calls are lost, late or out of
 * order and machines die or forget at any point; thousands of worlds, each from its seed.
 *
 * What plays is the product's own actors on real SQLite; the runtime's contract (turns, gates, alarms, sockets that
 * survive eviction and nothing that survives a crash but what is committed) is the simulation's.
 */

import os from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Figures, Trial } from '../harness/trial.ts'
import { bundle } from './bundle.ts'
import type { Ending } from './simulate.ts'

/** The trial ends after this many worlds in which something is wrong, and shows this many cases. */
const SHOWN = 10

export const simulated: Trial<{ worlds: number; steps: number }> = {
  title: 'the protocol in simulated worlds',
  options: { worlds: 10_000, steps: 60 },
  short: { worlds: 150, steps: 60 },
  async run({ seed, worlds, steps }) {
    const figures: Figures = { worlds: 0, 'worlds gone wrong': 0 }
    const cases: string[] = []
    await play({ script: await bundle(), seed, worlds, steps, enough: SHOWN }, (ending) => {
      figures.worlds = (figures.worlds ?? 0) + 1
      for (const [what, count] of Object.entries(ending.counts)) figures[what] = (figures[what] ?? 0) + count
      if (ending.cases.length === 0) return
      figures['worlds gone wrong'] = (figures['worlds gone wrong'] ?? 0) + 1
      cases.push(...ending.cases.map((each) => `seed ${ending.seed}: ${each}`))
    })
    return { passed: figures['worlds gone wrong'] === 0, figures, cases: cases.slice(0, SHOWN) }
  },
}

export interface Plan {
  /** What `bundle` has made. */
  script: string
  seed: number
  worlds: number
  steps: number
  /** Ends after this many worlds in which something is wrong. */
  enough: number
}

/** Plays worlds `seed`, `seed` + 1, … and tells how each ended, in no particular order. */
export async function play({ script, seed, worlds, steps, enough }: Plan, ended: (ending: Ending) => void) {
  let next = seed
  let wrong = 0
  const lane = () =>
    new Promise<void>((resolve, reject) => {
      const thread = new Worker(new URL('./thread.ts', import.meta.url), { workerData: { script } })
      const end = () => thread.terminate().then(() => resolve(), reject)
      const more = () => {
        if (wrong >= enough || next >= seed + worlds) end()
        else thread.postMessage({ seed: next++, steps })
      }
      thread.on('error', reject)
      thread.on('message', (ending: Ending) => {
        ended(ending)
        if (ending.cases.length > 0) wrong += 1
        more()
      })
      more()
    })
  const lanes = Math.min(os.availableParallelism(), worlds)
  await Promise.all(Array.from({ length: lanes }, lane))
}
