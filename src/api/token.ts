/** `/api/token/refresh`: spending a refresh token for its successor. */
import { Hono } from 'hono'
import type * as z from 'zod'
import { fingerprint } from '../auth/keys'
import { issueTokens, sessionEnd, type TokenPair } from '../auth/session'
import { refreshHash, verifyRefresh } from '../auth/tokens'
import { secretsOf, settings } from '../config'
import { endSession, type LiveSession, liveSession, rotate } from '../directory/sessions'
import { ChatError, RefreshBody, type Tokens } from '../protocol'
import type { Api } from './context'
import { tellSessionsEnded } from './notices'
import { countedAs } from './rated'
import { spend } from './spending'
import { body } from './validate'

const tokensOf = (secret: string, session: LiveSession): Promise<TokenPair> => {
  const { id, user_id: userId, username, generation, rotated_at: since, expires_at: expiresAt } = session
  return issueTokens(secret, { id, userId, username, generation, since, expiresAt })
}

/** `/api/token/refresh`, also as `/api/users/token/refresh`. */
export const token = new Hono<Api>()

token.on('POST', ['/token/refresh', '/users/token/refresh'], countedAs('session'), body(RefreshBody), async (c) => {
  const secret = settings(c.env).AUTH_SECRET
  const db = c.env.DIRECTORY
  const claims = await verifyRefresh(secretsOf(c.env), c.req.valid('json').refresh)
  const now = Date.now()
  const session = await liveSession(db, claims.sid, now)
  if (!session) throw new ChatError('token_not_valid')

  await spend(c.env, session.user_id, 'session')

  if (claims.gen < session.generation) {
    // Spent before, so somebody else may hold its successor: nobody keeps the session. There is no time of grace,
    // because a thief would have it too.
    await endSession(db, session.user_id, session.id, now)
    tellSessionsEnded(c, session.user_id, [session.id])
    throw new ChatError('token_not_valid')
  }
  // A generation that has not been given out yet can only come from a directory restored from a backup.
  if (claims.gen > session.generation || fingerprint(claims.jti) !== session.refresh_hash) {
    throw new ChatError('token_not_valid')
  }

  const generation = session.generation + 1
  const expiresAt = sessionEnd(session.created_at, now)
  const next = { refreshHash: refreshHash(secret, session.id, generation), now, expiresAt }
  if (await rotate(db, session, next)) {
    const rotated = { ...session, generation, rotated_at: now, expires_at: expiresAt }
    return c.json((await tokensOf(secret, rotated)) satisfies z.infer<typeof Tokens>)
  }
  // Another request spent the same token between our reading and our writing: two tabs at once. Both get the one
  // successor, which is the same to the letter. If that is spent as well by now, this request came too late.
  const current = await liveSession(db, claims.sid, now)
  if (current?.generation !== generation) throw new ChatError('token_not_valid')
  return c.json((await tokensOf(secret, current)) satisfies z.infer<typeof Tokens>)
})
