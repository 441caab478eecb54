/**
 * S14: what one account can cost its operator in an hour. Each act is done by real people on the real actors, with the rates
 * on; what it takes is counted until nothing follows from it any more, in the actors of everybody whom it reaches, and
 * compared with what the person's budget is charged for it. `npm run cost -- attack` does all of them and prints the table.
 */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterAll, afterEach, beforeAll, expect, inject, test, vi } from 'vitest'
import { Leases } from '../../src/actor/budget/leases'
import type { LeaseRequest } from '../../src/actor/rpc/lease-request'
import { forgetLocalLeases } from '../../src/api/usecases/spending'
import { Budget } from '../../src/budget/budget'
import { RATES, TIMES } from '../../src/config'
import type { Rate, RateName } from '../../src/protocol'
import { switchRates } from '../support/rates'
import { cast, group, type Line, type Someone, signUp } from '../support/world'
import { ACTS, type Act, type Measured, type Stage } from './acts'
import { Meter, priced } from './meter'

/** Longer than anything is held back: pushes a quarter of a second, cursors one. */
const REST = 1_150
const LOOK = 50
/** People whom an act can reach, all of whom have been here before. */
const CROWD = 20
/** How much dearer an act may be than what is charged for it: what is counted comes in whole rows. */
const TOLERANCE = 1.1

const setTimer = globalThis.setTimeout
/** By a timer that is not counted. */
const pause = (ms: number) => new Promise<void>((resolve) => setTimer(resolve, ms))

const meter = new Meter()
const measured: Record<string, Measured> = {}
/** What budgets were charged since it was last asked. */
const charges = { work: 0, acts: {} as Partial<Record<RateName, number>> }
let stage: Stage
const lines: Line[] = []
/** As the runtime gives them: what the meter puts in their place is for the product alone. */
const { BUDGETS, SIDEBARS } = env

const count = (rate: RateName, by = 1) => {
  charges.acts[rate] = (charges.acts[rate] ?? 0) + by
  charges.work += by * RATES[rate].cost
}

/** Leases count what is taken of them; what the Worker asks for is asked for one by one. */
function watchCharges(): void {
  const { take, charge, giveBack } = Leases.prototype
  vi.spyOn(Leases.prototype, 'take').mockImplementation(function (this: Leases, user, rate, ample) {
    const turn = take.call(this, user, rate, ample)
    if (turn === null) count(rate)
    return turn
  })
  vi.spyOn(Leases.prototype, 'giveBack').mockImplementation(function (this: Leases, user, rate) {
    count(rate, -1)
    giveBack.call(this, user, rate)
  })
  vi.spyOn(Leases.prototype, 'charge').mockImplementation(function (this: Leases, user, work) {
    charges.work += Math.max(0, work)
    charge.call(this, user, work)
  })
  const { take: ask } = Budget.prototype
  vi.spyOn(Budget.prototype, 'take').mockImplementation(function (this: Budget, order: LeaseRequest) {
    const grant = ask.call(this, order)
    if (order.whole) {
      for (const [rate, times] of Object.entries(grant.acts) as [RateName, number][]) count(rate, times)
      charges.work += grant.work + (Object.keys(grant.acts).length > 0 ? (order.workWanted ?? 0) : 0)
    } else if (order.workWanted === undefined) charges.work += order.workDone ?? 0
    return grant
  })
}

async function rest(): Promise<void> {
  let counted = ''
  for (let quiet = 0; quiet < REST; quiet += LOOK) {
    await pause(LOOK)
    const now = JSON.stringify(meter.bill())
    if (now !== counted) quiet = 0
    counted = now
  }
}

beforeAll(async () => {
  const { eve } = await cast('eve')
  const crowd: Someone[] = []
  for (let n = 0; n < CROWD; n++) crowd.push(await signUp(`member${n}`))
  // Everybody has been here: their actors have their tables, as those of people who use the product do.
  await group(eve, crowd)
  await pause(REST)
  await meter.install()
  watchCharges()
  switchRates('on')
  stage = {
    eve,
    crowd,
    pause,
    keep: async (line) => {
      const kept = await line
      lines.push(kept)
      return kept
    },
    newcomer: () => signUp(`new${Math.random()}`.replace('.', '')),
  }
})

afterAll(() => {
  switchRates('off')
  vi.restoreAllMocks()
})

/** A budget of which nothing is spent. */
async function renew({ id }: Someone): Promise<void> {
  const budget = BUDGETS.getByName(String(id))
  await runInDurableObject(budget, (_, { storage: { sql } }) => {
    const [table] = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'spent'").toArray()
    if (table) sql.exec('DELETE FROM spent')
  })
  await evictDurableObject(budget)
  forgetLocalLeases()
}

/** Closes what was opened, and lets everybody be gone. */
async function leave(): Promise<void> {
  const opened = lines.splice(0)
  for (const line of opened) line.close()
  await Promise.all(opened.map((line) => line.closed()))
  await rest()
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.setSystemTime(Date.now() + 2 * TIMES.presenceGrace)
  for (const { id } of [stage.eve, ...stage.crowd]) await runDurableObjectAlarm(SIDEBARS.getByName(String(id)))
  vi.useRealTimers()
}

/** Does an act and counts it, for each time that it is done. */
async function measure({ name, prepare, act, times = 1, cpu }: Act): Promise<Measured> {
  switchRates('off')
  try {
    const ready = await prepare?.(stage)
    await rest()
    await renew(stage.eve)
    switchRates('on')
    meter.reset()
    charges.work = 0
    charges.acts = {}
    for (let n = 0; n < times; n++) await act(stage, ready as never, n)
    await rest()
  } finally {
    switchRates('off')
  }
  const bill = meter.bill()
  // Of what an isolate has leased, only what was used.
  for (const [rate, left] of Object.entries(forgetLocalLeases()) as [RateName, number][]) count(rate, -left)
  const acts = Object.fromEntries(Object.entries(charges.acts).map(([rate, many]) => [rate, many / times]))
  const taken = priced(bill, cpu) / times
  const charged = charges.work / times
  const most = mostInAnHour(acts, charged)
  return { name, bill, taken, charged, acts, hour: { times: most, dollars: (most * taken) / 1e6 } }
}

const HOUR = 3_600_000
/** What one account may cost in an hour, in dollars. */
const GOAL = 0.05

/** How often a rate lets something through within an hour that begins with a whole burst. */
const hourOf = ({ limit, per }: Rate) => limit + (HOUR * limit) / per

function mostInAnHour(acts: Measured['acts'], charged: number): number {
  const byClass = Object.entries(acts).map(([rate, many]) => hourOf(RATES[rate as RateName]) / many)
  return Math.floor(Math.min(hourOf(charged > 0 ? RATES.work : RATES.register) / Math.max(charged, 1), ...byClass))
}

afterEach(leave)

const isLong = inject('attack')
const chosen = ACTS.filter(({ short }) => isLong || short)

test.each(chosen.map((act) => [act.name, act] as const))(
  '%s costs no more than is charged for it',
  async (name, act) => {
    const of = await measure(act)
    measured[name] = of
    console.info(
      name,
      of.taken.toFixed(2),
      of.charged.toFixed(2),
      JSON.stringify(of.acts),
      JSON.stringify({ ...of.bill, calls: undefined }),
      JSON.stringify(of.bill.calls),
    )
    if (!act.uncharged) expect(of.taken).toBeLessThanOrEqual(of.charged * TOLERANCE)
    expect(of.hour.dollars).toBeLessThanOrEqual(GOAL)
  },
)

test('all of it is told', ({ task }) => {
  Object.assign(task.meta, { measured })
  expect(Object.keys(measured)).toHaveLength(chosen.length)
})
