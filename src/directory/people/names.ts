/** The endings of people's names, by which they are searched: kept with each change of a name, in the same transaction. */
import type { UserId } from '../../protocol'

/** Characters of an ending that are kept, and places in a name at which one begins. */
export const ENDING_LENGTH = 64
const STARTS = JSON.stringify(Array.from({ length: 160 }, (_, place) => place + 1))

/** Every ending of a name, an SQL expression, but those that begin with a blank: nothing is sought by one. */
const endingsOf = (name: string, from = '') => `
  SELECT substr(${name}, start.value, ${ENDING_LENGTH}) FROM json_each('${STARTS}') start ${from}
  WHERE start.value <= length(${name}) AND substr(${name}, start.value, 1) <> ' '`

const OF_USER = 'JOIN users ON users.id = ?1'

/**
 * Removes the endings that somebody will not have any more under `searchKey`: to be run before it is changed. What stays
 * of a name that was changed meanwhile is looked at like everything that is found, and left out.
 */
export const removeNameStatement = (db: D1Database, id: UserId, searchKey: string): D1PreparedStatement =>
  db
    .prepare(
      `DELETE FROM name_suffixes WHERE user_id = ?1 AND suffix IN (${endingsOf('users.search_key', OF_USER)})
         AND suffix NOT IN (${endingsOf('?2')})`,
    )
    .bind(id, searchKey)

/** Adds the endings that somebody has now: to be run after `search_key` was written. */
export const addNameStatement = (db: D1Database, id: UserId): D1PreparedStatement =>
  db
    .prepare(
      `INSERT OR IGNORE INTO name_suffixes (suffix, user_id)
       SELECT ending.*, ?1 FROM (${endingsOf('users.search_key', OF_USER)}) ending`,
    )
    .bind(id)

/** How many people whose names were not brought up to date yet are looked at by one search (see `refoldSome`). */
const MAX_UNFOLDED = 500

/**
 * Ids of people whose names contain what is sought, as far as they are looked for: each ending that begins with it, shortest
 * rest first, so that a name that is typed out is always among them. `folded` is an SQL expression. More are found than
 * sought: they are to be looked at with `isCalled`.
 */
export const idsNamedLike = (folded: string, most: number): string =>
  `SELECT * FROM (SELECT user_id FROM name_suffixes WHERE suffix >= substr(${folded}, 1, ${ENDING_LENGTH})
     AND suffix < substr(${folded}, 1, ${ENDING_LENGTH}) || char(1114111) LIMIT ${most})
   UNION ALL SELECT * FROM (SELECT id FROM users WHERE search_key IS NULL LIMIT ${MAX_UNFOLDED})`
