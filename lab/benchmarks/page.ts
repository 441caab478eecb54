/** Writes docs/benchmarks.md: the figures, the date, the versions and the machine. */
import fs from 'node:fs'
import path from 'node:path'
import { ROOT } from '../../scripts/wrangler.mjs'
import { circumstances } from '../harness/runner.ts'
import { type Result, section, verdicts } from './table.ts'

const FILE = path.join(ROOT, 'docs', 'benchmarks.md')
const HOW = `\`npm run bench\` writes this page; \`npm run bench -- P1 P3\` prints some rows. Every figure is the median of alternated
rounds: the subjects of a row take turns within one run, so that whatever else the machine does strikes all of them. Ratios
are what to read; absolute figures are those of this machine, on which client and server share the processor.

- **parlour** is the product under \`wrangler dev\` with its rate limits off: signed-in people, one message stored, deduplicated,
  searchable and on disk before anybody gets it, receipts and unread counts on. Its entry is \`lab/server/index.ts\`: the
  product's own Worker, beside it doors that make people and messages by the thousand and count calls; nothing on the way of
  a message is other than in the product.
- **bare** is a Durable Object that only rebroadcasts (\`lab/benchmarks/peers/worker/bare.ts\`), as the platform's own examples write it, under
  its own \`wrangler dev\` of the same version: nobody is asked who they are and nothing is kept. **bare + flush** is the
  same with a list of sockets in memory and what arrived together sent together at the end of the turn. **bare + one row** is
  bare with one row in the room's own database before anybody is told: what it costs on this platform, and on this disk,
  to keep a message at all.
- **ws** is the broadcast server of that package's documentation, **socket.io** the same with that package: one Node process,
  no proxy in front, nothing stored.
- One client drives all of them: same process, same code, raw frames; events of equal length. It counts every delivery at
  every socket and checks its order; a run in which one is missing, doubled or out of place has no figure.
`

/** Writes the page. */
export function write(results: Result[], { rounds, flow }: { rounds: number; flow: number }): void {
  const text = [
    '# Benchmarks',
    '',
    `${circumstances('wrangler', 'workerd', 'ws', 'socket.io')}; ${rounds} rounds, flows of ${flow / 1_000} s.`,
    '',
    HOW,
    '## Targets',
    '',
    verdicts(results),
    '',
    ...results.map(section),
  ]
  fs.writeFileSync(FILE, `${text.join('\n').trimEnd()}\n`)
}
