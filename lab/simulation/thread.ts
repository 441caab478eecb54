/** One thread's share of the worlds: plays seed after seed as they are handed out. */
import { parentPort, workerData } from 'node:worker_threads'
import { load } from './platform.ts'
import { simulate } from './simulate.ts'

const product = load(workerData.script as string)

parentPort?.on('message', async ({ seed, steps }: { seed: number; steps: number }) => {
  parentPort?.postMessage(await simulate(product, seed, steps))
})
