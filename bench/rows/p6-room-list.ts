/** P6: the first page of the list of somebody in a thousand rooms, against somebody in ten. */
import { alternate, readings } from '../alternation.ts'
import { openArchive } from '../archive.ts'
import { Caller } from '../http.ts'
import type { Measured, Row } from '../row.ts'
import { atMost, percentile, ratio } from '../statistics.ts'

const REQUESTS = 40
const BUSY = 'in 1,000 rooms'
const CALM = 'in 10 rooms'
const WHAT = 'first page, p50'

export const p6: Row = {
  title: 'the room list of somebody in 1,000 rooms and of somebody in 10',
  async run(stage): Promise<Measured> {
    const { parlour, busy, calm } = await openArchive(stage)
    const contestants = [
      { name: BUSY, person: busy, rooms: 35 },
      { name: CALM, person: calm, rooms: 10 },
    ].map(({ name, person, rooms }) => {
      const caller = new Caller(parlour.url, person.access)
      stage.keep({ stop: async () => caller.close() })
      const check = ({ results }: { results: object[] }) => {
        if (results.length !== rooms) throw new Error(`${results.length} rooms of ${rooms}`)
      }
      return {
        name,
        measure: async () => percentile(await caller.timed('/api/chatrooms/', REQUESTS, check), 0.5),
      }
    })
    for (const { measure } of contestants) await measure()
    const found = readings(await alternate(contestants, stage.rounds), WHAT, 'ms', (value) => value)
    return {
      readings: found,
      targets: [atMost('first page, × somebody in 10 rooms', ratio(found, WHAT, BUSY, CALM), 1.5)],
      notes: ['The first page holds 35 rooms of the thousand, and all of the ten.'],
    }
  },
}
