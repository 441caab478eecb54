/** One log line per request, and the id under which all its effects are logged. */
import { createMiddleware } from 'hono/factory'
import { requestId } from 'hono/request-id'
import { matchedRoutes } from 'hono/route'
import { log } from '../../log/log'
import { newRequestId, withTrace } from '../../log/trace'
import type { Api } from '../context'

const PLAIN = /^[\w-]{1,64}$/

/**
 * The client's `X-Request-Id` if it is a plain word, so that both logs can be compared. Otherwise Cloudflare's id of
 * the request, or a new one. The answer contains it.
 */
export const withRequestId = requestId({
  limitLength: 64,
  generator: ({ req }) => {
    const ray = req.header('CF-Ray') ?? ''
    return PLAIN.test(ray) ? ray : newRequestId()
  },
})

/** Logs the route and the result. It logs the route's pattern, because paths may contain codes and permissions. */
export const logRequest = createMiddleware<Api>((c, next) =>
  withTrace({ request_id: c.var.requestId }, async () => {
    const began = Date.now()
    await next()
    const { status } = c.res
    // A response that a handler returned directly has not passed the middleware. The headers of a 101 cannot be
    // changed: its actor has set them.
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

/** Shown images are not logged: a line costs twice as much as the request. */
const isSilent = (route: string | null, status: number): boolean =>
  route?.startsWith('/media/') === true && (status < 300 || status === 304)

/** Refusals that one isolate logs per minute: a flood must not fill the log. */
const REFUSALS_LOGGED = 20
const refusals = { minute: 0, logged: 0, unlogged: 0 }

/** Whether a refusal at this time (ms since 1970) is within that number. */
function mayLogRefusal(now: number): boolean {
  const minute = Math.floor(now / 60_000)
  if (minute !== refusals.minute) Object.assign(refusals, { minute, logged: 0 })
  const is = refusals.logged < REFUSALS_LOGGED
  if (is) refusals.logged += 1
  else refusals.unlogged += 1
  return is
}

/** The pattern of the handler. Null without a handler, because the path is then arbitrary text. */
const routePattern = (matched: { path: string }[]): string | null =>
  matched.findLast(({ path }) => !path.endsWith('*'))?.path ?? null
