/** Rate limits of routes: each route names its class, which is counted before its body is read. */
import type { MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { RATES } from '../../config'
import type { RateName } from '../../protocol'
import type { Api } from '../context'
import { countRegistration } from '../usecases/attempts'
import { spend, spendOnAccess } from '../usecases/spending'
import type { SignedIn } from './authenticate'

/** The rates of a route: classes of a person, rates of an address, or `open` for public routes. */
export type RouteRate = keyof typeof RATES | 'open'

const RATE = Symbol('rate')

/** The rates that a handler of the route table declares, or undefined. */
export const ratesOf = (handler: unknown): readonly RouteRate[] | undefined =>
  (handler as { [RATE]?: readonly RouteRate[] })[RATE]

/** Declares rates that the handler counts itself, because only it knows for whom. */
export const countedInHandler = (...rates: RouteRate[]): MiddlewareHandler<Api> =>
  Object.assign(
    createMiddleware<Api>((_, next) => next()),
    { [RATE]: rates },
  )

/** Counts a registration by its network, before any of its body is read. @throws {ChatError} `rate_limited` */
export const limitRegistrations = (rate: 'register'): MiddlewareHandler<Api> =>
  Object.assign(
    createMiddleware<Api>(async (c, next) => {
      await countRegistration(c)
      await next()
    }),
    { [RATE]: [rate] },
  )

/** Counts a request by which a caller ends sessions, after `authenticate`. @throws {ChatError} `rate_limited` */
export const limitSessionRate = Object.assign(
  createMiddleware<SignedIn>(async (c, next) => {
    const { id, session } = c.var.caller
    await spendOnAccess(c.env, id, `session ${session}`)
    await next()
  }),
  { [RATE]: ['session'] as const },
)

/**
 * Counts a caller's request, after `authenticate`. `byParameter` names query parameters that switch to another class,
 * such as `search`.
 * @throws {ChatError} `rate_limited`
 */
export const limitRate = (rate: RateName, byParameter: Record<string, RateName> = {}) =>
  Object.assign(
    createMiddleware<SignedIn>(async (c, next) => {
      const [, other = rate] = Object.entries(byParameter).find(([name]) => c.req.query(name)) ?? []
      await spend(c.env, c.var.caller.id, other)
      await next()
    }),
    { [RATE]: [rate, ...Object.values(byParameter)] },
  )
