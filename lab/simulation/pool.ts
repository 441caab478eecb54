/** Plays many worlds on all processors, each from a seed of its own. */
import os from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Ending } from './simulate.ts'

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
