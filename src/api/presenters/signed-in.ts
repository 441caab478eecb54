/** What everything that signs somebody in answers. */
import type * as z from 'zod'
import type { Secrets } from '../../auth/keys'
import { issueTokens, type NewSession, type TokenPair } from '../../auth/session'
import { refreshHash } from '../../auth/tokens'
import { secretsOf, settings } from '../../config'
import { type LiveSession, liveSession } from '../../directory/accounts/sessions'
import type { Account } from '../../directory/accounts/users'
import { ChatError, type SessionId, type SignedIn } from '../../protocol'
import type { ApiContext } from '../context'
import { toProfile } from './people'

/** The tokens of a session that has begun, and whose it is. */
export async function newSessionAnswer(
  c: ApiContext,
  account: Account,
  session: NewSession,
): Promise<z.infer<typeof SignedIn>> {
  const { AUTH_SECRET } = settings(c.env)
  const of = { username: account.username, generation: 0, since: session.now }
  const tokens = await issueTokens(AUTH_SECRET, { ...session, ...of })
  return { ...tokens, tokens, user: toProfile(account, new URL(c.req.url).origin) }
}

/** The tokens of a session that goes on, for a client that expects some: the very refresh token that it has already. */
export async function sameSessionAnswer(
  c: ApiContext,
  account: Account,
  id: SessionId,
): Promise<z.infer<typeof SignedIn>> {
  const live = await liveSession(c.env.DIRECTORY, id, Date.now())
  if (!live) throw new ChatError('session_ended')
  const tokens = await currentTokens(secretsOf(c.env), live)
  return { ...tokens, tokens, user: toProfile(account, new URL(c.req.url).origin) }
}

/** The tokens of a session's living generation: a new access token, and the refresh token that was given out for it. */
export function currentTokens(secrets: Secrets, session: LiveSession): Promise<TokenPair> {
  const { id, user_id: userId, username, generation, rotated_at: since, expires_at: expiresAt, refresh_hash } = session
  // The secret may have been rotated since that was given out.
  const signer = secrets.find((each) => refreshHash(each, id, generation) === refresh_hash)
  return issueTokens(secrets[0], { id, userId, username, generation, since, expiresAt }, signer)
}
