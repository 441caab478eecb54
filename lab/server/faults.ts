/** Makes the directory and R2 fail or stay silent when a trial says so. */
import { Random } from '../harness/random.ts'
import type { Fault, Faults } from './doors'
import { throughDirectory, withMethods } from './proxies'

export const NO_FAULT: Fault = { errors: 0, stalled: false }

/** What is wrong at the moment. The whole server is one process and one isolate: every actor sees the same. */
export const faults: Faults & { failed: number; random: Random } = {
  directory: NO_FAULT,
  media: NO_FAULT,
  failed: 0,
  random: new Random(0),
}

/** What D1 says when the fault is its own (developers.cloudflare.com/d1/observability/debug-d1). */
const D1_SAYS = [
  'D1_ERROR: Network connection lost.',
  'D1_ERROR: D1 DB reset because its code was updated.',
  'D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.',
  'D1_ERROR: Internal error while starting up D1 DB storage caused object to be reset.',
]
const R2_SAYS = ['put: We encountered an internal error. Please try again. (10001)']

/** Between two looks at whether a stall is over, in milliseconds; and what the platform itself would end. */
const LOOK = 50
const LONGEST_STALL = 90_000

/**
 * Asks, or fails. Half of the failures come after the work was done: an answer that is lost says nothing about what
 * happened. So does what stalled: some of it is done late, when whoever asked has long been told to come again.
 */
async function atRisk<T>(neighbour: keyof Faults, says: readonly string[], work: () => Promise<T>): Promise<T> {
  const begun = Date.now()
  const stalled = faults[neighbour].stalled
  while (faults[neighbour].stalled && Date.now() - begun < LONGEST_STALL) await scheduler.wait(LOOK)
  if (!stalled && faults.random.next() >= faults[neighbour].errors) return work()
  faults.failed += 1
  if (faults.random.next() < 0.5) await work()
  throw new Error(faults.random.pick(says))
}

/** Questions to the directory by the Worker and all actors since this was last asked, and how many were under way at once. */
export const directoryLoad = { asked: 0, peak: 0 }
let underWay = 0

async function riskyQuery(query: () => Promise<unknown>): Promise<unknown> {
  directoryLoad.asked += 1
  directoryLoad.peak = Math.max(directoryLoad.peak, ++underWay)
  try {
    return await atRisk('directory', D1_SAYS, query)
  } finally {
    underWay -= 1
  }
}

const STORING = ['head', 'get', 'put', 'delete', 'list', 'createMultipartUpload']

const riskyMedia = (bucket: R2Bucket): R2Bucket =>
  withMethods(bucket, (name, method) =>
    STORING.includes(name) ? (...args) => atRisk('media', R2_SAYS, () => method(...args)) : undefined,
  )

const risky = new WeakMap<Env, Env>()

/**
 * The same bindings, of which the directory and R2 fail when a trial says so. Only a server that is started with the
 * variable FAULTS has them: nothing stands on the way of what a benchmark measures.
 */
export function withFaults(env: Env): Env {
  if ((env as { FAULTS?: string }).FAULTS !== 'on') return env
  let known = risky.get(env)
  if (!known) {
    known = { ...env, DIRECTORY: throughDirectory(env.DIRECTORY, riskyQuery), MEDIA: riskyMedia(env.MEDIA) }
    risky.set(env, known)
  }
  return known
}
