/** `/api/token/refresh`: spending a refresh token for its successor. */
import { Hono } from 'hono'
import type * as z from 'zod'
import { fingerprint } from '../../auth/keys'
import { sessionEnd } from '../../auth/session'
import { type RefreshClaims, refreshHash, verifyRefresh } from '../../auth/tokens'
import { secretsOf } from '../../config'
import { endSession, type LiveSession, liveSession, rotate } from '../../directory/accounts/sessions'
import { ChatError, RefreshBody, type Tokens } from '../../protocol'
import type { Api, Asked } from '../context'
import { type Asker, askerOf } from '../middleware/asker'
import { countedAs } from '../middleware/rate-limit'
import { body } from '../middleware/validate'
import { tokensOf } from '../presenters/signed-in'
import { tellSessionsEnded } from '../usecases/notices'
import { spendOnAccess } from '../usecases/spending'

/**
 * Whether a spent token may be answered with the successor that it was answered with already: the answer may have been
 * lost. Only the token before the living one is, by the device that spent it, and only until anything of the successor has
 * been used. From then on its owner has it, and whoever sends the spent token is somebody else.
 */
const mayRepeat = (claims: RefreshClaims, session: LiveSession, asker: Asker): boolean =>
  claims.gen === session.generation - 1 &&
  session.used_generation < session.generation &&
  asker.ids.includes(session.asker)

/** `/api/token/refresh`, also as `/api/users/token/refresh`. */
export const token = new Hono<Api>()

token.on('POST', ['/token/refresh', '/users/token/refresh'], countedAs('session'), body(RefreshBody), async (c) => {
  const secrets = secretsOf(c.env)
  const db = c.env.DIRECTORY
  const sent = c.req.valid('json')
  const asker = askerOf(c, sent.device_key)
  const claims = await verifyRefresh(secrets, sent.refresh)
  const answer = async (session: LiveSession) =>
    c.json((await tokensOf(secrets, session)) satisfies z.infer<typeof Tokens>)
  const now = Date.now()
  const session = await liveSession(db, claims.sid, now)
  if (!session) throw new ChatError('token_not_valid')
  await spendOnAccess(c.env, session.user_id, `session ${session.id}`)

  if (claims.gen < session.generation) {
    if (mayRepeat(claims, session, asker)) return answer(session)
    await endStolen(c, session, now)
    throw new ChatError('token_not_valid')
  }
  // A generation that has not been given out yet can only come from a directory restored from a backup.
  if (claims.gen > session.generation || fingerprint(claims.jti) !== session.refresh_hash) {
    throw new ChatError('token_not_valid')
  }

  const generation = session.generation + 1
  const expiresAt = sessionEnd(session.created_at, now)
  const hash = refreshHash(secrets[0], session.id, generation)
  if (await rotate(db, session, { refreshHash: hash, asker: asker.ids[0], now, expiresAt })) {
    return answer({ ...session, generation, refresh_hash: hash, rotated_at: now, expires_at: expiresAt })
  }
  // Another request spent the same token between our reading and our writing. Two tabs of one device both get the one
  // successor, the same to the letter; if that is spent as well by now, this request came too late. Another device has
  // the token from somewhere else, and which of the two is the owner's cannot be told: neither keeps the session.
  const current = await liveSession(db, claims.sid, now)
  if (current?.generation === generation && mayRepeat(claims, current, asker)) return answer(current)
  if (current && !asker.ids.includes(current.asker)) await endStolen(c, current, now)
  throw new ChatError('token_not_valid')
})

/**
 * Ends the session of a token that was spent twice: somebody else may hold its successor. There is no time of grace,
 * because a thief would have it too.
 */
async function endStolen(c: Asked, { id, user_id: userId }: LiveSession, now: number): Promise<void> {
  await endSession(c.env.DIRECTORY, userId, id, now)
  tellSessionsEnded(c, userId, [id])
}
