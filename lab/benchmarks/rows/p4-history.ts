/** P4: the newest page and a short resume, in a room of a million messages against one of a thousand. */

import { percentile } from '../../harness/statistics.ts'
import { keptHistories } from '../histories.ts'
import { Reader } from '../reading.ts'
import { alternate, atMost, type Measured, type Row, ratio, readings } from '../row.ts'

/** Of each kind in one round. */
const REQUESTS = 40
const RESUMES = 20

const BIG = 'room of 1,000,000'
const SMALL = 'room of 1,000'
const SIZES = { [BIG]: 1_000_000, [SMALL]: 1_000 }

export const p4: Row = {
  title: 'the newest page of 50, and a resume by 50, in a room of 1,000,000 messages and in one of 1,000',
  async run(servers): Promise<Measured> {
    const histories = await keptHistories(servers, { messages: Object.values(SIZES), rooms: [] })
    const subjects = Object.entries(SIZES).map(([name, size]) => {
      const { id, writer } = histories.room(size)
      const reader = new Reader(servers, histories.parlour, writer)
      const measure = async () => ({
        page: percentile(await reader.page(id, REQUESTS), 0.5),
        resume: percentile(await reader.resume(id, RESUMES), 0.5),
      })
      return { name, measure }
    })
    for (const { measure } of subjects) await measure()
    const values = await alternate(subjects, servers.rounds)
    const found = [
      ...readings(values, 'newest page, p50', 'ms', (value) => value.page),
      ...readings(values, 'resume by 50, p50', 'ms', (value) => value.resume),
    ]
    return {
      readings: found,
      targets: [
        atMost('newest page, × the small room', ratio(found, 'newest page, p50', BIG, SMALL), 1.3),
        atMost('resume by 50, × the small room', ratio(found, 'resume by 50, p50', BIG, SMALL), 1.3),
      ],
      notes: ['The room was filled through the room’s own `Messages.add`, row by row with the search index.'],
    }
  },
}
