/** Everything that one run found out, and what docs/scaling.md is filled from. */
import type { ParlourHost } from '../stage.ts'
import { percentile } from '../statistics.ts'
import { type Costs, costsOf, type Flowing } from './costs.ts'
import { type DirectoryFootprint, directoryFootprint, type MessageFootprint, messageFootprint } from './footprint.ts'
import type { Histories } from './histories.ts'
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
const CALLED = 10
const CALLS = 100

/** What is not an operation that grows: sizes, single costs, counts. @throws {Error} when there were too few flows */
export async function measure({ parlour, rooms }: Histories, flows: Flowing[]): Promise<Measured> {
  const [first] = rooms.values()
  if (!first) throw new Error('There is no room to ask')
  const sizes = []
  for (const [messages, { id }] of [...rooms].sort(([a], [b]) => a - b)) {
    sizes.push({ messages, bytes: await probe(parlour, id, { ask: 'size' }) })
  }
  return {
    flows,
    costs: costsOf(flows),
    call: await callCost(parlour, first.id, first.writer),
    callBytes: CALL_BYTES,
    directory: directoryFootprint(ROWS, SEED),
    message: messageFootprint(ROWS),
    rooms: sizes,
    trips: await tripsOf(parlour, first.id, first.writer),
  }
}

/** The clock stands still inside a turn, so it is taken outside, with the way there taken off. */
async function callCost(parlour: ParlourHost, room: number, person: Parameters<typeof tripsOf>[2]): Promise<number> {
  const to: number[] = []
  for (let n = 0; n < CALLED; n++) to.push(await parlour.group([person], `Called ${n}`))
  const took = async (times: number): Promise<number> => {
    const began = performance.now()
    await probe(parlour, room, { ask: 'calls', to, bytes: CALL_BYTES, times })
    return performance.now() - began
  }
  await took(10)
  const rounds = []
  for (let n = 0; n < 3; n++) rounds.push(((await took(CALLS)) - (await took(0))) / (CALLS * CALLED))
  return Math.max(0.001, percentile(rounds, 0.5))
}

async function probe(parlour: ParlourHost, room: number, body: object): Promise<number> {
  return (await parlour.call<{ found: number }>('POST', `/api/bench/rooms/${room}/probe`, { body })).found
}
