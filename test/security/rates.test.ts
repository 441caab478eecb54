/**
 * S15: the rate of each route and each frame, read from the route table itself, and that a spent burst is remembered:
 * through quiet, eviction and restart, and over all rooms.
 */
import { evictDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { app } from '../../src/api/app'
import { ratesOf } from '../../src/api/middleware/rate-limit'
import { forgetLocalLeases } from '../../src/api/usecases/spending'
import { RATES } from '../../src/config'
import { FEED_RATES } from '../../src/feed/sockets/frames'
import { FeedUp, RATE_CLASSES, type RateName, RoomUp, SidebarUp } from '../../src/protocol'
import { ROOM_RATES } from '../../src/room/sockets/frames'
import { SIDEBAR_RATES } from '../../src/sidebar/sidebar'
import { switchRates } from '../support/rates'
import { type Answer, ask, get, post, type Someone, signUp } from '../support/world'

/** Acts that a test does by the route itself, of a whole burst. */
const FEW = 5

const isEndpoint = ({ method, path }: { method: string; path: string }) => method !== 'ALL' && !path.includes('*')

/** Every route, and what its handlers say that it is counted as. */
function ratedRoutes(table: typeof app.routes): Map<string, string[]> {
  const routes = new Map<string, string[]>()
  for (const route of table.filter(isEndpoint)) {
    const name = `${route.method} ${route.path}`
    routes.set(name, [...(routes.get(name) ?? []), ...(ratesOf(route.handler) ?? [])])
  }
  return routes
}

const without = (routes: Map<string, string[]>) => [...routes].filter(([, rates]) => rates.length === 0)

describe('the route table', () => {
  it('names for every route a class that GET /api/limits/ lists', async () => {
    const routes = ratedRoutes(app.routes)
    expect(routes.size).toBeGreaterThan(80)
    expect(without(routes)).toEqual([])
    const listed = Object.keys((await ask('GET', '/api/limits/')).body.rates)
    const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    for (const [route, rates] of routes) {
      for (const rate of rates)
        if (rate !== 'open') expect([route, listed]).toEqual([route, expect.arrayContaining([snake(rate)])])
    }
  })

  it('shows a route that names none', () => {
    const bare = [
      ...app.routes,
      { ...app.routes[0], basePath: '/', method: 'POST', path: '/api/new', handler: () => undefined },
    ]
    expect(without(ratedRoutes(bare as never))).toEqual([['POST /api/new', []]])
  })

  it('leaves open only what says the same to everybody', () => {
    const open = [...ratedRoutes(app.routes)].filter(([, rates]) => rates.includes('open')).map(([route]) => route)
    expect(open.sort()).toEqual(['GET /api/limits', 'GET /api/schema', 'GET /dev/demo', 'GET /dev/mail', 'GET /health'])
  })
})

describe('the frames', () => {
  const commands = (schema: { options: readonly { shape: Record<string, unknown> }[] }, name: string) =>
    schema.options.map(({ shape }) => (shape[name] as { value: string }).value)

  it.each([
    ['room', ROOM_RATES, commands(RoomUp as never, 'type')],
    ['list', SIDEBAR_RATES, commands(SidebarUp as never, 'type')],
    ['feed', FEED_RATES, commands(FeedUp as never, 'action')],
  ])('of a %s each name a class', (_, rates, names) => {
    expect(Object.keys(rates).sort()).toEqual([...names].sort())
    for (const rate of Object.values(rates)) expect(RATE_CLASSES).toHaveProperty(rate)
  })
})

it('every class has a limit, a period in whole milliseconds for each time, and a reason', () => {
  for (const [name, rate] of Object.entries(RATES)) {
    expect([name, rate.per % rate.limit]).toEqual([name, 0])
    if (name in RATE_CLASSES) expect((rate as { reason: string }).reason).toMatch(/^[A-Z].+\.$/)
  }
})

describe('a spent burst', () => {
  beforeEach(() => {
    switchRates('on')
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  })
  afterEach(() => {
    switchRates('off')
    vi.useRealTimers()
  })

  const later = (ms: number) => vi.setSystemTime(Date.now() + ms)
  const budgetOf = (who: Someone) => env.BUDGETS.getByName(String(who.id))

  /** Spends a whole burst but for a few, which the route itself is to count. */
  const spendMost = (who: Someone, name: RateName) =>
    budgetOf(who).take({ want: { [name]: RATE_CLASSES[name].limit - FEW } })

  /** Does it until it is refused. @returns how often it went through. */
  async function spent(ask: () => Promise<Answer>, most: number): Promise<number> {
    for (let times = 0; times < most; times++) if ((await ask()).status === 429) return times
    return most
  }

  /** What a life that ends takes with it: the actor's memory, and that of the Worker. */
  async function endOfLife(who: Someone): Promise<void> {
    forgetLocalLeases()
    await evictDurableObject(budgetOf(who))
  }

  it.each([
    ['search', (who: Someone) => get(who, '/api/users/?search=tea')],
    ['join', (who: Someone) => get(who, '/api/chatrooms/join/abc-00000000000000000000/')],
    ['ticket', (who: Someone) => post(who, '/api/socket-ticket/')],
    ['list', (who: Someone) => get(who, '/api/blocks/')],
    ['write', (who: Someone) => ask('DELETE', `/api/users/${who.id}/block/`, { token: who.access })],
  ] as const)('of %s outlives quiet and eviction, and is given back as time goes by', async (name, act) => {
    const who = await signUp(`patient-${name}`)
    const { limit, per } = RATES[name]
    await spendMost(who, name)
    expect(await spent(() => act(who), limit)).toBe(FEW)
    await endOfLife(who)
    expect((await act(who)).status).toBe(429)
    // Quiet for long enough that the actor would have left memory, and not for long enough to be given anything.
    later(per / limit - 1)
    await endOfLife(who)
    const refused = await act(who)
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('Retry-After'))).toBe(1)
    later(1)
    expect(await spent(() => act(who), limit)).toBe(1)
    later(per / 4)
    await endOfLife(who)
    expect(await budgetOf(who).take({ want: { [name]: limit } })).toMatchObject({ acts: { [name]: limit / 4 } })
  })
})
