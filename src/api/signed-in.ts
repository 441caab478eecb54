/** What everything that signs somebody in answers. */
import type * as z from 'zod'
import { issueTokens, type NewSession } from '../auth/session'
import { settings } from '../config'
import type { Account } from '../directory/users'
import type { SignedIn } from '../protocol'
import type { Asked } from './context'
import { toProfile } from './people'

/** The tokens of a session that has begun, and whose it is. */
export async function signedIn(c: Asked, account: Account, session: NewSession): Promise<z.infer<typeof SignedIn>> {
  const { AUTH_SECRET } = settings(c.env)
  const of = { username: account.username, generation: 0, since: session.now }
  const tokens = await issueTokens(AUTH_SECRET, { ...session, ...of })
  return { ...tokens, tokens, user: toProfile(account, new URL(c.req.url).origin) }
}
