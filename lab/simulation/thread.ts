/** A worker thread that plays one world for each seed it gets. */
import { parentPort, workerData } from 'node:worker_threads'
import { load } from './platform.ts'
import { simulate } from './simulate.ts'

const product = load(workerData.script as string)

parentPort?.on('message', async ({ seed, steps }: { seed: number; steps: number }) => {
  parentPort?.postMessage(await simulate(product, seed, steps))
})
