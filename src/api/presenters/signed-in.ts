/** The answer of every route that signs a person in. */
import type * as z from 'zod'
import type { Secrets } from '../../auth/keys'
import { issueTokens, type NewSession, type TokenPair } from '../../auth/session'
import { refreshHash } from '../../auth/tokens'
import { secretsOf, settings } from '../../config'
import { type LiveSession, liveSession } from '../../directory/accounts/sessions'
import type { Account } from '../../directory/accounts/users'
import { ChatError, type SessionId, type SignedIn } from '../../protocol'
import type { ApiContext } from '../context'
import { toPerson, toProfile } from './people'

/** The tokens of a new session, and its account. */
export async function newSessionAnswer(
  c: ApiContext,
  account: Account,
  session: NewSession,
): Promise<z.infer<typeof SignedIn>> {
  const { AUTH_SECRET } = settings(c.env)
  const tokens = await issueTokens(AUTH_SECRET, toPerson(account), { ...session, generation: 0, since: session.now })
  return { ...tokens, tokens, user: toProfile(account, new URL(c.req.url).origin) }
}

/** The tokens of an existing session, for a client that expects some: it gets the refresh token that it already has. */
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

/** The tokens of a session's current generation: a new access token, and the refresh token that was issued for it. */
export function currentTokens(secrets: Secrets, session: LiveSession): Promise<TokenPair> {
  const { id, user_id, generation, rotated_at: since, expires_at: expiresAt, refresh_hash } = session
  // The secret may have been rotated since the token was issued.
  const signer = secrets.find((each) => refreshHash(each, id, generation) === refresh_hash)
  return issueTokens(secrets[0], toPerson({ ...session, id: user_id }), { id, generation, since, expiresAt }, signer)
}
