/**
 * The server on trial: the whole product, and behind it a door through which a trial breaks the actors' neighbours and
 * looks at what no client can see. It is started by trials only and is in no build.
 */

import { BOUNDS, TIMES } from '../../src/config'
import product, {
  Budget as RealBudget,
  Feed as RealFeed,
  Room as RealRoom,
  Sidebar as RealSidebar,
  Uploads as RealUploads,
} from '../../src/index'
import { Random } from '../random.ts'
import type { Spending } from '../spending.ts'
import { type Faults, faults, NO_FAULT, withFaults } from './faults'
import { spendBehind } from './spent'
import { measured, WORK } from './work'

/** How often each actor has been made, by kind and name: more than once means that it was reset or put to sleep. */
const lives = new Map<string, number>()

function born(kind: string, { id }: DurableObjectState): void {
  const key = `${kind}:${id.name}`
  lives.set(key, (lives.get(key) ?? 0) + 1)
}

/** What waits for one socket, in bytes, and whose it is. */
export interface Waiting {
  user: number | null
  open: boolean
  bytes: number
}

export class Room extends RealRoom {
  constructor(ctx: DurableObjectState, env: Env) {
    born('room', ctx)
    super(ctx, withFaults(env))
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
}

export class Sidebar extends RealSidebar {
  constructor(ctx: DurableObjectState, env: Env) {
    born('sidebar', ctx)
    super(ctx, withFaults(env))
  }
}

export class Feed extends RealFeed {
  constructor(ctx: DurableObjectState, env: Env) {
    born('feed', ctx)
    super(ctx, withFaults(env))
  }
}

export class Budget extends RealBudget {
  constructor(ctx: DurableObjectState, env: Env) {
    born('budget', ctx)
    super(ctx, withFaults(env))
  }
}

export class Uploads extends RealUploads {
  constructor(ctx: DurableObjectState, env: Env) {
    born('uploads', ctx)
    super(ctx, withFaults(env))
  }
}

/** Under `/dev/`, because only what is named in `run_worker_first` reaches a Worker. */
const DOOR = '/dev/trial/'

async function answer(what: string, request: Request, env: Env): Promise<Response> {
  if (what === 'lives') return Response.json(Object.fromEntries(lives))
  if (what === 'light') {
    Object.assign(BOUNDS.scrypt, { N: 2 ** 10, p: 1 })
    return Response.json(BOUNDS.scrypt)
  }
  if (what === 'silence') {
    const { silence } = (await request.json()) as { silence: number }
    Object.assign(TIMES, { silence })
    return Response.json({ silence })
  }
  if (what === 'staff') {
    const { user } = (await request.json()) as { user: number }
    await env.DIRECTORY.prepare('UPDATE users SET is_staff = 1 WHERE id = ?').bind(user).run()
    return Response.json({ user })
  }
  if (what === 'spend') {
    await spendBehind(env, (await request.json()) as Spending)
    return Response.json({})
  }
  if (what === 'objects') {
    const { objects } = await env.MEDIA.list()
    return Response.json(objects.map(({ key, size }) => ({ key, size })))
  }
  if (what === 'faults') {
    const {
      seed = 0,
      directory = NO_FAULT,
      media = NO_FAULT,
    } = (await request.json()) as Partial<Faults> & {
      seed?: number
    }
    const { failed } = faults
    Object.assign(faults, { directory, media, failed: 0, random: new Random(seed) })
    return Response.json({ failed })
  }
  const [, room] = /^waiting\/(\d+)$/.exec(what) ?? []
  if (room === undefined) return new Response(null, { status: 404 })
  const stub = env.ROOMS.getByName(room) as unknown as { waiting(): Promise<Waiting[]> }
  return Response.json(await stub.waiting())
}

export default {
  fetch(request: Request, env: Env, ctx: ExecutionContext): Response | Promise<Response> {
    const { pathname } = new URL(request.url)
    if (pathname.startsWith(DOOR)) return answer(pathname.slice(DOOR.length), request, env)
    if (request.headers.has(WORK)) return measured(withFaults(env), (seen) => product.fetch(request, seen, ctx))
    return product.fetch(request, withFaults(env), ctx)
  },
}
