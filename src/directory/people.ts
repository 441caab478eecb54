/** People as others see them: listed, searched, looked up. Never an e-mail address. */
import type { UserId } from '../protocol'
import { fold } from './fold'
import type { UserRow } from './schema'

/** Whether a person is there (0 or 1), and when they last were. */
export interface Presence {
  online: number
  last_seen: number
}

/** What anybody signed in may see of a person. */
export type PersonRow = Pick<UserRow, 'id' | 'username' | 'first_name' | 'last_name' | 'bio' | 'picture'> & Presence

/** Which people, in which order, and which part of them. */
export interface PeopleQuery {
  search?: string | undefined
  ordering: keyof typeof ORDERINGS
  limit: number
  offset: number
}

/** Users with their presence, as `u` and `p`. */
export const WITH_PRESENCE = 'users u LEFT JOIN presence p ON p.user_id = u.id'
/** Who never had a socket was last seen when they registered, so `last_seen` is always a time. */
export const PRESENCE = 'coalesce(p.online, 0) AS online, coalesce(p.last_seen, u.created_at) AS last_seen'

const PERSON = `u.id, u.username, u.first_name, u.last_name, u.bio, u.picture, ${PRESENCE}`

const ORDERINGS = {
  username: 'u.username_key',
  '-username': 'u.username_key DESC',
  id: 'u.id',
  '-id': 'u.id DESC',
} as const

/**
 * People whose username or name contains `search`, whatever its case. `instr` and not LIKE: the platform refuses LIKE
 * patterns above 50 bytes, and nothing in a search text is a wildcard.
 */
export async function findPeople(
  db: D1Database,
  { search, ordering, limit, offset }: PeopleQuery,
): Promise<PersonRow[]> {
  const { results } = await db
    .prepare(
      `SELECT ${PERSON} FROM ${WITH_PRESENCE}
       WHERE u.erased_at IS NULL AND u.disabled_at IS NULL
         AND (?1 IS NULL OR instr(u.username_key || ' ' || u.first_name_key || ' ' || u.last_name_key, ?1))
       ORDER BY ${ORDERINGS[ordering]} LIMIT ?2 OFFSET ?3`,
    )
    .bind(search ? fold(search) : null, limit, offset)
    .all<PersonRow>()
  return results
}

/** One person, also one whose account is disabled: they still stand in old rooms. */
export function findPerson(db: D1Database, id: UserId): Promise<PersonRow | null> {
  return db
    .prepare(`SELECT ${PERSON} FROM ${WITH_PRESENCE} WHERE u.id = ?1 AND u.erased_at IS NULL`)
    .bind(id)
    .first<PersonRow>()
}

/** Those of `ids` who can be spoken to: accounts that are neither disabled nor erased. */
export async function peopleAmong(db: D1Database, ids: readonly UserId[]): Promise<PersonRow[]> {
  const { results } = await db
    .prepare(
      `SELECT ${PERSON} FROM ${WITH_PRESENCE}
       WHERE u.id IN (SELECT value FROM json_each(?1)) AND u.erased_at IS NULL AND u.disabled_at IS NULL`,
    )
    .bind(JSON.stringify(ids))
    .all<PersonRow>()
  return results
}
