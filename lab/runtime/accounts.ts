/** Makes accounts in the directory and signs them in, without hashing a password. */
import { env } from 'cloudflare:workers'
import { issueTokens, newSession } from '../../src/auth/session'
import { settings } from '../../src/config'
import { register } from '../../src/directory/accounts/new-accounts'
import { newId } from '../../src/protocol'
import type { Someone } from '../../test/support/api'

/** Hashing takes a tenth of a second, which a trial of thousands of people cannot spend; nobody signs in by this. */
const NO_PASSWORD = 'none'

/** Makes an account called `name`, with `username` as its unique name, and a session for it. */
export async function account(name: string, username: string): Promise<Someone> {
  const [id, now, email] = [newId(), Date.now(), `${username}@parlour.test`]
  const { AUTH_SECRET } = settings(env)
  const session = newSession(AUTH_SECRET, id, 'lab', now)
  const person = { id, email, passwordHash: NO_PASSWORD, firstName: name, lastName: '', picture: null, now }
  const { taken } = await register(env.DIRECTORY, person, [username], session)
  if (taken.length > 0) throw new Error(`${username} is taken already`)
  const named = { id, username, full_name: name, picture: null, version: 0 }
  const tokens = await issueTokens(AUTH_SECRET, named, { ...session, generation: 0, since: now })
  return { id, username, email, ...tokens }
}

/** Several at once: `tag` keeps their usernames apart from those of other casts. */
export async function accounts<Name extends string>(tag: string, ...names: Name[]): Promise<Record<Name, Someone>> {
  const made = await Promise.all(names.map(async (name) => [name, await account(name, `${name}_${tag}`)] as const))
  return Object.fromEntries(made) as Record<Name, Someone>
}
