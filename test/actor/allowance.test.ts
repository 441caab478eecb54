/** Counting how often somebody does something: exact, given back with time, bounded in memory. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Allowance } from '../../src/actor/allowance'
import { areRatesOn, RATES } from '../../src/config'
import { oneMore, stepOf } from '../../src/protocol'
import { switchRates } from '../support/rates'

const RATE = { limit: 3, per: 3_000 }

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) })
  switchRates('on')
})
afterEach(() => {
  switchRates('off')
  vi.useRealTimers()
})

describe('an allowance', () => {
  it('lets as many through as the rate says, whoever else asks, and then says when to come back', () => {
    const allowance = new Allowance(RATE)
    for (let n = 0; n < RATE.limit; n++) expect(allowance.take(1)).toBeNull()
    expect(allowance.take(1)).toEqual({ refused: 'rate_limited', retryAfter: 1 })
    expect(allowance.take(2)).toBeNull()
  })

  it('gives one back at a time, and never more than all', () => {
    const allowance = new Allowance(RATE)
    for (let n = 0; n < RATE.limit; n++) allowance.take(1)
    vi.advanceTimersByTime(stepOf(RATE) - 1)
    expect(allowance.take(1)).not.toBeNull()
    vi.advanceTimersByTime(1)
    expect(allowance.take(1)).toBeNull()
    expect(allowance.take(1)).not.toBeNull()
    vi.advanceTimersByTime(100 * RATE.per)
    const taken = Array.from({ length: 10 }, () => allowance.take(1))
    expect(taken.filter((refused) => refused === null)).toHaveLength(RATE.limit)
  })

  it('is not used up by what it refuses', () => {
    const allowance = new Allowance(RATE)
    for (let n = 0; n < 50; n++) allowance.take(1)
    vi.advanceTimersByTime(stepOf(RATE))
    expect(allowance.take(1)).toBeNull()
  })

  it('holds nobody up where rates are off', () => {
    switchRates('off')
    const allowance = new Allowance(RATE)
    for (let n = 0; n < 50; n++) expect(allowance.take(1)).toBeNull()
  })
})

it('a rate is kept to in the long run by whoever always asks', () => {
  let until = 0
  let through = 0
  for (let now = 0; now < 60_000; now += 10) {
    const next = oneMore(RATE, until, now)
    if (next.wait > 0) continue
    until = next.until
    through += 1
  }
  expect(through).toBe(RATE.limit + 59)
})

it('every rate gives back whole milliseconds, so that tables and memory count alike', () => {
  for (const rate of Object.values(RATES)) expect(rate.per % rate.limit).toBe(0)
})

it.each([
  ['development', 'off', false],
  ['development', 'on', true],
  ['production', 'on', true],
  ['production', 'off', true],
] as const)('in %s with RATE_LIMITS=%s rates hold: %s', (ENVIRONMENT, RATE_LIMITS, hold) => {
  expect(areRatesOn({ ENVIRONMENT, RATE_LIMITS })).toBe(hold)
})
