/** Finds the people of a backup among those who are here: by their ids, never by what they are called. */
import type { UserId } from '../../protocol'
import type { UserRow } from '../schema'

export type AccountMatch = Pick<
  UserRow,
  'id' | 'username' | 'first_name' | 'last_name' | 'picture' | 'version' | 'erased_at'
>

/** How many are looked for in one statement. */
const AT_ONCE = 500

/** The accounts with these ids, erased ones too, by id. */
export async function accountsByIds(db: D1Database, ids: readonly UserId[]): Promise<Map<UserId, AccountMatch>> {
  const found = new Map<UserId, AccountMatch>()
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const { results } = await db
      .prepare(
        `SELECT id, username, first_name, last_name, picture, version, erased_at FROM users
         WHERE id IN (SELECT value FROM json_each(?1))`,
      )
      .bind(JSON.stringify(ids.slice(from, from + AT_ONCE)))
      .all<AccountMatch>()
    for (const match of results) found.set(match.id, match)
  }
  return found
}
