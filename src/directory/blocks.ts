/** Blocks: the directory decides in one transaction what a block ends; the direct room of the two is told of it. */
import { LIMITS, type RoomId, type UserId } from '../protocol'
import { pairOf, shownProfile } from './between'
import type { FriendRequestRow } from './schema'

/** What a block, or its end, concerns. */
export interface BlockChange {
  /** The blocker's rooms that the other is or was in, and their direct room, even if it is still to be created. */
  rooms: RoomId[]
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
        `INSERT INTO blocks (blocker, blocked, created_at, shown)
         SELECT ?1, id, ?3, ${shownProfile('?1')} FROM users WHERE id = ?2 AND erased_at IS NULL ON CONFLICT DO NOTHING`,
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
    roomsWith(db, blocker, blocked),
  ])
  const rooms = roomsIn(other)
  const [request = null] = (settled?.results ?? []) as FriendRequestRow[]
  return rooms && { rooms, settled: request }
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
    roomsWith(db, blocker, blocked),
  ])
  const rooms = roomsIn(other)
  return rooms && { rooms, settled: null }
}

/** One row for each room, and one without a room for the person: none at all when there is no such person. */
const roomsWith = (db: D1Database, user: UserId, other: UserId) =>
  db
    .prepare(
      `SELECT other.room_id AS room FROM users u LEFT JOIN (
         SELECT room_id FROM direct_rooms WHERE low = min(?1, ?2) AND high = max(?1, ?2)
         UNION SELECT a.room_id FROM memberships a JOIN memberships b ON b.room_id = a.room_id
           WHERE a.user_id = ?1 AND a."left" = 0 AND b.user_id = ?2
       ) AS other ON TRUE WHERE u.id = ?2 AND u.erased_at IS NULL`,
    )
    .bind(user, other)

const roomsIn = (found: D1Result | undefined): RoomId[] | null => {
  const rows = (found?.results ?? []) as { room: RoomId | null }[]
  return rows.length === 0 ? null : rows.flatMap(({ room }) => room ?? [])
}
