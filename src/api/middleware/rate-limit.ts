/** The rate class of each route, named in its definition and counted before its body is read. */
import type { MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { RATES } from '../../config'
import type { RateName } from '../../protocol'
import type { Api } from '../context'
import { countRegistration } from '../usecases/attempts'
import { spend, spendOnAccess } from '../usecases/spending'
import type { SignedIn } from './authenticate'

/** What a route is counted as: classes of a person, rates of an address, or nothing for what anybody may ask. */
export type RouteRate = keyof typeof RATES | 'open'

const RATE = Symbol('rate')

/** What a handler of the route table says that it is counted as; undefined for one that says nothing. */
export const ratesOf = (handler: unknown): readonly RouteRate[] | undefined =>
  (handler as { [RATE]?: readonly RouteRate[] })[RATE]

/** Marks a route that is counted where its handler knows by whom. */
export const countedInHandler = (...rates: RouteRate[]): MiddlewareHandler<Api> =>
  Object.assign(
    createMiddleware<Api>((_, next) => next()),
    { [RATE]: rates },
  )

/** Counts a request of somebody who is not signed in before any of its body is read. @throws {ChatError} `rate_limited` */
export const limitRegistrations = (rate: 'register'): MiddlewareHandler<Api> =>
  Object.assign(
    createMiddleware<Api>(async (c, next) => {
      await countRegistration(c)
      await next()
    }),
    { [RATE]: [rate] },
  )

/** Counts a request by which somebody signed in ends sessions, after `authenticate`. @throws {ChatError} `rate_limited` */
export const limitSessionRate = Object.assign(
  createMiddleware<SignedIn>(async (c, next) => {
    const { id, session } = c.var.caller
    await spendOnAccess(c.env, id, `session ${session}`)
    await next()
  }),
  { [RATE]: ['session'] as const },
)

/**
 * Counts a request of somebody signed in, after `authenticate`. `having` names query parameters that make it another
 * class, such as `?search=`.
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
