/** Everything that one run measures for docs/scaling.md. */
import type { LabServer } from '../../harness/server.ts'
import { percentile } from '../../harness/statistics.ts'
import type { Enrolled } from '../../server/doors.ts'
import type { Histories } from '../histories.ts'
import { type Costs, costsOf, type Flowing } from './costs.ts'
import { type DirectoryFootprint, directoryFootprint, type MessageFootprint, messageFootprint } from './footprint.ts'
import { type Counted, tripsOf } from './trips.ts'

export interface Measured {
  /** What real rooms did, and the costs that explain it. */
  flows: Flowing[]
  costs: Costs
  /** One call from an actor to another, with a frame of `callBytes`, in milliseconds of the process both are in. */
  call: number
  callBytes: number
  directory: DirectoryFootprint
  message: MessageFootprint
  /** Bytes of a real room's whole database, by its messages. */
  rooms: { messages: number; bytes: number }[]
  trips: Counted[]
}

/** Rows of each table. */
const ROWS = 50_000
const SEED = 1
/** About what a turn of 40 messages sends. */
const CALL_BYTES = 25_000
/** Rooms of somebody: one calls, the others are called. */
const CALLED = 11
const CALLS = 100

/** What is not an operation that grows: sizes, single costs, counts. @throws {Error} when there were too few flows */
export async function measure(
  { parlour, room }: Histories,
  messages: number[],
  fresh: LabServer,
  flows: Flowing[],
): Promise<Measured> {
  const sizes = []
  for (const size of messages.toSorted((a, b) => a - b)) {
    sizes.push({ messages: size, bytes: await parlour.probe(room(size).id, { ask: 'size' }) })
  }
  // Not in the histories: they are kept as they are.
  const [person] = (await fresh.people(1)) as [Enrolled]
  const called: number[] = []
  for (let n = 0; n < CALLED; n++) called.push(await fresh.group([person]))
  const [caller, ...others] = called as [number, ...number[]]
  return {
    flows,
    costs: costsOf(flows),
    call: await callCost(fresh, caller, others),
    callBytes: CALL_BYTES,
    directory: directoryFootprint(ROWS, SEED),
    message: messageFootprint(ROWS),
    rooms: sizes,
    trips: await tripsOf(fresh, caller, person),
  }
}

/** The clock stands still inside a turn, so it is taken outside, with the way there taken off. */
async function callCost(parlour: LabServer, room: number, to: number[]): Promise<number> {
  const took = async (times: number): Promise<number> => {
    const began = performance.now()
    await parlour.probe(room, { ask: 'calls', to, bytes: CALL_BYTES, times })
    return performance.now() - began
  }
  await took(10)
  const rounds = []
  for (let n = 0; n < 3; n++) rounds.push(((await took(CALLS)) - (await took(0))) / (CALLS * to.length))
  return Math.max(0.001, percentile(rounds, 0.5))
}
