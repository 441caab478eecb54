/** Finds people of another time or another server among those who are here. */
import type { UserId } from '../protocol'
import { fold } from './fold'
import type { UserRow } from './schema'

/** Somebody as a backup names them. */
export interface Named {
  id: UserId
  username: string
}

export type Match = Pick<UserRow, 'id' | 'username' | 'first_name' | 'last_name' | 'picture'>

/** How many are looked for in one statement. */
const AT_ONCE = 500

/** Each of these people by their id or, where nobody has that id, by their username. Nobody is found twice. */
export async function matches(db: D1Database, people: Named[]): Promise<Map<UserId, Match>> {
  const found: (Match & { username_key: string })[] = []
  for (let from = 0; from < people.length; from += AT_ONCE) {
    const some = people.slice(from, from + AT_ONCE)
    const { results } = await db
      .prepare(
        `SELECT id, username, username_key, first_name, last_name, picture FROM users
         WHERE erased_at IS NULL AND (id IN (SELECT value FROM json_each(?1))
           OR username_key IN (SELECT value FROM json_each(?2)))`,
      )
      .bind(JSON.stringify(some.map(({ id }) => id)), JSON.stringify(some.map(({ username }) => fold(username))))
      .all<Match & { username_key: string }>()
    found.push(...results)
  }
  const byId = new Map(found.map((match) => [match.id, match]))
  const byName = new Map(found.map((match) => [match.username_key, match]))
  const matched = new Map<UserId, Match>()
  const taken = new Set<UserId>()
  const take = ({ id }: Named, match: Match | undefined) => {
    if (!match || matched.has(id) || taken.has(match.id)) return
    matched.set(id, match)
    taken.add(match.id)
  }
  for (const person of people) take(person, byId.get(person.id))
  for (const person of people) take(person, byName.get(fold(person.username)))
  return matched
}
