/** One line in the log for each request, and the one id under which everything that it causes is logged. */
import { createMiddleware } from 'hono/factory'
import { requestId } from 'hono/request-id'
import { matchedRoutes } from 'hono/route'
import { log } from '../../log/log'
import { newRequestId, withTrace } from '../../log/trace'
import type { Api } from '../context'

const PLAIN = /^[\w-]{1,64}$/

/**
 * The client's `X-Request-Id` if it is a plain word, so that its own log and this one can be laid side by side; else the
 * id under which Cloudflare knows the request, else a new one. The answer says which.
 */
export const withRequestId = requestId({
  limitLength: 64,
  generator: ({ req }) => {
    const ray = req.header('CF-Ray') ?? ''
    return PLAIN.test(ray) ? ray : newRequestId()
  },
})

/** Logs what was asked and how it ended: the route's pattern, because codes and permissions may stand in a path. */
export const logRequest = createMiddleware<Api>((c, next) =>
  withTrace({ request_id: c.var.requestId }, async () => {
    const began = Date.now()
    await next()
    const { status } = c.res
    // What a handler answers as it is, the middleware before it has not touched. A 101 cannot be: its actor did.
    if (status !== 101 && !c.res.headers.has('X-Request-Id')) c.res.headers.set('X-Request-Id', c.var.requestId)
    const route = routePattern(matchedRoutes(c))
    if (isSilent(route, status) || (status === 429 && !mayLogRefusal(began))) return
    const unlogged = status === 429 ? refusals.unlogged : undefined
    refusals.unlogged = status === 429 ? 0 : refusals.unlogged
    log(status >= 500 ? 'warn' : 'info', 'http.request', {
      method: c.req.method,
      route,
      status,
      ms: Date.now() - began,
      unlogged,
    })
  }),
)

/** A line costs twice what the request does: images that are shown have none. */
const isSilent = (route: string | null, status: number): boolean =>
  route?.startsWith('/media/') === true && (status < 300 || status === 304)

/** Of refusals, an isolate logs so many in each minute: whoever floods it would fill the log as well. */
const REFUSALS_LOGGED = 20
const refusals = { minute: 0, logged: 0, unlogged: 0 }

/** Whether a refusal at this moment (ms since 1970) is one of those. */
function mayLogRefusal(now: number): boolean {
  const minute = Math.floor(now / 60_000)
  if (minute !== refusals.minute) Object.assign(refusals, { minute, logged: 0 })
  const is = refusals.logged < REFUSALS_LOGGED
  if (is) refusals.logged += 1
  else refusals.unlogged += 1
  return is
}

/** The pattern of the handler; of a path that has none, nothing: whatever stands in it was made up. */
const routePattern = (matched: { path: string }[]): string | null =>
  matched.findLast(({ path }) => !path.endsWith('*'))?.path ?? null
