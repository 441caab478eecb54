/** P6: the first page of the room list of a person in a thousand rooms, against a person in ten. */
import { percentile } from '../../harness/statistics.ts'
import { keptHistories } from '../histories.ts'
import { Reader } from '../reading.ts'
import { alternate, atMost, type Measured, type Row, ratio, readings } from '../row.ts'

const REQUESTS = 40
const BUSY = 'in 1,000 rooms'
const CALM = 'in 10 rooms'
const SIZES = { [BUSY]: 1_000, [CALM]: 10 }
const WHAT = 'first page, p50'

export const p6: Row = {
  title: 'the room list of somebody in 1,000 rooms and of somebody in 10',
  async run(servers): Promise<Measured> {
    const histories = await keptHistories(servers, { messages: [], rooms: Object.values(SIZES) })
    const subjects = Object.entries(SIZES).map(([name, rooms]) => {
      const reader = new Reader(servers, histories.parlour, histories.person(rooms))
      return { name, measure: async () => percentile(await reader.list(rooms, REQUESTS), 0.5) }
    })
    for (const { measure } of subjects) await measure()
    const found = readings(await alternate(subjects, servers.rounds), WHAT, 'ms', (value) => value)
    return {
      readings: found,
      targets: [atMost('first page, × somebody in 10 rooms', ratio(found, WHAT, BUSY, CALM), 1.5)],
      notes: ['The first page holds 35 rooms of the thousand, and all of the ten.'],
    }
  },
}
