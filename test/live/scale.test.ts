/** The figures past one machine: what is found from measurements, and what is simulated from what was found. */
import { describe, expect, it } from 'vitest'
import { type Costs, costsOf, type Flowing, turnOf } from '../../lab/benchmarks/scale/costs.ts'
import { directoryFootprint, messageFootprint } from '../../lab/benchmarks/scale/footprint.ts'
import { grow } from '../../lab/benchmarks/scale/growth.ts'
import { plot } from '../../lab/benchmarks/scale/plot.ts'
import { capacity, LATEST, simulate } from '../../lab/benchmarks/scale/relays.ts'
import { filled, section } from '../../lab/benchmarks/scale/report.ts'
import { EventQueue } from '../../lab/harness/event-queue.ts'

const COSTS: Costs = { turn: 1, message: 0.15, frame: 0.05, event: 0.004 }
const ALONE = { relays: 0, hop: 0, call: 0 }
const NEAR = { hop: 5, call: 0.06 }

/** What rooms with these costs would have done. */
const FLOWS: Flowing[] = [10, 100, 500, 2_000].flatMap((sockets) =>
  [1, 40].map((window) => ({ sockets, window, rate: (window * 1_000) / turnOf(COSTS, window, sockets) })),
)

describe('the costs of a turn', () => {
  it('are found from how fast rooms were', () => {
    const found = costsOf(FLOWS)
    for (const part of ['turn', 'message', 'frame', 'event'] as const) expect(found[part]).toBeCloseTo(COSTS[part], 4)
  })

  it('are never below zero, however uneven the measurements', () => {
    const uneven = FLOWS.map((flow, n) => ({ ...flow, rate: flow.rate * (n % 2 === 0 ? 0.5 : 1.5) }))
    for (const cost of Object.values(costsOf(uneven))) expect(cost).toBeGreaterThanOrEqual(0)
  })

  it('cannot be found from three measurements', () => {
    expect(() => costsOf(FLOWS.slice(0, 3))).toThrow('Four measurements')
  })
})

describe('the simulation of relays', () => {
  it.each(FLOWS)('does with $sockets sockets and $window messages under way what the measured room did', (flow) => {
    const { sockets, window, rate } = flow
    const turns = (100 * window) / rate
    const simulated = simulate(costsOf(FLOWS), { sockets, ...ALONE }, { window }, 1, turns)
    expect(simulated.rate / rate).toBeGreaterThan(0.95)
    expect(simulated.rate / rate).toBeLessThan(1.05)
  })

  it('notices a room that was slower than its costs say', () => {
    const { rate } = simulate({ ...COSTS, event: 0.008 }, { sockets: 2_000, ...ALONE }, { window: 40 }, 1)
    expect(rate / (FLOWS.at(-1) as Flowing).rate).toBeLessThan(0.8)
  })

  it('gives the same figures for the same seed, and others for another', () => {
    const played = (seed: number) => simulate(COSTS, { sockets: 5_000, relays: 3, ...NEAR }, { rate: 20 }, seed)
    expect(played(1)).toEqual(played(1))
    expect(played(2)).not.toEqual(played(1))
  })

  it('brings every message to every socket, once', () => {
    const shape = { sockets: 10_000, relays: 5, ...NEAR }
    const { rate, deliveries } = simulate(COSTS, shape, { rate: 5 }, 1, 60)
    expect(rate).toBeGreaterThan(4)
    // What was said at the very end is still under way.
    expect(deliveries / rate).toBeGreaterThan(9_900)
    expect(deliveries / rate).toBeLessThanOrEqual(10_000)
  })

  it('makes a crowd bearable that one object cannot serve, and a small room no faster', () => {
    const crowd = { sockets: 20_000, relays: 10, ...NEAR }
    expect(capacity(COSTS, { ...crowd, relays: 0 }, 1)).toBe(0)
    expect(capacity(COSTS, crowd, 1)).toBeGreaterThan(5)
    const small = { sockets: 100, ...NEAR }
    const [direct, relayed] = [0, 1].map((relays) => simulate(COSTS, { ...small, relays }, { rate: 5 }, 1).p50)
    expect(relayed).toBeGreaterThan((direct as number) + 2 * NEAR.hop)
    expect(simulate(COSTS, crowd, { rate: capacity(COSTS, crowd, 1) }, 1, 5).p99).toBeLessThanOrEqual(LATEST)
  })
})

it('what is planned happens in the order of its times, and of its planning', () => {
  const queue = new EventQueue()
  const happened: number[] = []
  const times = [5, 1, 4, 1, 3, 9, 2, 6, 5, 3]
  times.forEach((time, place) => {
    queue.at(time, () => happened.push(time * 100 + place))
  })
  queue.at(20, () => happened.push(0))
  queue.run(10)
  expect(happened).toEqual(times.map((time, place) => time * 100 + place).sort((a, b) => a - b))
  expect(queue.now).toBe(9)
})

describe('bytes', () => {
  it('of a row are those of SQLite under the product’s migrations', () => {
    const each = directoryFootprint(2_000, 1)
    // An account has a name thrice, an address and a password’s hash; a membership is two ids twice.
    expect(each.user).toBeGreaterThan(200)
    expect(each.membership).toBeGreaterThan(30)
    expect(each.user).toBeGreaterThan(3 * each.membership)
  })

  it('of a message are more than its text, and fewer when many are compressed', () => {
    const { row, repeat, search, text, segment } = messageFootprint(3_000)
    expect(row).toBeGreaterThan(text)
    expect(Math.min(repeat, search)).toBeGreaterThan(10)
    expect(segment).toBeLessThan(row)
  })
})

const OPERATION = {
  id: 'op',
  title: 'An operation',
  axis: 'things',
  plotted: ['p50'],
  figures: [{ name: 'p50', unit: 'ms' }],
  ready: async () => {},
}

describe('what is written', () => {
  it('says which size failed, and goes on with the others', async () => {
    const measure = async (size: number) => {
      if (size === 10) throw new Error('it | broke')
      return { p50: size * 2 }
    }
    const told: number[] = []
    const growth = await grow({ ...OPERATION, sizes: [1, 10, 100], measure }, ({ size }) => told.push(size))
    expect(told).toEqual([1, 10, 100])
    expect(section(growth)).toContain('| 10 | failed: it / broke |\n| 100 | 200 |')
  })

  it('says of every size what was missing, when the operation had nothing to work on', async () => {
    const ready = () => Promise.reject(new Error('no server'))
    const growth = await grow({ ...OPERATION, sizes: [1, 10], ready, measure: async () => ({ p50: 1 }) }, () => {})
    expect(growth.points).toEqual([1, 10].map((size) => ({ size, error: 'no server' })))
  })

  it('has a plot with its title, its units, and every point in the box', () => {
    const points = [1_000, 10_000, 1_000_000].map((x) => ({ x, y: x / 1_000 }))
    const svg = plot({ title: 'A < B', x: 'messages', y: 'milliseconds', series: [{ name: 'p50', points }] })
    for (const text of ['A &lt; B', 'messages', 'milliseconds', '1,000,000', 'prefers-color-scheme: dark'])
      expect(svg).toContain(text)
    const marks = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)])
    expect(marks.slice(0, 3)).toEqual([
      [76, 288],
      [expect.closeTo(249.3, 0), expect.closeTo(208, 0)],
      [596, 48],
    ])
    expect(() => plot({ title: 'none', x: '', y: '', series: [] })).toThrow('nothing to draw')
  })

  it('fills the places of a page again and again, and nothing else of it', () => {
    const page = 'before <!-- filled: one --> old <!-- end --> between <!-- filled: two --><!-- end --> after'
    const once = filled(page, { one: 'first', two: 'second' })
    expect(once).toBe(
      'before <!-- filled: one -->\n\nfirst\n\n<!-- end --> between <!-- filled: two -->\n\nsecond\n\n<!-- end --> after',
    )
    expect(filled(once, { one: 'first', two: 'second' })).toBe(once)
    expect(() => filled(page, { three: '' })).toThrow('no place for three')
  })
})
