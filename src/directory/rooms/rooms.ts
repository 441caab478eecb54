/** Rooms in the directory: the one room of each pair, and finding rooms by what they and their people are called. */
import { LIMITS, type RoomId, type UserId } from '../../protocol'
import { fold, legacyFold, nameMatches, roomNameMatches } from '../people/fold'
import { idsNamedLike } from '../people/names'
import { blocksWith, isBlocked, pairOf, seenNameMatches, seesCurrentProfile } from '../people/relationship'

/**
 * How a pair's claim on a room meets an earlier one: the earlier one stands, unless its room is known to be deleted.
 */
export const KEEP_EARLIER_CLAIM = `ON CONFLICT (low, high) DO UPDATE SET room_id = excluded.room_id
  WHERE EXISTS (SELECT 1 FROM rooms WHERE id = direct_rooms.room_id AND deleted_at IS NOT NULL)`

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
        `INSERT INTO direct_rooms (low, high, room_id) SELECT ?1, ?2, ?3 WHERE NOT ${isBlocked('?1', '?2')} ${KEEP_EARLIER_CLAIM}`,
      )
      .bind(...pair, candidate),
    db
      .prepare(`SELECT room_id FROM direct_rooms WHERE low = ?1 AND high = ?2 AND NOT ${isBlocked('?1', '?2')}`)
      .bind(...pair),
  ])
  return found?.results[0]?.room_id ?? null
}

/**
 * Gives a pair `candidate` in place of a room that is gone, of which the directory may not know yet.
 * @returns their room: the candidate, or another that came first.
 */
export async function replaceDirectRoom(
  db: D1Database,
  one: UserId,
  other: UserId,
  { gone, candidate }: { gone: RoomId; candidate: RoomId },
): Promise<RoomId | null> {
  const pair = pairOf(one, other)
  const [, found] = await db.batch<{ room_id: number }>([
    db
      .prepare('UPDATE direct_rooms SET room_id = ?4 WHERE low = ?1 AND high = ?2 AND room_id = ?3')
      .bind(...pair, gone, candidate),
    db.prepare('SELECT room_id FROM direct_rooms WHERE low = ? AND high = ?').bind(...pair),
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

/** How much of a person's rooms, and of the people whose names fit, one search looks at. */
const MAX_ROOMS = 2_000
const MAX_MEMBERSHIPS = 4_000

/**
 * Those of a person's rooms whose name, or the name of somebody in which, contains `words`; at most 200. Names are looked at
 * in the rooms and direct rooms of the first `ROOMS_SOUGHT`; of groups it is found who is in them from those whose name fits.
 * @returns also the rows read.
 */
export async function findRooms(db: D1Database, user: UserId, words: string): Promise<{ ids: RoomId[]; read: number }> {
  const folded = fold(words)
  if (folded === '') return { ids: [], read: 0 }
  const { results, meta } = await db
    .prepare(
      `WITH mine AS (
         SELECT m.room_id, rooms.is_group, rooms.search_key, rooms.name_key FROM memberships m JOIN rooms ON rooms.id = m.room_id
         WHERE m.user_id = ?1 AND m."left" = 0 AND rooms.deleted_at IS NULL LIMIT ${MAX_ROOMS})
       SELECT room_id FROM mine AS rooms WHERE ${roomNameMatches('?2', '?3')}
       UNION
       SELECT mine.room_id FROM mine JOIN memberships t ON t.room_id = mine.room_id AND t.user_id <> ?1 AND t."left" = 0
         JOIN users u ON u.id = t.user_id ${blocksWith('u.id')}
         WHERE mine.is_group = 0 AND ${seenNameMatches('?2', '?3')}
       UNION
       SELECT place.room_id FROM (
         SELECT t.room_id FROM (${idsNamedLike('?2', LIMITS.peopleSought)}) named
           CROSS JOIN users u ON u.id = named.user_id AND ${nameMatches('?2', '?3')} AND ${seesCurrentProfile('u.id')}
           CROSS JOIN memberships t ON t.user_id = u.id
         WHERE t."left" = 0 AND t.user_id <> ?1 LIMIT ${MAX_MEMBERSHIPS}
       ) place CROSS JOIN memberships m ON m.room_id = place.room_id AND m.user_id = ?1 AND m."left" = 0
         CROSS JOIN rooms ON rooms.id = place.room_id AND rooms.deleted_at IS NULL
       UNION
       SELECT t.room_id FROM blocks other CROSS JOIN memberships t ON t.user_id = other.blocker AND t."left" = 0
         CROSS JOIN memberships m ON m.room_id = t.room_id AND m.user_id = ?1 AND m."left" = 0
         CROSS JOIN rooms ON rooms.id = t.room_id AND rooms.deleted_at IS NULL
         WHERE other.blocked = ?1 AND instr(other.profile_snapshot ->> 'key', ?2)
       LIMIT 200`,
    )
    .bind(user, folded, legacyFold(words))
    .all<{ room_id: number }>()
  return { ids: results.map((row) => row.room_id), read: meta.rows_read }
}
