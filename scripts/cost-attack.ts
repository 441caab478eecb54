/** `npm run cost -- attack`: what one free account can cost its operator in an hour, by act, kept in docs/cost.md. */
import fs from 'node:fs'
import path from 'node:path'
import { say, Trouble } from './steps.mjs'
import { runVitest } from './vitest.mjs'
import { ROOT } from './wrangler.mjs'

/** What test/cost/attack.test.ts says of one act. Units are millionths of a dollar. */
interface Measured {
  name: string
  taken: number
  charged: number
  hour: { times: number; dollars: number }
}

export const PAGE = path.join(ROOT, 'docs', 'cost.md')
const TITLE = '## What one account can cost in an hour'

/** The section as it stands in docs/cost.md; empty before it was written first. */
export function attackSection(): string {
  const text = fs.existsSync(PAGE) ? fs.readFileSync(PAGE, 'utf8') : ''
  const at = text.indexOf(TITLE)
  return at < 0 ? '' : `\n${text.slice(at)}`
}

const row = (cells: string[]) => `| ${cells.join(' | ')} |`

const table = (acts: Measured[]) =>
  [
    row(['act', 'takes', 'is charged', 'times an hour', 'dollars an hour']),
    row(['---', '---:', '---:', '---:', '---:']),
    ...acts.map(({ name, taken, charged, hour }) =>
      row([name, taken.toFixed(1), charged.toFixed(1), hour.times.toLocaleString('en'), `$${hour.dollars.toFixed(4)}`]),
    ),
  ].join('\n')

const section = (acts: Measured[]) => `${TITLE}

\`npm run cost -- attack\` writes this section. It performs every act on the real actors with the rates on, and counts the work until none
follows, in all actors that the act reaches: requests, rows, processor time (5 ms a request, 120 ms a password), lines of log, and the time that
actors run or wait (10 ms an event, 50 ms an answer, 128 MB), at list price and without what the plan includes. It fails if an act takes more than
a tenth above the charge to its person's budget, or if an hour takes more than $0.05 (\`test/cost/attack.test.ts\`; \`npm test\` performs the commonest
acts). Units are millionths of a dollar. An hour begins with a full budget.

${table(acts)}

The budget of work (\`work\` in \`GET /api/limits/\`) bounds all acts together: each takes its charge from it. If an author's budget is too small for
the pushes to sidebars, these come later; the message itself reaches the open sockets of the room at once. Cloudflare's bill for refused
requests is not included. Each costs about half a unit, and code behind the platform's edge cannot prevent them; a rate limiting rule of the zone can.
Stored files continue to cost: a gigabyte takes $0.015 a month, within the quotas.
`

/** @returns the exit code */
export async function attack(): Promise<number> {
  const { code, report } = await runVitest(['--project', 'workers', 'test/cost/attack.test.ts'], { ATTACK: 'long' })
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults)
  const told = tests.map(({ meta }) => meta?.measured as Record<string, Measured> | undefined).find(Boolean)
  if (!told)
    throw new Trouble('Nothing was counted.', 'ATTACK=long npx vitest run --project workers test/cost says why.')
  const acts = Object.values(told).sort((a, b) => b.hour.dollars - a.hour.dollars)
  for (const line of table(acts).split('\n')) say(line)
  for (const { failureMessages = [] } of tests) for (const message of failureMessages) console.error(message)
  if (code !== 0) throw new Trouble('An act costs more than it may.', 'Which stands above; docs/cost.md is as it was.')
  const text = fs.readFileSync(PAGE, 'utf8')
  const at = text.indexOf(TITLE)
  fs.writeFileSync(PAGE, `${at < 0 ? `${text.trimEnd()}\n\n` : text.slice(0, at)}${section(acts)}`)
  return 0
}
