/** `/api/token/refresh`: exchanges a refresh token for its successor. */
import { Hono } from 'hono'
import type * as z from 'zod'
import { inTime, sidebarStub } from '../../actor/rpc/stubs'
import { fingerprint } from '../../auth/keys'
import { sessionEnd } from '../../auth/session'
import { type RefreshClaims, refreshHash, verifyRefresh } from '../../auth/tokens'
import { secretsOf } from '../../config'
import { endSession, type LiveSession, liveSession, rotate } from '../../directory/accounts/sessions'
import { ChatError, RefreshBody, Tokens } from '../../protocol'
import type { Api, ApiContext } from '../context'
import { countedInHandler } from '../middleware/rate-limit'
import { body } from '../middleware/validate'
import { area, type Operation } from '../openapi/operation'
import { currentTokens } from '../presenters/signed-in'
import { type Device, deviceOf } from '../usecases/device'
import { closeEndedSessions } from '../usecases/outbox'
import { spendOnAccess } from '../usecases/spending'

/**
 * Whether a spent token may get the same successor again, because the first answer may have been lost. Only the
 * previous token qualifies, from the device that spent it, and only until its successor has been used. After that the
 * owner has the successor, and the spent token is in other hands.
 */
async function isRetry(env: Env, claims: RefreshClaims, session: LiveSession, device: Device): Promise<boolean> {
  const { id, user_id, generation, used_generation } = session
  if (claims.gen !== generation - 1 || used_generation >= generation || !device.ids.includes(session.device_id)) {
    return false
  }
  return (await inTime(sidebarStub(env, user_id).usedGeneration(id))) < generation
}

export const token = new Hono<Api>()

token.on(
  'POST',
  ['/token/refresh', '/users/token/refresh'],
  countedInHandler('session'),
  body(RefreshBody),
  async (c) => {
    const secrets = secretsOf(c.env)
    const db = c.env.DIRECTORY
    const sent = c.req.valid('json')
    const device = deviceOf(c, sent.device_key)
    const claims = await verifyRefresh(secrets, sent.refresh)
    const answer = async (session: LiveSession) =>
      c.json((await currentTokens(secrets, session)) satisfies z.infer<typeof Tokens>)
    const now = Date.now()
    const session = await liveSession(db, claims.sid, now)
    if (!session) throw new ChatError('token_not_valid')
    await spendOnAccess(c.env, session.user_id, `session ${session.id}`)

    if (claims.gen < session.generation) {
      if (await isRetry(c.env, claims, session, device)) return answer(session)
      await endStolenSession(c, session, now)
      throw new ChatError('token_not_valid')
    }
    // A generation that was not issued yet can only come from a restored backup of the directory.
    if (claims.gen > session.generation || fingerprint(claims.jti) !== session.refresh_hash) {
      throw new ChatError('token_not_valid')
    }

    const generation = session.generation + 1
    const expiresAt = sessionEnd(session.created_at, now)
    const hash = refreshHash(secrets[0], session.id, generation)
    if (await rotate(db, session, { refreshHash: hash, deviceId: device.ids[0], now, expiresAt })) {
      return answer({ ...session, generation, refresh_hash: hash, rotated_at: now, expires_at: expiresAt })
    }
    // Another request spent the same token between the read and the write. Two tabs of one device both get the one
    // successor, unless it has been used by now. Another device has a copy of the token, and which of the two is the
    // owner's is unknown: both lose the session.
    const current = await liveSession(db, claims.sid, now)
    if (current?.generation === generation && (await isRetry(c.env, claims, current, device))) return answer(current)
    if (current && !device.ids.includes(current.device_id)) await endStolenSession(c, current, now)
    throw new ChatError('token_not_valid')
  },
)

/**
 * Ends the session of a token that was spent twice, because its successor may be in other hands. There is no grace
 * period, because a thief would have it too.
 */
async function endStolenSession(c: ApiContext, { id, user_id: userId }: LiveSession, now: number): Promise<void> {
  await endSession(c.env.DIRECTORY, userId, id, now)
  await closeEndedSessions(c, userId, [id])
}

const describe = area('Accounts')
const refresh = { access: 'anybody', body: RefreshBody, refusals: ['token_not_valid'] } satisfies Partial<Operation>

/** The routes above, as `/api/schema/` describes them. */
export const tokenOperations: Operation[] = [
  describe.post('/api/token/refresh/', 'Trade a refresh token for the next pair', { 200: Tokens }, refresh),
  describe.post('/api/users/token/refresh/', 'Trade a refresh token for the next pair', { 200: Tokens }, refresh),
]
