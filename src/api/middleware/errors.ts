/** Errors at the HTTP edge: every thrown error becomes the contract's flat body and reveals nothing internal. */
import type { Context, NotFoundHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { log, rootCause } from '../../log/log'
import { ChatError, type RefusalCode } from '../../protocol'
import type { Api } from '../context'

/** Seconds until a client should retry after an outage. */
const TRY_AGAIN = 2

/**
 * Messages of transient faults of D1 and Durable Objects (developers.cloudflare.com/d1/observability/debug-d1 lists
 * them without codes), and of our own timeouts.
 */
const OUTAGE =
  /Network connection lost|code was updated|object to be reset|transient issue|client disconnected|overloaded|memory limit|CPU time limit|No answer within/i

/** Refusal codes for the errors that Hono throws. */
const BY_STATUS: Partial<Record<number, RefusalCode>> = { 400: 'malformed', 413: 'too_large', 415: 'unsupported_type' }

function isOutage(error: Error): boolean {
  const { retryable, overloaded } = error as { retryable?: boolean; overloaded?: boolean }
  return retryable === true || overloaded === true || OUTAGE.test(error.message)
}

function translate(error: Error): ChatError {
  if (error instanceof ChatError) return error
  const code = error instanceof HTTPException ? BY_STATUS[error.status] : undefined
  if (code) return new ChatError(code)
  log('error', 'http.failed', { error })
  return isOutage(rootCause(error))
    ? new ChatError('unavailable', { retryAfter: TRY_AGAIN })
    : new ChatError('internal')
}

/** Answers with the error's flat body, as `app.onError`. */
export function answerError(error: Error, c: Context<Api>): Response {
  const refusal = translate(error)
  // A refused upgrade passes no middleware that would set these headers.
  c.header('Cache-Control', 'no-store')
  c.header('X-Content-Type-Options', 'nosniff')
  if (refusal.status === 401) c.header('WWW-Authenticate', 'Bearer')
  if (refusal.retryAfter !== undefined) c.header('Retry-After', String(refusal.retryAfter))
  return c.json(refusal.toBody(), refusal.status satisfies ContentfulStatusCode)
}

/** Answers for a path that does not exist. It does not throw: `onError` would keep a 404 from becoming a 405. */
export const answerNotFound: NotFoundHandler<Api> = (c) => c.json(new ChatError('not_found').toBody(), 404)

/** Answers for a path that exists with other methods. */
export const answerWrongMethod = (c: Context<Api>, allowed: string[]): Response =>
  c.json(new ChatError('method_not_allowed').toBody(), 405, { Allow: allowed.join(', ') })
