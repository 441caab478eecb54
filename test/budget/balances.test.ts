/** What a budget remembers of a burst: never less than was spent, in few rows, and nothing of what is soon given back. */
import { describe, expect, it } from 'vitest'
import { Balances, type Until } from '../../src/budget/balances'
import { RATES, TIMES } from '../../src/config'
import { intervalOf } from '../../src/protocol'

const NOW = Date.UTC(2026, 10, 30)
const { limit } = RATES.send
const STEP = intervalOf(RATES.send)

/** A budget over a disk: `end` ends its life. */
function budget() {
  let disk: Until = {}
  let writes = 0
  let balances = new Balances()
  return {
    spend(times: number, now: number) {
      balances.spend('send', now, times)
      const until = balances.toStore(now)
      if (!until) return
      disk = until
      writes += 1
    },
    left: (now: number) => Math.floor(balances.left('send', now)),
    end() {
      balances = new Balances()
      balances.load(disk)
    },
    writes: () => writes,
  }
}

describe('a budget', () => {
  it('writes a few rows for a whole burst, spent one by one', () => {
    const { spend, writes, left } = budget()
    for (let times = 0; times < limit; times++) spend(1, NOW)
    expect(left(NOW)).toBe(0)
    expect(writes()).toBeGreaterThan(1)
    expect(writes()).toBeLessThan(15)
  })

  it('writes nothing for what would be given back before it can leave memory', () => {
    const { spend, writes, end, left } = budget()
    const few = Math.floor(TIMES.minimumAwake / STEP)
    spend(few, NOW)
    expect(writes()).toBe(0)
    end()
    expect(left(NOW + TIMES.minimumAwake)).toBe(limit)
  })

  it.each([0.01, 0.1, 0.5, 1])(
    'never gives more than its rate, whenever its life ends: every %d of a burst',
    (share) => {
      const { spend, left, end } = budget()
      const each = Math.max(1, Math.floor(limit * share))
      let through = 0
      let now = NOW
      // A quiet while after each life, as long as an actor needs to leave memory.
      for (let life = 0; life < 200; life++) {
        const times = Math.min(each, left(now))
        spend(times, now)
        through += times
        end()
        now += TIMES.minimumAwake
      }
      expect(through).toBeLessThanOrEqual(limit + (now - NOW) / STEP)
    },
  )

  it('takes no more than as much again from somebody whose life ended', () => {
    const { spend, left, end } = budget()
    spend(100, NOW)
    end()
    expect(left(NOW)).toBeGreaterThanOrEqual(limit - 200)
    expect(left(NOW)).toBeLessThanOrEqual(limit - 100)
  })
})
