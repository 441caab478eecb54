/** Blocks: the directory decides in one transaction what a block ends; the direct room of the two is told of it. */
import { LIMITS, type RoomId, type UserId } from '../protocol'
import { pairOf } from './between'
import type { FriendRequestRow } from './schema'

/** What a block, or its end, concerns. */
export interface BlockChange {
  /** The direct room of the two, if they have one. */
  room: RoomId | null
  /** The request between them that was open until now. */
  settled: FriendRequestRow | null
}

/** Blocks somebody: friendship and open request end with it. Null when there is no such person. */
export async function block(
  db: D1Database,
  blocker: UserId,
  blocked: UserId,
  now: number,
): Promise<BlockChange | null> {
  const pair = pairOf(blocker, blocked)
  const [, , settled, other] = await db.batch([
    db
      .prepare(
        `INSERT INTO blocks (blocker, blocked, created_at)
         SELECT ?1, id, ?3 FROM users WHERE id = ?2 AND erased_at IS NULL ON CONFLICT DO NOTHING`,
      )
      .bind(blocker, blocked, now),
    db.prepare('DELETE FROM friendships WHERE low = ? AND high = ?').bind(...pair),
    db
      .prepare(
        // Who asked sees how it ended: taken back by themselves, or turned down.
        `UPDATE friend_requests SET status = iif(from_user = ?1, 'cancelled', 'rejected'), updated_at = ?4
         WHERE min(from_user, to_user) = ?2 AND max(from_user, to_user) = ?3 AND status = 'pending' RETURNING *`,
      )
      .bind(blocker, ...pair, now),
    roomWith(db, blocker, blocked),
  ])
  const [row] = (other?.results ?? []) as { room: RoomId | null }[]
  const [request = null] = (settled?.results ?? []) as FriendRequestRow[]
  return row ? { room: row.room, settled: request } : null
}

/** Whether a person has blocked as many people as one may. */
export async function isBlockListFull(db: D1Database, blocker: UserId): Promise<boolean> {
  const count = await db.prepare('SELECT count(*) AS n FROM blocks WHERE blocker = ?').bind(blocker).first<number>('n')
  return (count ?? 0) >= LIMITS.blocked
}

/** Lifts one's own block, if there is one. Null when there is no such person. */
export async function unblock(db: D1Database, blocker: UserId, blocked: UserId): Promise<BlockChange | null> {
  const [, other] = await db.batch([
    db.prepare('DELETE FROM blocks WHERE blocker = ? AND blocked = ?').bind(blocker, blocked),
    roomWith(db, blocker, blocked),
  ])
  const [row] = (other?.results ?? []) as { room: RoomId | null }[]
  return row ? { room: row.room, settled: null } : null
}

const roomWith = (db: D1Database, user: UserId, other: UserId) =>
  db
    .prepare(
      `SELECT d.room_id AS room FROM users u
       LEFT JOIN direct_rooms d ON d.low = min(u.id, ?1) AND d.high = max(u.id, ?1)
       WHERE u.id = ?2 AND u.erased_at IS NULL`,
    )
    .bind(user, other)
