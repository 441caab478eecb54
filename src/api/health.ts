/** `/health`: whether the parts that everything needs answer. For monitors: without signing in, and without secrets. */
import { Hono } from 'hono'
import type * as z from 'zod'
import { inTime, roomStub } from '../actor/stubs'
import { TIMES } from '../config'
import { log } from '../log/log'
import { ChatError, type Health } from '../protocol'
import type { Api } from './context'
import { countedAs } from './rated'

type Checks = z.infer<typeof Health>['checks']
type Answer = z.infer<typeof Health>

/** Ids are positive, so this room is nobody's: one actor that is there to answer. */
const NOBODYS_ROOM = 0

/** What was found lately, and when: however many monitors ask, the parts are asked about once a second. */
const lately = new WeakMap<Env, { at: number; answer: Answer }>()

export const health = new Hono<Api>()

health.get('/', countedAs('open'), async (c) => {
  c.header('Cache-Control', 'no-store')
  const known = lately.get(c.env)
  const fresh = known !== undefined && Date.now() - known.at < TIMES.healthFresh
  const answer = fresh ? known.answer : await examine(c.env)
  if (!fresh) lately.set(c.env, { at: Date.now(), answer })
  if (answer.status === 'ok') return c.json(answer)
  c.header('Retry-After', String(Math.ceil(TIMES.healthCheck / 1_000)))
  const failing = Object.entries(answer.checks).flatMap(([part, { ok }]) => (ok ? [] : part))
  const detail = `Not answering: ${failing.join(', ')}.`
  return c.json({ ...answer, ...new ChatError('unavailable', { detail }).toBody() }, 503)
})

async function examine(env: Env): Promise<Answer> {
  const parts: Record<keyof Checks, () => Promise<unknown>> = {
    directory: () => env.DIRECTORY.prepare('SELECT 1').first(),
    media: () => env.MEDIA.head('health'),
    actors: () => roomStub(env, NOBODYS_ROOM).figures(),
  }
  const checks = Object.fromEntries(
    await Promise.all(Object.entries(parts).map(async ([part, ask]) => [part, await examined(part, ask)] as const)),
  ) as Checks
  return { status: Object.values(checks).every(({ ok }) => ok) ? 'ok' : 'failing', checks }
}

async function examined(part: string, ask: () => Promise<unknown>): Promise<{ ok: boolean; ms: number }> {
  const began = Date.now()
  try {
    // Within the function: a part that is not bound at all throws before there is a promise.
    await inTime(Promise.resolve().then(ask), TIMES.healthCheck)
    return { ok: true, ms: Date.now() - began }
  } catch (error) {
    // Why is for the log: the answer is public.
    log('error', 'health.failing', { part, error })
    return { ok: false, ms: Date.now() - began }
  }
}
