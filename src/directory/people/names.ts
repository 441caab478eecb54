/** The search index of names: their endings, updated with each change of a name in the same transaction. */
import type { UserId } from '../../protocol'

/** The most characters of an ending, and the most positions in a name at which endings begin. */
export const ENDING_LENGTH = 64
const STARTS = JSON.stringify(Array.from({ length: 160 }, (_, place) => place + 1))

/** SQL: every ending of a name except those that begin with a blank. */
const endingsOf = (name: string, from = '') => `
  SELECT substr(${name}, start.value, ${ENDING_LENGTH}) FROM json_each('${STARTS}') start ${from}
  WHERE start.value <= length(${name}) AND substr(${name}, start.value, 1) <> ' '`

const OF_USER = 'JOIN users ON users.id = ?1'

/**
 * Removes the endings that a person no longer has under `searchKey`. Must run before the key is changed. Endings that a
 * concurrent change leaves behind are filtered by `nameMatches`.
 */
export const removeNameStatement = (db: D1Database, id: UserId, searchKey: string): D1PreparedStatement =>
  db
    .prepare(
      `DELETE FROM name_suffixes WHERE user_id = ?1 AND suffix IN (${endingsOf('users.search_key', OF_USER)})
         AND suffix NOT IN (${endingsOf('?2')})`,
    )
    .bind(id, searchKey)

/** Adds the person's present endings. Must run after `search_key` was written. */
export const addNameStatement = (db: D1Database, id: UserId): D1PreparedStatement =>
  db
    .prepare(
      `INSERT OR IGNORE INTO name_suffixes (suffix, user_id)
       SELECT ending.*, ?1 FROM (${endingsOf('users.search_key', OF_USER)}) ending`,
    )
    .bind(id)

/** The most people without a `search_key` that one search reads: see `backfillNames`. */
const MAX_UNFOLDED = 500

/**
 * SQL: ids of people whose names may contain the search text, by the endings that begin with it. The shortest come
 * first, so that a complete name is always found. `folded` is an SQL expression. The result is a superset: filter it
 * with `nameMatches`.
 */
export const idsNamedLike = (folded: string, most: number): string =>
  `SELECT * FROM (SELECT user_id FROM name_suffixes WHERE suffix >= substr(${folded}, 1, ${ENDING_LENGTH})
     AND suffix < substr(${folded}, 1, ${ENDING_LENGTH}) || char(1114111) LIMIT ${most})
   UNION ALL SELECT * FROM (SELECT id FROM users WHERE search_key IS NULL LIMIT ${MAX_UNFOLDED})`
