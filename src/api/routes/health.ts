/**
 * `/health`: whether directory, media and actors answer. Monitors call it without credentials, and it reveals no
 * secrets.
 */
import { Hono } from 'hono'
import type * as z from 'zod'
import { budgetStub, feedStub, inTime, roomStub, sidebarStub, uploadsStub } from '../../actor/rpc/stubs'
import { TIMES } from '../../config'
import { log } from '../../log/log'
import { ChatError, Health, PROTOCOL_VERSION, Unhealthy } from '../../protocol'
import type { Api } from '../context'
import { countedInHandler } from '../middleware/rate-limit'
import { area, type Operation } from '../openapi/operation'

type Checks = z.infer<typeof Health>['checks']
type Answer = z.infer<typeof Health>

/** Ids of rooms and people are positive, so the actors with this id belong to nobody and only answer health checks. */
const PROBE_ID = 0

/** The last result and its time: however many monitors ask, the parts are checked once a second. */
const recent = new WeakMap<Env, { at: number; answer: Answer }>()

export const health = new Hono<Api>()

health.get('/', countedInHandler('open'), async (c) => {
  c.header('Cache-Control', 'no-store')
  const known = recent.get(c.env)
  const fresh = known !== undefined && Date.now() - known.at < TIMES.healthFresh
  const answer = fresh ? known.answer : await checkAll(c.env)
  if (!fresh) recent.set(c.env, { at: Date.now(), answer })
  if (answer.status === 'ok') return c.json(answer)
  c.header('Retry-After', String(Math.ceil(TIMES.healthCheck / 1_000)))
  const failing = Object.entries(answer.checks).flatMap(([part, { ok }]) => (ok ? [] : part))
  const detail = `Not answering: ${failing.join(', ')}.`
  return c.json({ ...answer, ...new ChatError('unavailable', { detail }).toBody() }, 503)
})

async function checkAll(env: Env): Promise<Answer> {
  const parts: Record<keyof Checks, () => Promise<unknown>> = {
    directory: () => env.DIRECTORY.prepare('SELECT 1').first(),
    media: () => env.MEDIA.head('health'),
    actors: () => probeActors(env),
  }
  const checks = Object.fromEntries(
    await Promise.all(Object.entries(parts).map(async ([part, ask]) => [part, await timedCheck(part, ask)] as const)),
  ) as Checks
  const status = Object.values(checks).every(({ ok }) => ok) ? 'ok' : 'failing'
  return { status, protocol_version: PROTOCOL_VERSION, checks }
}

/**
 * Calls one actor of every class: each class has its own schema and migrations, and may fail alone.
 * @throws {Error} when one fails. The log has a line for each failure, with its class.
 */
async function probeActors(env: Env): Promise<void> {
  const calls: Record<string, () => Promise<unknown>> = {
    room: () => roomStub(env, PROBE_ID).figures(),
    sidebar: () => sidebarStub(env, PROBE_ID).settingsOf(PROBE_ID),
    feed: () => feedStub(env, PROBE_ID).get(PROBE_ID),
    uploads: () => uploadsStub(env, PROBE_ID).storageUse(),
    budget: () => budgetStub(env, PROBE_ID).take({}),
  }
  const checks = await Promise.all(
    Object.entries(calls).map(async ([actor, call]) => ({ actor, ...(await timedCheck(actor, call)) })),
  )
  const failing = checks.filter(({ ok }) => !ok).map(({ actor }) => actor)
  if (failing.length > 0) throw new Error(`Not answering: ${failing.join(', ')}`)
}

async function timedCheck(part: string, ask: () => Promise<unknown>): Promise<{ ok: boolean; ms: number }> {
  const began = Date.now()
  try {
    // Inside a promise, because a missing binding throws synchronously.
    await inTime(Promise.resolve().then(ask), TIMES.healthCheck)
    return { ok: true, ms: Date.now() - began }
  } catch (error) {
    // The reason is only logged, because the answer is public.
    log('error', 'health.failing', { part, error })
    return { ok: false, ms: Date.now() - began }
  }
}

const describe = area('Service')

/** The routes above, as `/api/schema/` describes them. */
export const healthOperations: Operation[] = [
  describe.get('/health', 'Whether the parts answer', { 200: Health, 503: Unhealthy }, { access: 'anybody' }),
]
