/**
 * The directory's outbox: changes that a person's actors must still learn. Each entry is written in the transaction of
 * its change and deleted after delivery.
 */
import type { RoomId, SessionId, UserId } from '../../protocol'
import { NAME_COLUMNS, type PersonNames } from '../people/people'
import type { FriendRequestRow, OutboxRow } from '../schema'

/** The content of an entry and the person whose actors receive it. */
export type OutboxEntry = Pick<OutboxRow, 'user_id' | 'kind' | 'subject'>

/**
 * SQL: a revision that no earlier entry had. A counter that restarts with each row would let the delivery of an earlier
 * entry delete a later one. JavaScript integers have 53 bits.
 */
export const FRESH_REVISION = `random() & ${Number.MAX_SAFE_INTEGER}`

/** A newer entry replaces an earlier one with the same key. */
export const REPLACE_EARLIER = `ON CONFLICT (user_id, kind, subject)
  DO UPDATE SET revision = excluded.revision, created_at = excluded.created_at`

/** The statement that enqueues an entry, if the statement before it in the batch changed a row. */
export const enqueueStatement = (
  db: D1Database,
  { user_id, kind, subject }: OutboxEntry,
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO outbox (user_id, kind, subject, revision, created_at)
       SELECT ?1, ?2, ?3, ${FRESH_REVISION}, ?4 WHERE changes() > 0 ${REPLACE_EARLIER}`,
    )
    .bind(user_id, kind, subject, now)

/** The statement that enqueues the sessions of a person that ended at `now`: actors refuse them once it is delivered. */
export const enqueueEndedStatement = (db: D1Database, user: UserId, now: number): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO outbox (user_id, kind, subject, revision, created_at)
       SELECT user_id, 'session', id, ${FRESH_REVISION}, ?2 FROM sessions WHERE user_id = ?1 AND ended_at = ?2
       ${REPLACE_EARLIER}`,
    )
    .bind(user, now)

/** Deletes the entries of ended sessions that were delivered. */
export async function removeEndedEntries(db: D1Database, user: UserId, sessions: SessionId[]): Promise<void> {
  await db
    .prepare(
      "DELETE FROM outbox WHERE user_id = ?1 AND kind = 'session' AND subject IN (SELECT value FROM json_each(?2))",
    )
    .bind(user, JSON.stringify(sessions))
    .run()
}

/**
 * `enqueueStatement` for both people of the friend request that `condition` names by `?1` and `?2`. An accepted request also lets
 * the two see each other's presence.
 */
export const enqueueRequestStatement = (
  db: D1Database,
  condition: string,
  named: [number, number],
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO outbox (user_id, kind, subject, revision, created_at)
       SELECT json_each.value ->> 0, json_each.value ->> 1, json_each.value ->> 2, ${FRESH_REVISION}, ?3
       FROM (SELECT id, from_user, to_user, status FROM friend_requests WHERE ${condition}) r, json_each(json_array(
         json_array(from_user, 'friend_request', r.id), json_array(to_user, 'friend_request', r.id),
         json_array(from_user, 'presence', to_user), json_array(to_user, 'presence', from_user)))
       WHERE changes() > 0 AND (status = 'accepted' OR json_each.value ->> 1 = 'friend_request') ${REPLACE_EARLIER}`,
    )
    .bind(...named, now)

/** The most open requests whose receivers learn of the sender's new name, newest first. */
const MAX_SENT_REQUESTS = 50

/** The same for the receivers of a person's open requests: their notifications name the sender. */
export const enqueueSentRequestsStatement = (db: D1Database, user: UserId, now: number): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO outbox (user_id, kind, subject, revision, created_at)
       SELECT to_user, 'friend_request', id, ${FRESH_REVISION}, ?2 FROM friend_requests
       WHERE from_user = ?1 AND status = 'pending' AND changes() > 0 ORDER BY id DESC LIMIT ${MAX_SENT_REQUESTS} ${REPLACE_EARLIER}`,
    )
    .bind(user, now)

/** The entries for a person's actors. */
export async function pendingEntries(db: D1Database, user: UserId): Promise<OutboxRow[]> {
  const { results } = await db.prepare('SELECT * FROM outbox WHERE user_id = ?').bind(user).all<OutboxRow>()
  return results
}

/** Deletes a delivered entry. A newer revision of the same entry stays. */
export async function removeEntry(db: D1Database, { user_id, kind, subject, revision }: OutboxRow): Promise<void> {
  await db
    .prepare('DELETE FROM outbox WHERE user_id = ? AND kind = ? AND subject = ? AND revision = ?')
    .bind(user_id, kind, subject, revision)
    .run()
}

/** An entry older than this, in milliseconds, was not delivered by the request that made it. */
export const DELIVERY_TIME = 10_000

/** SQL: the outbox has an overdue entry for `user`. Both parameters are SQL expressions. */
export const hasOverdueEntries = (user: string, now: string) =>
  `EXISTS (SELECT 1 FROM outbox WHERE user_id = ${user} AND created_at < ${now} - ${DELIVERY_TIME})`

/** A person's present names, or null when the account is erased. */
export const findNames = (db: D1Database, id: UserId): Promise<PersonNames | null> =>
  db.prepare(`SELECT ${NAME_COLUMNS} FROM users u WHERE u.id = ? AND u.erased_at IS NULL`).bind(id).first<PersonNames>()

/** A friend request in its present state, its two people and their direct room. */
export interface CurrentRequest {
  request: FriendRequestRow
  sender: PersonNames
  receiver: PersonNames
  room: RoomId | null
}

/** Null when the request no longer exists. */
export async function currentRequest(db: D1Database, id: number): Promise<CurrentRequest | null> {
  const [requests, people] = await db.batch([
    db
      .prepare(
        `SELECT r.*, d.room_id FROM friend_requests r
         LEFT JOIN direct_rooms d ON d.low = min(r.from_user, r.to_user) AND d.high = max(r.from_user, r.to_user)
         WHERE r.id = ?`,
      )
      .bind(id),
    db
      .prepare(
        `SELECT ${NAME_COLUMNS} FROM friend_requests r JOIN users u ON u.id IN (r.from_user, r.to_user) WHERE r.id = ?`,
      )
      .bind(id),
  ])
  const [row] = (requests?.results ?? []) as (FriendRequestRow & { room_id: RoomId | null })[]
  if (!row) return null
  const { room_id: room, ...request } = row
  const ends = (people?.results ?? []) as PersonNames[]
  const asker = ends.find((person) => person.id === request.from_user)
  const asked = ends.find((person) => person.id === request.to_user)
  return asker && asked ? { request, sender: asker, receiver: asked, room } : null
}
