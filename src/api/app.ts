/** The HTTP side: which file answers which path, and what every answer has in common. */
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { createMiddleware } from 'hono/factory'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { requestId } from 'hono/request-id'
import { secureHeaders } from 'hono/secure-headers'
import { settings } from '../config'
import { accounts } from './accounts'
import type { Api } from './context'
import { answerError, answerNotFound, answerWrongMethod } from './errors'
import { isAllowedOrigin } from './origins'
import { profile } from './profile'
import { sessions } from './sessions'
import { token } from './token'
import { users } from './users'

const crossOrigin = cors({
  origin: (origin, c) => (isAllowedOrigin(origin, settings(c.env)) ? origin || '*' : null),
  allowHeaders: ['authorization', 'content-type', 'idempotency-key'],
  exposeHeaders: ['link', 'retry-after', 'x-request-id'],
  maxAge: 7_200,
})

/** Data that is not for display runs nothing and stands in no frame. Pages and media set their own, which is kept. */
const safeHeaders = secureHeaders({
  overwrite: false,
  contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  strictTransportSecurity: 'max-age=31536000; includeSubDomains',
  xFrameOptions: 'DENY',
})

/** Answers of the API are one person's, at one moment. */
const uncached = createMiddleware(async (c, next) => {
  await next()
  if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store')
})

/** Everything that is asked over HTTP. */
export const app = new Hono<Api>({ strict: false })

app.onError(answerError)
app.notFound(answerNotFound)

// Sockets come first: the headers of a 101 cannot be changed, and every middleware below does so.

app.use(requestId(), safeHeaders, crossOrigin)
app.use(methodNotAllowed({ app, onMethodNotAllowed: answerWrongMethod }))
app.use('/api/*', uncached)

app.route('/api', accounts)
app.route('/api', token)
app.route('/api/profile', profile)
app.route('/api/sessions', sessions)
app.route('/api/users', users)
