/**
 * R17: answers that take their time. Every call between the Worker, the actors and the directory takes 0 to 25 ms each
 * way, some 220; short sequences of what two owners of facts can disagree about are played in many copies at once. At
 * rest every copy says what its original says.
 */
import { afterAll, vi } from 'vitest'
import { Random } from '../harness/random.ts'
import { disagreements } from './disagreements'
import { Latency } from './latency'
import { PEOPLE_SEQUENCES } from './people-sequences'
import { ROOM_SEQUENCES } from './room-sequences'
import type { Prepared } from './sequence'
import { trial } from './trial'

const SEQUENCES = [...PEOPLE_SEQUENCES, ...ROOM_SEQUENCES]
/** Copies that are played at once. */
const AT_ONCE = 20

afterAll(() => {
  vi.restoreAllMocks()
})

// `only` is the number of one sequence, the first of which is 1; 0 plays them all.
trial('R17', async ({ seed, times, only }, progress) => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const latency = new Latency(new Random(seed))
  const figures: Record<string, number> = {}
  const cases: string[] = []
  for (const [index, { name, losing = 0, prepare }] of SEQUENCES.entries()) {
    if (only !== 0 && only !== index + 1) continue
    let faults = 0
    for (let from = 0; from < times; from += AT_ONCE) {
      const copies: Prepared[] = []
      for (let n = from; n < Math.min(times, from + AT_ONCE); n++) copies.push(await prepare(`${index}_${n}`))
      Object.assign(latency, { isOn: true, losing })
      const played = await Promise.allSettled(copies.map((copy) => copy.play()))
      await latency.rest()
      Object.assign(latency, { isOn: false, losing: 0 })
      for (const [n, copy] of copies.entries()) {
        const found = await faultsOf(copy)
        const outcome = played[n]
        if (outcome?.status === 'rejected') found.push(`it was not played: ${outcome.reason}`)
        if (found.length === 0) continue
        faults += 1
        if (faults <= 3) cases.push(`${name}, copy ${from + n}: ${found.join('; ')}`)
      }
    }
    figures[`faulty of ${times}: ${name}`] = faults
    progress(`${index + 1} of ${SEQUENCES.length}, ${name}: ${faults} of ${times} faulty`)
  }
  figures['calls that took their time'] = latency.calls
  figures['answers lost'] = latency.lost
  return { figures, cases }
})

async function faultsOf({ people, rooms, judge }: Prepared): Promise<string[]> {
  try {
    return [...((await judge?.()) ?? []), ...(await disagreements(people, rooms))]
  } catch (error) {
    return [String(error)]
  }
}
