/** Operations in one room, as the number of its sockets grows. */
import type { LabServer } from '../../../harness/server.ts'
import type { Enrolled } from '../../../server/doors.ts'
import { FanOut } from '../../fan-out.ts'
import { joinParlour } from '../../seated.ts'
import type { Flowing } from '../costs.ts'
import type { Operation, Values } from '../growth.ts'
import type { Sizes } from '../sizes.ts'

/** Ten people with four messages under way each. */
const BUSY = { senders: 10, width: 4 }
const ALONE = { senders: 1, width: 1 }
/** More sockets than that are second devices: a group has no more members. */
const MOST_PEOPLE = 1_000
const WARM = 700

export interface FanOuts {
  operations: Operation[]
  /** What the rooms did: what the costs of a turn are found from. */
  flows: Flowing[]
}

export function fanOutOperations(fresh: () => Promise<LabServer>, sizes: Sizes): FanOuts {
  const flows: Flowing[] = []
  const measured = new Map<number, Promise<Values>>()
  const once = (size: number): Promise<Values> => {
    const values = measured.get(size) ?? fresh().then((parlour) => measure(parlour, size, sizes.flow, flows))
    measured.set(size, values)
    return values
  }
  const ofRoom = { axis: 'sockets in the room', sizes: sizes.sockets, ready: fresh, measure: once }
  return {
    flows,
    operations: [
      {
        id: 'fan-out',
        title: 'Deliveries a second in one room',
        ...ofRoom,
        figures: ['10 × 4 under way', 'one at a time'].map((name) => ({ name, unit: 'deliveries/s' })),
        plotted: ['10 × 4 under way', 'one at a time'],
        note: 'Client and server share the machine: the client reads every frame of every socket and checks its order.',
      },
      {
        id: 'fan-out-echo',
        title: 'From sending to one’s own echo in one room',
        ...ofRoom,
        figures: ['10 × 4 under way, p50', '10 × 4 under way, p99', 'one at a time, p50'].map((name) => ({
          name,
          unit: 'ms',
        })),
        plotted: ['10 × 4 under way, p50', '10 × 4 under way, p99', 'one at a time, p50'],
        note: 'With 40 messages always under way the room is as busy as it can be, and an echo waits for the 39 others.',
      },
    ],
  }
}

async function measure(parlour: LabServer, sockets: number, flow: number, flows: Flowing[]): Promise<Values> {
  const people = await parlour.people(Math.min(sockets, MOST_PEOPLE))
  const room = await parlour.group(people)
  const devices = Array.from({ length: sockets }, (_, n) => people[n % people.length] as Enrolled)
  const { sockets: lines } = await joinParlour(parlour, devices, { batch: true, room })
  try {
    // The last in the room talks alone, so that nobody says anything under an id of before: that would be a repeat.
    const alone = new FanOut(lines.toReversed(), ALONE)
    await alone.run(WARM)
    const single = await alone.run(flow)
    flows.push({ sockets, window: 1, rate: single.deliveries / sockets })
    const busy = new FanOut(lines, BUSY)
    await busy.run(WARM)
    const full = await busy.run(flow)
    flows.push({ sockets, window: BUSY.senders * BUSY.width, rate: full.deliveries / sockets })
    return {
      '10 × 4 under way': full.deliveries,
      'one at a time': single.deliveries,
      '10 × 4 under way, p50': full.p50,
      '10 × 4 under way, p99': full.p99,
      'one at a time, p50': single.p50,
    }
  } finally {
    for (const line of lines) line.cut()
  }
}
