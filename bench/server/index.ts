/**
 * Parlour as it is, with doors for the benchmark beside it: people and messages by the thousand, and a count of the calls
 * that lists get. Started only by the benchmark, as another entry under the same configuration; no deployed build has it.
 */
import { Hono } from 'hono'
import { app } from '../../src/api/app'
import { authenticate } from '../../src/api/middleware/authenticate'
import { identified, logged } from '../../src/api/middleware/request-log'
import { Room as ProductRoom } from '../../src/room/room'
import { Messages } from '../../src/room/store/messages'
import type { Trips } from '../trips'
import { enrol, unknownIds } from './people'
import { type Probe, probed } from './probes'
import { sentence } from './sentences'
import { noted, type Told } from './told'
import { counted } from './trips'

export { Budget } from '../../src/budget/budget'
export { Feed } from '../../src/feed/feed'
export { Sidebar } from '../../src/sidebar/sidebar'
export { Uploads } from '../../src/uploads/uploads'

/** A run of messages to store, by `senders` in turn. */
export interface Filling {
  /** The first message's place; nothing may stand at or above it. */
  from: number
  count: number
  senders: number[]
  /** When the first was sent (ms since 1970); each comes a second after the one before. */
  began: number
}

/** What lists were told, until somebody asks. */
const calls: Told[] = []

export class Room extends ProductRoom {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, { ...env, SIDEBARS: noted(env.SIDEBARS, calls) })
  }

  /** Stores messages as the room itself stores them, row by row with their search index, and tells nobody. */
  fill({ from, count, senders, began }: Filling): void {
    const messages = new Messages(this.ctx.storage.sql)
    for (let place = from; place < from + count; place++) {
      messages.add(place, began + place * 1_000, {
        sender_id: senders[place % senders.length] as number,
        client_id: `filled-${place}`,
        content: sentence(place),
        image: null,
        file: null,
        reply_to: null,
      })
    }
  }

  /** Ends this life of the actor, so that the next one finds what was filled in. */
  restart(): void {
    this.ctx.abort('restarted by the benchmark')
  }

  /** Answers what only the room itself can. */
  probe(probe: Probe): Promise<number> {
    const rooms = this.env.ROOMS as unknown as DurableObjectNamespace<Room>
    return probed(probe, this.ctx.storage.sql, (id) => rooms.getByName(String(id)))
  }

  /** Takes a call, as a relay would, and does nothing. */
  hear(_text: string): void {}
}

const doors = new Hono<{ Bindings: Omit<Env, 'ROOMS'> & { ROOMS: DurableObjectNamespace<Room> } }>()

doors.post('/people', async (c) => {
  const { ids, count } = await c.req.json<{ ids?: number[]; count: number }>()
  return c.json(await enrol(c.env as unknown as Env, ids ?? unknownIds(count)))
})

doors.post('/rooms/:room/fill', async (c) => {
  await c.env.ROOMS.getByName(c.req.param('room')).fill(await c.req.json())
  return c.json({})
})

doors.post('/rooms/:room/restart', async (c) => {
  // It ends before it can answer.
  await c.env.ROOMS.getByName(c.req.param('room'))
    .restart()
    .catch(() => undefined)
  return c.json({})
})

doors.post('/rooms/:room/probe', async (c) => {
  return c.json({ found: await c.env.ROOMS.getByName(c.req.param('room')).probe(await c.req.json()) })
})

/** What requests with this header have taken. */
const COUNTED = 'x-bench-count'
const trips: Trips[] = []
doors.post('/trips', (c) => c.json(trips.splice(0)))

/** The calls since this was last asked. */
doors.post('/calls', (c) => c.json(calls.splice(0)))

const bench = new Hono()
bench.route('/api/bench', doors)
bench.get('/api/bench/empty', authenticate as never, (c) => c.json({}))
bench.get('/api/bench/logged', identified, logged as never, authenticate as never, (c) => c.json({}))

export default {
  fetch(request: Request, env: Env, ctx: ExecutionContext) {
    const { pathname } = new URL(request.url)
    if (pathname.startsWith('/api/bench/')) return bench.fetch(request, env, ctx)
    if (!request.headers.has(COUNTED)) return app.fetch(request, env, ctx)
    const watched = counted(env, request)
    trips.push(watched.trips)
    return app.fetch(request, watched.env, ctx)
  },
} satisfies ExportedHandler<Env>
