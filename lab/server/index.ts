/**
 * The server of trials and benchmarks: the whole product, and beside it doors under `/dev/lab/` through which they break its
 * neighbours, make people and messages by the thousand, and look at what no client can see. No build contains it.
 */

import { Hono } from 'hono'
import product, {
  Budget as ProductBudget,
  Feed as ProductFeed,
  Room as ProductRoom,
  Sidebar as ProductSidebar,
  Uploads as ProductUploads,
  Webhook as ProductWebhook,
} from '../../src'
import { authenticateCaller } from '../../src/api/middleware/authenticate'
import { logRequest, withRequestId } from '../../src/api/middleware/request-log'
import { BOUNDS, TIMES } from '../../src/config'
import { MessageStore } from '../../src/room/store/messages'
import { Random } from '../harness/random.ts'
import { COUNT, counted, notePushes, pushes, trips } from './counting'
import type { Faults, Filling, Probe, Waiting } from './doors'
import { directoryLoad, faults, NO_FAULT, withFaults } from './faults'
import { signIn, unknownIds } from './people'
import { sentence } from './sentences'
import { spend } from './spending'

/** How often each actor has been made, by kind and name: more than once means that it was reset or put to sleep. */
const lives = new Map<string, number>()

/** The bindings of an actor, whose life is counted. */
function begun(kind: string, { id }: DurableObjectState, env: Env): Env {
  const key = `${kind}:${id.name}`
  lives.set(key, (lives.get(key) ?? 0) + 1)
  return withFaults(env)
}

export class Sidebar extends ProductSidebar {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, begun('sidebar', ctx, env))
  }
}

export class Feed extends ProductFeed {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, begun('feed', ctx, env))
  }
}

export class Budget extends ProductBudget {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, begun('budget', ctx, env))
  }
}

export class Webhook extends ProductWebhook {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, begun('webhook', ctx, env))
  }
}

export class Uploads extends ProductUploads {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, begun('uploads', ctx, env))
  }
}

export class Room extends ProductRoom {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, { ...begun('room', ctx, env), SIDEBARS: notePushes(env.SIDEBARS) })
  }

  /** What waits for each socket. */
  waiting(): Waiting[] {
    return this.ctx.getWebSockets().map((socket) => {
      const session = socket.deserializeAttachment() as { caller: { id: number } } | null
      return {
        user: session?.caller.id ?? null,
        open: socket.readyState === WebSocket.OPEN,
        bytes: socket.bufferedAmount,
      }
    })
  }

  /** Stores messages as the room itself stores them, row by row with their search index, and tells nobody. */
  fill({ from, count, senders, began }: Filling): void {
    const messages = new MessageStore(this.ctx.storage.sql)
    for (let id = from; id < from + count; id++) {
      messages.add(id, began + id * 1_000, {
        sender_id: senders[id % senders.length] as number,
        client_id: `filled-${id}`,
        content: sentence(id),
        image: null,
        file: null,
        reply_to: null,
      })
    }
  }

  /** Ends this life of the actor, so that the next one finds what was filled in. */
  restart(): void {
    this.ctx.abort('restarted by a benchmark')
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

doors.get('/lives', (c) => c.json(Object.fromEntries(lives)))
doors.post('/directory-load', (c) => {
  const load = { ...directoryLoad }
  Object.assign(directoryLoad, { asked: 0, peak: 0 })
  return c.json(load)
})
doors.post('/pushes', (c) => c.json(pushes.splice(0)))
doors.post('/trips', (c) => c.json(trips.splice(0)))

doors.post('/passwords/light', (c) => c.json(Object.assign(BOUNDS.scrypt, { N: 2 ** 10, p: 1 })))
doors.post('/silence', async (c) => {
  const { silence } = await c.req.json<{ silence: number }>()
  // By its type, so that a renamed setting is an error.
  const times: { [name in keyof typeof TIMES]?: number } = { silentSocket: silence }
  return c.json(Object.assign(TIMES, times))
})

doors.post('/faults', async (c) => {
  const { seed = 0, directory, media } = await c.req.json<Partial<Faults> & { seed?: number }>()
  const { failed } = faults
  const all = { directory: { ...NO_FAULT, ...directory }, media: { ...NO_FAULT, ...media } }
  Object.assign(faults, all, { failed: 0, random: new Random(seed) })
  return c.json({ failed })
})

doors.get('/objects', async (c) => {
  const { objects } = await c.env.MEDIA.list()
  return c.json(objects.map(({ key, size }) => ({ key, size })))
})

doors.post('/people', async (c) => {
  const { ids, count } = await c.req.json<{ ids?: number[]; count: number }>()
  return c.json(await signIn(c.env as unknown as Env, ids ?? unknownIds(count)))
})

doors.post('/people/:user/staff', async (c) => {
  await c.env.DIRECTORY.prepare('UPDATE users SET is_staff = 1 WHERE id = ?').bind(c.req.param('user')).run()
  return c.json({})
})

doors.post('/spend', async (c) => {
  await spend(c.env as unknown as Env, await c.req.json())
  return c.json({})
})

doors.get('/rooms/:room/waiting', async (c) => c.json(await c.env.ROOMS.getByName(c.req.param('room')).waiting()))

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

doors.post('/rooms/:room/probe', async (c) =>
  c.json({ found: await c.env.ROOMS.getByName(c.req.param('room')).probe(await c.req.json()) }),
)

/** Under `/dev/`, because only what is named in `run_worker_first` reaches a Worker. */
const PATH = '/dev/lab/'
const beside = new Hono()
beside.route(PATH, doors)
// Routes that do nothing behind the checks of one that does something.
beside.get(`${PATH}empty`, authenticateCaller as never, (c) => c.json({}))
beside.get(`${PATH}logged`, withRequestId, logRequest as never, authenticateCaller as never, (c) => c.json({}))

export default {
  fetch(request: Request, env: Env, ctx: ExecutionContext): Response | Promise<Response> {
    if (new URL(request.url).pathname.startsWith(PATH)) return beside.fetch(request, env, ctx)
    if (!request.headers.has(COUNT)) return product.fetch(request, withFaults(env), ctx)
    return counted(withFaults(env), request, (seen) => product.fetch(request, seen, ctx))
  },
} satisfies ExportedHandler<Env>

/** The answer in one number: bytes of the database, unread messages, or calls made. */
export async function probed(
  probe: Probe,
  sql: SqlStorage,
  roomOf: (id: number) => { hear(text: string): unknown },
): Promise<number> {
  if (probe.ask === 'size') return sql.databaseSize
  if (probe.ask === 'unread') {
    const messages = new MessageStore(sql)
    let count = 0
    for (let n = 0; n < probe.times; n++) count = messages.unread(probe.user, probe.above).count
    return count
  }
  const text = 'x'.repeat(probe.bytes)
  const others = probe.to.map(roomOf)
  for (let n = 0; n < probe.times; n++) await Promise.all(others.map((other) => other.hear(text)))
  return probe.times * others.length
}
