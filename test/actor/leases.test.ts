/** Leases of budgets: exact over all actors together, with fewer calls the more is done, and no way round by a new life. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Leases } from '../../src/actor/budget/leases'
import type { Grant, LeaseRequest } from '../../src/actor/rpc/lease-request'
import { Balances } from '../../src/budget/balances'
import { areRatesOn, RATES, TIMES } from '../../src/config'
import type { RateName } from '../../src/protocol'
import { switchRates } from '../support/rates'
import { pause } from '../support/world'

const USER = 7

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 10, 30) })
  switchRates('on')
})
afterEach(() => {
  switchRates('off')
  vi.useRealTimers()
})

/** A budget that grants by class alone, and what it was asked. */
function budget() {
  const balances = new Balances()
  const orders: LeaseRequest[] = []
  let answers = true
  const ask = async (_: number, order: LeaseRequest): Promise<Grant> => {
    orders.push(order)
    if (!answers) throw new Error('Away')
    const now = Date.now()
    const grant: Grant = {
      acts: {},
      work: order.workWanted ?? 0,
      wait: {},
      workWait: 0,
      overdrawn: 0,
      hasCredit: true,
    }
    for (const [rate, times] of Object.entries(order.done ?? {}) as [RateName, number][])
      balances.spend(rate, now, times)
    for (const [rate, times] of Object.entries(order.want ?? {}) as [RateName, number][]) {
      const granted = Math.min(times, Math.floor(balances.left(rate, now)))
      balances.spend(rate, now, granted)
      if (granted > 0) grant.acts[rate] = granted
      else grant.wait[rate] = balances.wait(rate, now, 1)
      if (balances.left(rate, now) < RATES[rate].limit / 2) grant.hasCredit = false
    }
    return grant
  }
  return {
    ask,
    orders,
    fail: () => (answers = false),
    left: (rate: RateName) => Math.floor(balances.left(rate, Date.now())),
  }
}

/** An actor of this budget, and its sockets' memory of it. */
function actor({ ask }: ReturnType<typeof budget>, ample = true) {
  const memory = { ample }
  const leases = new Leases(ask, (_, told) => {
    memory.ample = told
  })
  /** Does it as often as it is let through, at once. @returns how often that was, and the last refusal. */
  async function act(rate: RateName, times: number) {
    let through = 0
    for (let n = 0; n < times; n++) {
      let turn = leases.take(USER, rate, memory.ample)
      while (turn instanceof Promise) {
        await turn
        turn = leases.take(USER, rate, memory.ample)
      }
      if (turn) return { through, refused: turn }
      through += 1
    }
    return { through, refused: null }
  }
  return { leases, act, memory }
}

describe('a lease', () => {
  it('lets through what the rate says, and then says when to come back', async () => {
    const { act } = actor(budget())
    const { limit, per } = RATES.send
    const { through, refused } = await act('send', limit * 2)
    expect(through).toBe(limit)
    expect(refused).toEqual({ refused: 'rate_limited', retryAfter: 1 })
    vi.setSystemTime(Date.now() + (10 * per) / limit)
    expect((await act('send', limit)).through).toBe(10)
  })

  it('holds over several actors together', async () => {
    const one = budget()
    const rooms = Array.from({ length: 8 }, () => actor(one))
    const all = await Promise.all(rooms.map(({ act }) => act('send', RATES.send.limit)))
    const through = all.reduce((sum, each) => sum + each.through, 0)
    // What an actor holds when it stops asking is nobody else's.
    expect(through).toBeLessThanOrEqual(RATES.send.limit)
    expect(through).toBeGreaterThan(RATES.send.limit / 2)
  })

  it('asks more seldom the more is done', async () => {
    const one = budget()
    const { act } = actor(one)
    await act('send', RATES.send.limit)
    expect(one.orders.length).toBeLessThan(25)
  })

  it('takes nothing from somebody who does one thing in each life of an actor', async () => {
    const one = budget()
    for (let life = 0; life < 20; life++) {
      await actor(one).act('send', 1)
      await pause(5)
    }
    expect(one.left('send')).toBe(RATES.send.limit - 20)
  })

  it('lets nobody act ahead of a budget that has little left, in any life', async () => {
    const one = budget()
    await actor(one).act('send', RATES.send.limit)
    const { memory } = actor(one, false)
    for (let life = 0; life < 20; life++) expect((await actor(one, memory.ample).act('send', 5)).through).toBe(0)
  })

  it('is told of work that was done, and holds everything up while more was done than there was', async () => {
    const orders: LeaseRequest[] = []
    const leases = new Leases(
      async (_, order) => {
        orders.push(order)
        return { acts: {}, work: 0, wait: {}, workWait: 0, overdrawn: 5_000, hasCredit: false }
      },
      () => undefined,
    )
    leases.charge(USER, 40)
    leases.charge(USER, 2)
    await pause(5)
    expect(orders).toMatchObject([{ workDone: 42 }])
    expect(leases.take(USER, 'react', true)).toEqual({ refused: 'rate_limited', retryAfter: 5 })
  })

  it('stops nobody when the budget does not answer, and lets nobody do without limit', async () => {
    const one = budget()
    one.fail()
    const { act } = actor(one, false)
    const { through, refused } = await act('send', 1_000)
    expect(through).toBeGreaterThan(5)
    expect(through).toBeLessThan(50)
    expect(refused?.retryAfter).toBeLessThanOrEqual(TIMES.minimumAwake / 1_000)
  })

  it('counts nothing where rates are off', async () => {
    switchRates('off')
    const one = budget()
    const { act } = actor(one)
    expect((await act('send', RATES.send.limit * 2)).refused).toBeNull()
    expect(one.orders).toEqual([])
  })

  it('gives back what was not needed', async () => {
    const one = budget()
    const { act, leases } = actor(one)
    await act('send', RATES.send.limit)
    leases.giveBack(USER, 'send')
    expect((await act('send', 5)).through).toBe(1)
  })
})

it.each([
  ['development', 'off', false],
  ['development', 'on', true],
  ['production', 'on', true],
  ['production', 'off', true],
] as const)('in %s with RATE_LIMITS=%s rates hold: %s', (ENVIRONMENT, RATE_LIMITS, hold) => {
  expect(areRatesOn({ ENVIRONMENT, RATE_LIMITS })).toBe(hold)
})
