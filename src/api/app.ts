/** The HTTP app: its routes, and the headers that all answers share. */
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { createMiddleware } from 'hono/factory'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { secureHeaders } from 'hono/secure-headers'
import { settings, TIMES } from '../config'
import { withDeadline } from '../directory/deadline'
import type { Api } from './context'
import { answerError, answerNotFound, answerWrongMethod } from './middleware/errors'
import { atPublicUrl, isAllowedOrigin } from './middleware/origins'
import { logRequest, withRequestId } from './middleware/request-log'
import { shedLoad } from './middleware/shed-load'
import { operations } from './operations'
import { accounts } from './routes/accounts'
import { admin } from './routes/admin'
import { apiKeys } from './routes/api-keys'
import { backups } from './routes/backups'
import { blocks } from './routes/blocks'
import { codes } from './routes/codes'
import { devDemo } from './routes/dev-demo'
import { devMail } from './routes/dev-mail'
import { erasure } from './routes/erasure'
import { exchange } from './routes/exchange'
import { files } from './routes/files'
import { friendRequests } from './routes/friend-requests'
import { friends } from './routes/friends'
import { health } from './routes/health'
import { hookMessages, hooks } from './routes/hooks'
import { images } from './routes/images'
import { invitations } from './routes/invitations'
import { invites } from './routes/invites'
import { limits } from './routes/limits'
import { media } from './routes/media'
import { messages } from './routes/messages'
import { notifications } from './routes/notifications'
import { profile } from './routes/profile'
import { registering } from './routes/register'
import { registrationInvites } from './routes/registration-invites'
import { rooms } from './routes/rooms'
import { schemaOf } from './routes/schema'
import { search } from './routes/search'
import { serverBots } from './routes/server-bots'
import { serverUsers } from './routes/server-users'
import { serverWebhooks } from './routes/server-webhooks'
import { sessions } from './routes/sessions'
import { sockets } from './routes/sockets'
import { storage } from './routes/storage'
import { token } from './routes/token'
import { users } from './routes/users'

const crossOrigin = cors({
  origin: (origin, c) => (isAllowedOrigin(origin, settings(c.env)) ? origin || '*' : null),
  allowHeaders: ['authorization', 'content-type', 'idempotency-key'],
  exposeHeaders: ['link', 'retry-after', 'x-request-id'],
  maxAge: 7_200,
})

/**
 * Answers of the API are data: they load nothing and cannot be framed. Pages and media set their own headers, which are
 * kept.
 */
const safeHeaders = secureHeaders({
  overwrite: false,
  contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  strictTransportSecurity: 'max-age=31536000; includeSubDomains',
  xFrameOptions: 'DENY',
})

/** Answers of the API belong to one person and one moment, so nothing caches them. */
const uncached = createMiddleware(async (c, next) => {
  await next()
  if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store')
})

const boundedEnvs = new WeakMap<Env, Env>()

/** Gives the handlers a directory with a deadline. */
const boundedDirectory = createMiddleware<Api>(async (c, next) => {
  let env = boundedEnvs.get(c.env)
  if (!env) {
    env = { ...c.env, DIRECTORY: withDeadline(c.env.DIRECTORY, TIMES.directory) }
    boundedEnvs.set(c.env, env)
  }
  c.env = env
  await next()
})

export const app = new Hono<Api>({ strict: false })

app.onError(answerError)
app.notFound(answerNotFound)

// First: a request that is refused costs nothing more.
app.use(shedLoad, boundedDirectory, withRequestId, logRequest, atPublicUrl)

// Sockets come first: the headers of a 101 cannot be changed, and every middleware below changes headers.
app.route('/ws', sockets)

app.use(safeHeaders, crossOrigin)
app.use(methodNotAllowed({ app, onMethodNotAllowed: answerWrongMethod }))
app.use('/api/*', uncached)
app.use('/media/*', uncached)

app.route('/api', registering)
app.route('/api', accounts)
app.route('/api', codes)
app.route('/api', token)
app.route('/api/token', exchange)
app.route('/api/profile', profile)
app.route('/api/profile', erasure)
app.route('/api/sessions', sessions)
app.route('/api/users', users)
app.route('/api', blocks)
app.route('/api/friend-requests', friendRequests)
app.route('/api/friends', friends)
app.route('/api/chatrooms', invitations)
app.route('/api/invites', invites)
app.route('/api/chatrooms', rooms)
app.route('/api/chatrooms/:roomId/messages', messages)
app.route('/api/chatrooms/:roomId/hooks', hooks)
app.route('/api/hooks', hookMessages)
app.route('/api/images', images)
app.route('/api/files', files)
app.route('/media', media)
app.route('/api/storage', storage)
app.route('/api/notifications', notifications)
app.route('/api/search', search)
app.route('/api/schema', schemaOf(operations))
app.route('/api/admin/rooms', backups)
app.route('/api/admin/invites', registrationInvites)
app.route('/api/admin/api-keys', apiKeys)
app.route('/api/admin', admin)
app.route('/api/server/users', serverUsers)
app.route('/api/server/bots', serverBots)
app.route('/api/server/webhooks', serverWebhooks)
app.route('/api/limits', limits)
app.route('/health', health)
// The bundler replaces NODE_ENV and drops this branch, with the modules that only it uses, from a deployed build.
if (process.env.NODE_ENV === 'development') {
  app.route('/dev/demo', devDemo())
  app.route('/dev/mail', devMail())
}
