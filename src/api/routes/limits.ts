/** `/api/limits/`: every limit by name, so that clients need not discover limits by exceeding them. */
import { Hono } from 'hono'
import type * as z from 'zod'
import { CLOSE, LIMITS, RATES, type Settings, settings, TIMES } from '../../config'
import { type AttemptRate, Limits, type Rate, type RateClass, WARN_AT } from '../../protocol'
import type { Api } from '../context'
import { countedInHandler } from '../middleware/rate-limit'
import { area, type Operation } from '../openapi/operation'

/** The lifetimes that clients need. Timeouts and retries are internal. */
const PUBLIC_TIMES = [
  'accessToken',
  'refreshToken',
  'sessionMost',
  'socketTicket',
  'code',
  'upload',
  'mediaUrl',
  'typing',
  'typingEnds',
  'presenceGrace',
] as const satisfies (keyof typeof TIMES)[]

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const named = <T, U>(entries: [string, T][], to: (value: T) => U): Record<string, U> =>
  Object.fromEntries(entries.map(([name, value]) => [snake(name), to(value)]))

const same = (value: number) => value

const CONSTANT: Omit<z.infer<typeof Limits>, 'quotas' | 'registration'> = {
  limits: named(Object.entries(LIMITS), same),
  lifetimes: named(
    PUBLIC_TIMES.map((name) => [name, TIMES[name]]),
    (milliseconds) => milliseconds / 1_000,
  ),
  // Without `reason`, which is for readers of the source.
  rates: named(Object.entries<Rate & Partial<RateClass & AttemptRate>>(RATES), ({ limit, per, cost, first, most }) => ({
    limit,
    per: per / 1_000,
    cost,
    ...(first !== undefined && most !== undefined && { first: first / 1_000, most: most / 1_000 }),
  })),
  close_codes: named(Object.entries(CLOSE), same),
}

const quotas = (set: Settings): z.infer<typeof Limits>['quotas'] => ({
  person_bytes: set.STORAGE_PER_PERSON,
  room_bytes: set.STORAGE_PER_ROOM,
  told_from: WARN_AT,
  notifications: set.NOTIFICATIONS_KEPT,
  notification_days: set.NOTIFICATION_DAYS,
})

export const limits = new Hono<Api>()

limits.get('/', countedInHandler('open'), (c) => {
  const set = settings(c.env)
  const answer = { ...CONSTANT, quotas: quotas(set), registration: set.REGISTRATION }
  return c.json(answer satisfies z.infer<typeof Limits>)
})

const describe = area('Service')

/** The routes above, as `/api/schema/` describes them. */
export const limitsOperations: Operation[] = [
  describe.get('/api/limits/', 'Every limit by name', { 200: Limits }, { access: 'anybody' }),
]
