/** Refuses requests at once while an isolate has too many under way, instead of letting them queue. */
import { createMiddleware } from 'hono/factory'
import { BOUNDS, CLOSE, TIMES } from '../../config'
import { log } from '../../log/log'
import { ChatError } from '../../protocol'
import type { Api } from '../context'

/** Requests of this isolate that have not been answered. */
let underWay = 0

/** Refusals since `since` (ms since 1970), for at most `TIMES.shedWindow`. */
const refusals = { since: 0, count: 0 }

/** Refused requests that an isolate expects to serve in one second later. */
const SERVED_IN_A_SECOND = 400

/** The seconds that a refused client is to wait. They grow with the refusals, so that all come back spread. */
function secondsToWait(now: number): number {
  if (now - refusals.since > TIMES.shedWindow) {
    log('warn', 'load.shed', { under_way: underWay, refused_before: refusals.count })
    Object.assign(refusals, { since: now, count: 0 })
  }
  refusals.count += 1
  return 1 + Math.ceil(refusals.count / SERVED_IN_A_SECOND)
}

/**
 * A client that offers `bearer` uses the WebSocket class of a browser, which cannot read the refusal of an upgrade: it gets
 * a close that says how long to wait. Every other client gets a 503.
 */
export const shedLoad = createMiddleware<Api>(async (c, next) => {
  if (underWay >= BOUNDS.requestsAtOnce) {
    const seconds = secondsToWait(Date.now())
    const isBearer = c.req.header('Sec-WebSocket-Protocol')?.startsWith('bearer') === true
    if (isBearer && c.req.header('Upgrade')?.toLowerCase() === 'websocket') return closedSocket(seconds)
    throw new ChatError('unavailable', { retryAfter: seconds })
  }
  underWay += 1
  try {
    await next()
    return undefined
  } finally {
    underWay -= 1
  }
})

function closedSocket(seconds: number): Response {
  const { 0: client, 1: server } = new WebSocketPair()
  server.accept()
  server.close(CLOSE.tryAgain, `Try again in ${seconds} s.`)
  return new Response(null, { status: 101, webSocket: client, headers: { 'Sec-WebSocket-Protocol': 'bearer' } })
}
