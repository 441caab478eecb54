/**
 * S11: the limits, at the figures that `GET /api/limits/` documents. The trial runs into each from outside: as many acts pass
 * as documented, and as many again as time gives back meanwhile; then 429, `Retry-After`, and after that wait one more. After
 * a pause in which idle actors leave memory it tries each again: only what time has given back passes. Frames go over the
 * sockets of several rooms at once.
 *
 * The long form makes every act of every limit. The short form spends all but `FEW` units of most limits at once, through
 * a door of the lab server, and makes the rest; it makes every act of one limit of each way of counting, drawn by the seed.
 * An act that counts elsewhere than that door spends, or a limit other than documented, shows in both forms alike.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { type Answer, ApiClient } from '../../harness/api-client.ts'
import { Random } from '../../harness/random.ts'
import { type LabServer, startLabServer } from '../../harness/server.ts'
import { Findings, type Trial } from '../../harness/trial.ts'
import { each } from '../../harness/waiting.ts'
import { flood, Room } from './frame-flood.ts'
import { acts, entrances, type Limited } from './limited-acts.ts'

const OPTIONS = { whole: 1 }
/** Acts that the short form makes of a limit that it does not make in full. */
const FEW = 8
/** Waits that are kept; longer ones are only read, in seconds. */
const WAITED = 2
const WIDTH = 16
/** Refusals that are enough to look at, and the multiple of the limit at which they must have come. */
const ENOUGH = 10
const MOST = 5
/** Acts of a class that one room may let through before it has asked. */
const AHEAD = 3
/** Rooms that one person has open at once. */
const ROOMS = 3
/** Longer than an idle actor stays in memory, in milliseconds. */
const QUIET = 11_000
/** Times a second that are given back at most where a second burst tells anything: others are full again by then. */
const TELLING = 0.7
/** Frames that are sent at least: a small burst is spent by the first of them. */
const FLOOD = 1_000
/** Rates that no request is refused by: of coming online and going beyond it, others are not told at once. */
const SILENT = ['presence']
/** Classes of which an isolate of the Worker asks the budget for several acts at once: see `LEASED` in `src/api/spending.ts`. */
const LEASED = ['read', 'list', 'search', 'media']

interface Rate {
  limit: number
  /** In seconds. */
  per: number
}

/** A limit that has been run into: when (ms, `performance.now()`), and what to try again. */
interface Spent {
  what: string
  limited: Limited
  rate: Rate
  at: number
}

export const s11: Trial<typeof OPTIONS> = {
  title: 'the limits at their documented figures',
  /** `whole`: 1 to make every act of every limit. */
  options: OPTIONS,
  short: { whole: 0 },
  async run({ whole, seed }) {
    const server = await startLabServer({ deployed: true })
    try {
      await server.lightPasswords()
      const api = new ApiClient(server.url)
      const boss = await api.register('boss')
      await server.makeStaff(boss.id)
      const findings = new Findings()
      const { rates } = await api.call('GET', '/api/limits/')
      const all = Object.entries({ ...(await entrances(api)), ...(await acts(api, boss)) })
      const inFull = whole ? all.map(([what]) => what) : drawn(all, new Random(seed))
      const exhausted = async (some: [string, Limited][]): Promise<Spent[]> => {
        const spent: Spent[] = []
        const waited: Promise<void>[] = []
        for (const [what, limited] of some) {
          const rate = rates[limited.rate] as Rate
          const began = performance.now()
          const left = inFull.includes(what) ? rate.limit : await leaveFew(server, limited, rate)
          waited.push((await exhaust(what, limited, { ...rate, left, began }, findings)).waited)
          spent.push({ what, limited, rate, at: performance.now() })
        }
        await Promise.all(waited)
        return spent
      }
      const isTelling = ([, { rate }]: [string, Limited]) => rates[rate].limit / rates[rate].per <= TELLING
      const spent = await exhausted(all.filter(isTelling))
      const quietSince = performance.now()
      // Other people's acts: the budgets that are to leave memory are left alone meanwhile.
      await exhausted(all.filter((each) => !isTelling(each)))
      const overSockets = await floods(api, rates, findings)
      const tried = new Set([...all.map(([, { rate }]) => rate), ...overSockets])
      findings.expect(
        'documented rates that nobody runs into here',
        Object.keys(rates).filter((name) => !tried.has(name) && !SILENT.includes(name)),
        [],
      )
      await pause(Math.max(0, quietSince + QUIET - performance.now()))
      for (const each of spent) await again(each, findings)
      return findings.outcome()
    } finally {
      await server.stop()
    }
  },
}

/** How a limit is counted: what one act of each way shows of it holds for the others of that way. */
function wayOf({ rate, counted }: Limited): string {
  if (counted?.tries) return 'tries'
  if (counted?.rates) return 'rates'
  if (counted === undefined) return 'work'
  return LEASED.includes(rate) ? 'leased' : 'asked for one by one'
}

/** One limit of each way of counting. @returns their names */
function drawn(all: [string, Limited][], random: Random): string[] {
  const ways = Map.groupBy(all, ([, limited]) => wayOf(limited))
  return [...ways.values()].map((some) => random.pick(some)[0])
}

/** Spends all but `FEW` of a limit. @returns how many acts are left */
async function leaveFew(server: LabServer, { rate, counted }: Limited, { limit }: Rate): Promise<number> {
  if (limit <= FEW || !counted) return limit
  await server.spend({ ...counted, rate, times: limit - FEW })
  return FEW
}

/**
 * Acts until it is refused and some more, and compares how often it went through with what was `left` of a rate at a moment
 * (ms, `performance.now()`).
 * @returns when the trial has also waited for as long as the refusals said, and has tried once more
 */
async function exhaust(
  what: string,
  { within, ask, inTurn, takes = 1, besides = 0, patience = 0 }: Limited,
  { limit, per, left, began }: Rate & { left: number; began: number },
  findings: Findings,
): Promise<{ waited: Promise<void> }> {
  let through = 0
  const refused: Answer[] = []
  // The first alone: where something is made by it, the others meet what is there.
  const firstAnswer = await ask(0)
  if (firstAnswer.status === 429) findings.fail(`${what} was refused at once`)
  else through += 1
  // On a slow machine time gives back while this goes on: it ends when enough have been refused.
  const more = Array.from({ length: Math.ceil(limit / takes) * MOST }, (_, n) => n + 1)
  await each(more, inTurn ? 1 : WIDTH, async (n) => {
    if (refused.length >= ENOUGH) return
    const answer = await ask(n)
    if (answer.status === 429) refused.push(answer)
    else {
      through += 1
      findings.expect(`${what}, within the limit`, answer.status, within)
    }
  })
  const seconds = (performance.now() - began) / 1_000 + patience
  exact(what, through, left / takes, (seconds * limit) / per / takes, findings, besides / takes)
  const waits = refused.map(({ headers }) => Number(headers.get('retry-after')))
  for (const [index, { body }] of refused.entries()) {
    findings.expect(`${what}, refused`, body.code, 'rate_limited')
    const wait = waits[index] ?? 0
    if (!Number.isInteger(wait) || wait < 1 || wait > Math.ceil(per)) findings.fail(`${what}: Retry-After is ${wait}`)
  }
  if (refused.length === 0) findings.fail(`${what} was never refused`)
  const wait = Math.max(0, ...waits)
  const afterwards = async () => {
    await pause(wait * 1_000)
    findings.expect(`${what}, after Retry-After`, (await ask(limit * 2)).status, within)
  }
  return { waited: refused.length > 0 && wait <= WAITED ? afterwards() : Promise.resolve() }
}

/** After a pause: what is let through now is what the time since then has given back. */
async function again({ what, limited, rate, at }: Spent, findings: Findings): Promise<void> {
  const { ask, takes = 1, patience = 0 } = limited
  let through = 0
  for (let refused = 0, n = 1; refused < 2 && through <= rate.limit; n++) {
    const { status } = await ask(rate.limit * 3 + n)
    if (status === 429) refused += 1
    else through += 1
  }
  const seconds = (performance.now() - at) / 1_000 + patience
  const most = Math.ceil((seconds * rate.limit) / rate.per / takes) + 1
  findings.count('limits run into again after a pause')
  if (through > most) findings.fail(`${what}, after a pause: ${through} were let through instead of ${most} at most`)
}

/**
 * Runs into the limits of frames, over the sockets of several rooms in turn: the figure is of all of them together.
 * @returns the rates that were run into
 */
async function floods(api: ApiClient, rates: Record<string, Rate>, findings: Findings): Promise<string[]> {
  const tried: string[] = []
  const trial = async (name: string, frame: (n: number, message: number) => object) => {
    const person = await api.register(name)
    const rooms: Room[] = []
    for (let n = 0; n < ROOMS; n++) rooms.push(await Room.open(api, person))
    const rate = rates[name] as Rate
    const began = performance.now()
    const passed = await flood(rooms, frame, Math.max(rate.limit * MOST, FLOOD))
    // One message in each room was sent before.
    // A room may let a few through before the budget answers (`AHEAD_USUALLY` in src/actor/budget/leases.ts).
    const ahead = (ROOMS * AHEAD * rate.per) / rate.limit
    const seconds = (performance.now() - began) / 1_000 + ahead
    exact(name, passed, rate.limit, (seconds * rate.limit) / rate.per, findings, ROOMS)
    if (name === 'frames') {
      for (const { closed } of rooms) findings.expect('the end of a flood', await closed, 4429)
    } else for (const room of rooms) room.close()
    tried.push(name)
  }
  await trial('send', () => ({ type: 'send_message', content: 'x' }))
  await trial('receipt', (_, message_id) => ({ type: 'read_message', message_id }))
  await trial('typing', () => ({ type: 'stop_typing' }))
  await trial('signal', () => ({ type: 'signal', name: 'knock' }))
  // What is malformed closes sooner; a good frame now and then shows that it is the number alone.
  await trial('frames', (n) => ({ type: n % 20 === 0 ? 'stop_typing' : 'nothing' }))
  return tried
}

/** Compares what passed with what was left: none too few, but for what was taken `besides`, and no more than time gave back. */
function exact(what: string, through: number, left: number, given: number, findings: Findings, besides = 0): void {
  const most = Math.floor(left + given)
  findings.figures[`${what}: let through, left ${Math.floor(left)}, given back ${most - Math.floor(left)}`] = through
  findings.count('limits run into')
  const least = Math.floor(left - besides)
  if (through < least || through > most)
    findings.fail(`${what}: ${through} were let through instead of ${least} to ${most}`)
}
