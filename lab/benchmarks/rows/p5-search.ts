/** P5: searches in a room of a million messages. */
import { median, percentile } from '../../harness/statistics.ts'
import { CJK, COMMON, RARE } from '../../server/sentences.ts'
import { keptHistories } from '../histories.ts'
import { FOUND, Reader } from '../reading.ts'
import { alternate, atMost, type Measured, type Row, readingOf, readings } from '../row.ts'

/** Of each kind in one round. */
const REQUESTS = 20
const MILLION = 1_000_000

const KINDS = [
  { name: 'rare word', words: RARE, found: MILLION / 100_000, bound: 100 },
  { name: 'common word', words: COMMON, found: FOUND, bound: 100 },
  { name: 'two-letter CJK', words: CJK, found: FOUND, bound: 300 },
  { name: 'nothing like it', words: 'xylophone', found: 0, bound: 100 },
]

const WHAT = 'search, p95'

export const p5: Row = {
  title: 'searching a room of 1,000,000 messages',
  async run(servers): Promise<Measured> {
    const histories = await keptHistories(servers, { messages: [MILLION], rooms: [] })
    const { id, writer } = histories.room(MILLION)
    const reader = new Reader(servers, histories.parlour, writer)
    const subjects = KINDS.map(({ name, words, found }) => ({
      name,
      measure: async () => percentile(await reader.search(id, words, found, REQUESTS), 0.95),
    }))
    for (const { measure } of subjects) await measure()
    const found = readings(await alternate(subjects, servers.rounds), WHAT, 'ms', (value) => value)
    return {
      readings: found,
      targets: KINDS.map(({ name, bound }) =>
        atMost(`${name}, p95`, median(readingOf(found, name, WHAT).rounds), bound, ' ms'),
      ),
    }
  },
}
