/** Blocks. One transaction ends what a block ends, and the direct room of the two learns of it through the outbox. */
import { LIMITS, type RoomId, type UserId } from '../../protocol'
import { enqueueRequestStatement, FRESH_REVISION, REPLACE_EARLIER } from '../operation/outbox'
import { pairOf, profileSnapshot } from './relationship'

/**
 * Blocks a person: friendship and pending request end, and the outbox gets entries.
 * @returns whether there is such a person
 */
export async function block(db: D1Database, blocker: UserId, blocked: UserId, now: number): Promise<boolean> {
  const pair = pairOf(blocker, blocked)
  const [noted] = await db.batch([
    enqueueBlockStatement(db, blocker, blocked, now),
    db
      .prepare(
        `INSERT INTO blocks (blocker, blocked, created_at, profile_snapshot)
         SELECT ?1, id, ?3, ${profileSnapshot('?1')} FROM users WHERE id = ?2 AND erased_at IS NULL ON CONFLICT DO NOTHING`,
      )
      .bind(blocker, blocked, now),
    db.prepare('DELETE FROM friendships WHERE low = ? AND high = ?').bind(...pair),
    db
      .prepare(
        // The sender of a request sees it as cancelled or rejected, depending on which of the two blocks.
        `UPDATE friend_requests SET status = iif(from_user = ?1, 'cancelled', 'rejected'), updated_at = ?4
         WHERE min(from_user, to_user) = ?2 AND max(from_user, to_user) = ?3 AND status = 'pending' RETURNING *`,
      )
      .bind(blocker, ...pair, now),
    enqueueRequestStatement(db, ENDED_NOW, pair, now),
  ])
  return (noted?.meta.changes ?? 0) > 0
}

/** Whether a person has reached the limit of blocks. */
export async function isBlockListFull(db: D1Database, blocker: UserId): Promise<boolean> {
  const count = await db.prepare('SELECT count(*) AS n FROM blocks WHERE blocker = ?').bind(blocker).first<number>('n')
  return (count ?? 0) >= LIMITS.blocked
}

/** Lifts one's own block, if there is one. @returns whether there is such a person */
export async function unblock(db: D1Database, blocker: UserId, blocked: UserId, now: number): Promise<boolean> {
  const [noted] = await db.batch([
    enqueueBlockStatement(db, blocker, blocked, now),
    db.prepare('DELETE FROM blocks WHERE blocker = ? AND blocked = ?').bind(blocker, blocked),
  ])
  return (noted?.meta.changes ?? 0) > 0
}

/** SQL: the requests between two people that this transaction ended. */
const ENDED_NOW = '((from_user = ?1 AND to_user = ?2) OR (from_user = ?2 AND to_user = ?1)) AND updated_at = ?3'

/**
 * Enqueued whether or not a row changes: a repeated block means that the caller doubts it. The blocked person's view of
 * the blocker's presence changes as well.
 */
const enqueueBlockStatement = (db: D1Database, blocker: UserId, blocked: UserId, now: number) =>
  db
    .prepare(
      `INSERT INTO outbox (user_id, kind, subject, revision, created_at)
       SELECT iif(kind = 'block', ?1, id), kind, iif(kind = 'block', id, ?1), ${FRESH_REVISION}, ?3
       FROM users, (SELECT 'block' AS kind UNION ALL SELECT 'presence') WHERE id = ?2 AND erased_at IS NULL
       ${REPLACE_EARLIER}`,
    )
    .bind(blocker, blocked, now)

/**
 * The blocker's rooms with the other person as present or former member, and their direct room, even if it is still to
 * be created.
 */
export async function sharedRooms(db: D1Database, blocker: UserId, other: UserId): Promise<RoomId[]> {
  const { results } = await db
    .prepare(
      `SELECT room_id AS room FROM direct_rooms WHERE low = min(?1, ?2) AND high = max(?1, ?2)
       UNION SELECT a.room_id FROM memberships a JOIN memberships b ON b.room_id = a.room_id
         WHERE a.user_id = ?1 AND a."left" = 0 AND b.user_id = ?2`,
    )
    .bind(blocker, other)
    .all<{ room: RoomId }>()
  return results.map(({ room }) => room)
}
