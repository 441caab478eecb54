/** Rooms in the directory: the one room of each pair, and finding rooms by what they and their people are called. */
import type { RoomId, UserId } from '../protocol'
import { isBlocked, pairOf } from './between'
import { fold, formerFold, isCalled, isRoomCalled } from './fold'

/**
 * The one room of a pair, whoever asks and however many at once: the first `candidate` to arrive is it for good.
 * The room itself may still have to be created. Null when one of the two has blocked the other.
 */
export async function directRoomOf(
  db: D1Database,
  one: UserId,
  other: UserId,
  candidate: RoomId,
): Promise<RoomId | null> {
  const pair = pairOf(one, other)
  const [, found] = await db.batch<{ room_id: number }>([
    db
      .prepare(
        `INSERT INTO direct_rooms (low, high, room_id) SELECT ?1, ?2, ?3 WHERE NOT ${isBlocked('?1', '?2')}
         ON CONFLICT DO NOTHING`,
      )
      .bind(...pair, candidate),
    db
      .prepare(`SELECT room_id FROM direct_rooms WHERE low = ?1 AND high = ?2 AND NOT ${isBlocked('?1', '?2')}`)
      .bind(...pair),
  ])
  return found?.results[0]?.room_id ?? null
}

/** Makes `room` the one of a pair, unless another is: also when the two have blocked each other. */
export async function claimDirectRoom(db: D1Database, one: UserId, other: UserId, room: RoomId): Promise<boolean> {
  const pair = pairOf(one, other)
  const [, found] = await db.batch<{ room_id: number }>([
    db
      .prepare('INSERT INTO direct_rooms (low, high, room_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
      .bind(...pair, room),
    db.prepare('SELECT room_id FROM direct_rooms WHERE low = ? AND high = ?').bind(...pair),
  ])
  return found?.results[0]?.room_id === room
}

/** Whether there is such a room: to be asked before its actor is named by somebody who is no member yet. */
export async function roomExists(db: D1Database, room: RoomId): Promise<boolean> {
  const found = await db.prepare('SELECT 1 FROM rooms WHERE id = ? AND deleted_at IS NULL').bind(room).first()
  return found !== null
}

/** Those of a person's rooms whose name, or the name of somebody in which, contains `words`; at most 200. */
export async function findRooms(db: D1Database, user: UserId, words: string): Promise<RoomId[]> {
  const folded = fold(words)
  if (folded === '') return []
  const { results } = await db
    .prepare(
      `SELECT DISTINCT mine.room_id FROM memberships AS mine
       JOIN rooms ON rooms.id = mine.room_id AND rooms.deleted_at IS NULL
       LEFT JOIN memberships AS theirs
         ON theirs.room_id = mine.room_id AND theirs."left" = 0 AND theirs.user_id <> mine.user_id
       LEFT JOIN users u ON u.id = theirs.user_id
       WHERE mine.user_id = ?1 AND mine."left" = 0 AND (${isRoomCalled('?2', '?3')} OR ${isCalled('?2', '?3')})
       LIMIT 200`,
    )
    .bind(user, folded, formerFold(words))
    .all<{ room_id: number }>()
  return results.map((row) => row.room_id)
}
