/**
 * `npm run cost`: counts what each operation costs, compares it with the budget, and writes docs/cost.md. Fails if it is exceeded.
 * `npm run cost -- attack` does the same for what one account can cost in an hour.
 */
import fs from 'node:fs'
import { attack, attackSection, PAGE } from './cost-attack.ts'
import { prepareToRun } from './setup.mjs'
import { say, script, Trouble } from './steps.mjs'
import { stopOnSignals } from './tether.mjs'
import { runVitest } from './vitest.mjs'

interface Bill {
  requests: number
  frames: number
  alarms: number
  roomWritten: number
  roomRead: number
  otherWritten: number
  otherRead: number
  d1Written: number
  d1Read: number
  r2A: number
  r2B: number
  times: number
}
type Bills = Record<string, Bill>

/** Dollars a unit above what the paid plan of $5 a month includes, from developers.cloudflare.com, read in November 2026. */
const PRICES = {
  request: { price: 0.15e-6, included: 1e6 },
  written: { price: 1e-6, included: 50e6 },
  read: { price: 0.001e-6, included: 25e9 },
  worker: { price: 0.3e-6, included: 10e6 },
  duration: { price: 12.5e-6, included: 400_000 },
}
const PLAN = 5
const FRAMES_PER_REQUEST = 20
const DAYS = 22
/** An actor stays in memory for ten quiet seconds after it last did something. */
const AWAKE = 10
const GIGABYTES = 0.125

/** What people do on a working day; the rest of the month is as quiet. */
interface Scenario {
  name: string
  people: number
  /** Messages of all together. */
  messages: number
  /** How many of them come alone, so that nothing that follows is shared. */
  alone: number
  /** How often each opens the app, reads, and types. */
  visits: number
  reads: number
  typing: number
  /** Actors in memory, times seconds. */
  awake: number
}

const SCENARIOS: Scenario[] = [
  {
    name: 'a team of 20',
    people: 20,
    messages: 1_000,
    alone: 0.5,
    visits: 10,
    reads: 60,
    typing: 100,
    awake: 8 * 3_600,
  },
  {
    name: 'a busy group of 1,000',
    people: 1_000,
    messages: 20_000,
    alone: 0.1,
    visits: 5,
    reads: 200,
    typing: 50,
    awake: 50 * 8 * 3_600,
  },
  { name: 'an idle tenant', people: 20, messages: 0, alone: 0, visits: 0, reads: 0, typing: 0, awake: 0 },
]

interface Usage {
  requests: number
  written: number
  read: number
  worker: number
  duration: number
}

function usage({ people, messages, alone, visits, reads, typing, awake }: Scenario, bills: Bills): Usage {
  const total: Usage = {
    requests: 0,
    written: 0,
    read: 0,
    worker: 0,
    duration: DAYS * (awake + messages * alone * AWAKE) * GIGABYTES,
  }
  const add = (what: string, times: number, worker = 0) => {
    const bill = bills[what]
    if (!bill) throw new Trouble(`Nothing was counted for "${what}".`, 'test/cost/budget.test.ts counts it.')
    const each = (times * DAYS) / bill.times
    total.requests += each * (bill.requests + bill.frames / FRAMES_PER_REQUEST)
    total.written += each * (bill.roomWritten + bill.otherWritten + bill.d1Written)
    total.read += each * (bill.roomRead + bill.otherRead + bill.d1Read)
    total.worker += worker * times * DAYS
  }
  add('one text message', messages * alone)
  add('ten text messages at once', messages * (1 - alone))
  add('read and delivered, ten each', people * reads)
  add('typing, on and off', people * typing)
  add('open the list', people * visits, 1)
  add('come back to a room, ten messages missed', people * visits, 1)
  add('read a page of messages', people * visits, 1)
  return total
}

function dollars({ requests, written, read, worker, duration }: Usage): { beyond: number; list: number } {
  const parts: [number, { price: number; included: number }][] = [
    [requests, PRICES.request],
    [written, PRICES.written],
    [read, PRICES.read],
    [worker, PRICES.worker],
    [duration, PRICES.duration],
  ]
  const sum = (of: (amount: number, included: number) => number) =>
    parts.reduce((all, [amount, { price, included }]) => all + of(amount, included) * price, 0)
  return { beyond: sum((amount, included) => Math.max(0, amount - included)), list: sum((amount) => amount) }
}

const COLUMNS: [string, keyof Bill][] = [
  ['actor requests', 'requests'],
  ['frames in (20:1)', 'frames'],
  ['alarms', 'alarms'],
  ['room rows written', 'roomWritten'],
  ['room rows read', 'roomRead'],
  ['other rows written', 'otherWritten'],
  ['other rows read', 'otherRead'],
  ['D1 written', 'd1Written'],
  ['D1 read', 'd1Read'],
  ['R2 A', 'r2A'],
  ['R2 B', 'r2B'],
]

const table = (head: string[], rows: (string | number)[][]) =>
  [head, head.map((_, at) => (at === 0 ? '---' : '---:')), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')

const counted = (bills: Bills) =>
  table(
    ['operation', ...COLUMNS.map(([title]) => title)],
    Object.entries(bills).map(([name, bill]) => [name, ...COLUMNS.map(([, key]) => bill[key])]),
  )

const money = (amount: number) => `$${amount < 1 ? amount.toFixed(3) : amount.toFixed(2)}`
const count = (amount: number) => Math.round(amount).toLocaleString('en')

const priced = (bills: Bills) =>
  table(
    [
      'a month',
      'actor requests',
      'rows written',
      'rows read',
      'GB-s',
      'at list price',
      'beyond what the plan includes',
    ],
    SCENARIOS.map((scenario) => {
      const used = usage(scenario, bills)
      const { list, beyond } = dollars(used)
      return [
        scenario.name,
        count(used.requests),
        count(used.written),
        count(used.read),
        count(used.duration),
        money(list),
        money(beyond),
      ]
    }),
  )

const described = ({ name, people, messages, visits, reads, typing }: Scenario) =>
  `- **${name}**: ${people} people, ${count(messages)} messages a day, each person ${visits} visits, ${reads} receipts, ${typing} times typing; ${DAYS} days.`

const page = (bills: Bills) => `# Cost

\`npm run cost\` writes this page. It counts, and fails if an operation exceeds its budget (\`test/cost/budget.test.ts\`, also part of \`npm test\`).

## What each operation takes

The figures are counted in workerd, from the operation until no work follows from it: rows from the runtime's own cursors and from D1's own
results, and calls, alarms and objects where they happen. The room has two people who both have it open, unless the row says otherwise. "Other" are
sidebars, feeds, uploads, and alarms that are set, each a row. A row of the table counts everything that its name says: for ten messages, all ten.

${counted(bills)}

The budget: a message writes at most 3 rows in its room, and ten messages at once cause one push. Typing, an idle socket and its pings write nothing. A
sidebar without an open list is called once, however many messages arrive. Lists, pages and searches write nothing; the row counted for reading the list
is the room's mark that the sidebar subscribes again. The sidebars of members who are away are made in the same run: most of the other rows there are their
tables. A thousand members were not run: there is one call each, at any number. Going offline is like coming online, some seconds later; it was not run.

## In dollars

Paid plan, $${PLAN} a month, prices of developers.cloudflare.com (durable-objects, d1, workers: platform/pricing; read in November 2026): actor requests 1 M included,
then $0.15/M; rows written 50 M, then $1/M; rows read 25 bn, then $0.001/M; Worker requests 10 M, then $0.30/M; 400,000 GB-s, then $12.50/M; incoming frames 20:1;
outgoing frames, pings and hibernation free. Storage, R2 and processor time of the Worker are additional and small here. The time that actors stay in memory is assumed, not
counted: eight hours a day for an active actor (fifty at once of the 1,000), and ten seconds for each message that arrives alone.

${priced(bills)}

${SCENARIOS.map(described).join('\n')}

## Beside hosted chat services

The prices are list prices as published. None of the services was put under the same load, and all sell more than messages.

| service | unit | list price | source |
|---|---|---|---|
| Ably | package, then messages, channels and connections by the minute | $29 a month Standard, $399 Pro, plus use | ably.com/docs/platform/pricing (stored page, undated) |
| PubNub | active users | $98 for 1,000, $370 for 5,000 a month | pubnub.com/pricing, as transcribed on 2026-05-08 by api-evangelist/pubnub; not seen on the page itself |
| CometChat | active users and peak connections | free up to 100 users; $0.10 each user and $1 each connection above the plan; the plans' own prices could not be read | cometchat.com/pricing, as transcribed on 2026-09-20 by api-evangelist/cometchat |
| ZEGOCLOUD | active users | free up to 100 users; $449 for each 10,000 | zegocloud.com/docs/console/faqs/pricing (stored page, undated) |
| Stream, Sendbird | active users and peak connections | could not be verified: the stored pages show no figures | getstream.io/chat/pricing, sendbird.com/pricing/chat |
`

stopOnSignals()
await script(async () => {
  await prepareToRun()
  const [what] = process.argv.slice(2)
  if (what === 'attack') return await attack()
  if (what !== undefined)
    throw new Trouble(`There is no "${what}" to count.`, 'npm run cost, or npm run cost -- attack.')
  const { code, report } = await runVitest(['--project', 'workers', 'test/cost/budget.test.ts'])
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults)
  const bills = tests.map(({ meta }) => meta?.bills as Bills | undefined).find((told) => told !== undefined)
  if (!bills) throw new Trouble('Nothing was counted.', 'npx vitest run --project workers test/cost says why.')
  for (const line of counted(bills).split('\n')) say(line)
  for (const { failureMessages = [] } of tests) for (const message of failureMessages) console.error(message)
  if (code !== 0)
    throw new Trouble('The budget is exceeded.', 'What costs more than it may stands above; docs/cost.md is as it was.')
  for (const line of priced(bills).split('\n')) say(line)
  fs.writeFileSync(PAGE, page(bills) + attackSection())
  return 0
})
