/** P5: looking for words in a room of a million messages. */
import { alternate, readings } from '../alternation.ts'
import { MILLION, openArchive } from '../archive.ts'
import { Caller } from '../http.ts'
import type { Measured, Row } from '../row.ts'
import { CJK, COMMON, RARE } from '../server/sentences.ts'
import { atMost, median, percentile, readingOf } from '../statistics.ts'

/** Of each kind in one round. */
const REQUESTS = 20
const PAGE = 35

const KINDS = [
  { name: 'rare word', words: RARE, found: MILLION / 100_000, bound: 100 },
  { name: 'common word', words: COMMON, found: PAGE, bound: 100 },
  { name: 'two-letter CJK', words: CJK, found: PAGE, bound: 300 },
  { name: 'nothing like it', words: 'xylophone', found: 0, bound: 100 },
]

const WHAT = 'search, p95'

export const p5: Row = {
  title: 'searching a room of 1,000,000 messages',
  async run(stage): Promise<Measured> {
    const { parlour, million, writer } = await openArchive(stage)
    const caller = new Caller(parlour.url, writer.access)
    stage.keep({ stop: async () => caller.close() })
    const contestants = KINDS.map(({ name, words, found }) => ({
      name,
      measure: async () => {
        const path = `/api/chatrooms/${million}/messages/?search=${encodeURIComponent(words)}`
        const check = ({ results }: { results: { content: string }[] }) => {
          if (results.length !== found || !results.every(({ content }) => content.includes(words)))
            throw new Error(`${results.length} found of ${found}`)
        }
        return percentile(await caller.timed(path, REQUESTS, check), 0.95)
      },
    }))
    for (const { measure } of contestants) await measure()
    const found = readings(await alternate(contestants, stage.rounds), WHAT, 'ms', (value) => value)
    return {
      readings: found,
      targets: KINDS.map(({ name, bound }) =>
        atMost(`${name}, p95`, median(readingOf(found, name, WHAT).rounds), bound, ' ms'),
      ),
    }
  },
}
