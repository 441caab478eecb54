/** Backfill for rows of earlier versions: folds their names, a batch at a time, until none is left. */

import { claimStatements, skeletonHashes } from '../accounts/usernames'
import type { RoomRow, UserRow } from '../schema'
import { caseless, fold, searchKeyOf } from './fold'
import { addNameStatement } from './names'

/** Rows of one batch: some milliseconds of work in one transaction. */
const AT_ONCE = 200

/** Directories in which this isolate has found no rows left. Rows of this version never need a backfill. */
const complete = new WeakSet<D1Database>()

/** Runs one batch, unless all is done. Two concurrent runs do the same work and cause no harm. */
export async function backfillNames(db: D1Database): Promise<void> {
  if (complete.has(db)) return
  const [users, rooms] = await db.batch([
    db
      .prepare(
        'SELECT id, username, first_name, last_name, erased_at, created_at FROM users WHERE search_key IS NULL LIMIT ?1',
      )
      .bind(AT_ONCE),
    db.prepare('SELECT id, name FROM rooms WHERE search_key IS NULL LIMIT ?1').bind(AT_ONCE),
  ])
  const people = (users?.results ?? []) as UserRow[]
  const named = (rooms?.results ?? []) as RoomRow[]
  const statements = [
    ...(await Promise.all(people.map((user) => backfillStatements(db, user)))).flat(),
    ...named.map(({ id, name }) =>
      db.prepare('UPDATE rooms SET search_key = ?2 WHERE id = ?1 AND name = ?3').bind(id, fold(name), name),
    ),
  ]
  if (statements.length > 0) await db.batch(statements)
  if (people.length + named.length === 0) complete.add(db)
}

/** Of two names that look alike, the first keeps the claim, and the other keeps its name without one. */
async function backfillStatements(db: D1Database, user: UserRow): Promise<D1PreparedStatement[]> {
  const { id, username, first_name, last_name, erased_at } = user
  if (erased_at !== null) return [db.prepare(`UPDATE users SET search_key = '' WHERE id = ?1`).bind(id)]
  const looks = (await skeletonHashes(username)) ?? []
  return [
    db.prepare('UPDATE OR IGNORE users SET username_key = ?2 WHERE id = ?1').bind(id, caseless(username)),
    db
      .prepare(
        `UPDATE users SET search_key = ?2
         WHERE id = ?1 AND username = ?3 AND first_name = ?4 AND last_name = ?5 AND erased_at IS NULL`,
      )
      .bind(id, searchKeyOf(user), username, first_name, last_name),
    ...claimStatements(db, id, username, looks, 0),
    addNameStatement(db, id),
  ]
}
