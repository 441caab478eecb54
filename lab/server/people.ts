/** Makes accounts by the hundred, without hashing passwords. */
import { newSession } from '../../src/auth/session'
import { signAccess } from '../../src/auth/tokens'
import { settings } from '../../src/config'
import { newId } from '../../src/protocol'
import type { Enrolled } from './doors'

/** Ids that nobody has. */
export const unknownIds = (count: number): number[] => Array.from({ length: count }, newId)

/** Signs people in, after making accounts, with nothing but a name, for those of them that have none. */
export async function signIn(env: Env, ids: number[]): Promise<Enrolled[]> {
  const { AUTH_SECRET } = settings(env)
  const now = Date.now()
  const people = ids.map((id) => {
    const session = newSession(AUTH_SECRET, id, 'lab', now)
    return { id, username: `p${id.toString(36)}`, session }
  })
  const users = people.map(({ id, username }) => ({ id, username }))
  const sessions = people.map(({ session }) => session)
  await env.DIRECTORY.batch([
    env.DIRECTORY.prepare(
      `INSERT INTO users (id, username, username_key, email, first_name, first_name_key, created_at)
       SELECT value ->> 'id', value ->> 'username', value ->> 'username', (value ->> 'username') || '@parlour.test',
         value ->> 'username', value ->> 'username', ?2 FROM json_each(?1) WHERE TRUE ON CONFLICT DO NOTHING`,
    ).bind(JSON.stringify(users), now),
    env.DIRECTORY.prepare(
      `INSERT INTO sessions (id, user_id, refresh_hash, rotated_at, user_agent, created_at, last_used_at, expires_at)
       SELECT value ->> 'id', value ->> 'userId', value ->> 'refreshHash', ?2, 'lab', ?2, ?2, value ->> 'expiresAt'
       FROM json_each(?1)`,
    ).bind(JSON.stringify(sessions), now),
  ])
  return Promise.all(
    people.map(async ({ id, username, session }) => {
      const person = { id, username, full_name: username, picture: null, version: 0 }
      const of = { person, sessionId: session.id, sessionEnds: session.expiresAt }
      return { id, username, access: await signAccess(AUTH_SECRET, of, now) }
    }),
  )
}
