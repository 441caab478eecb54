/** Direct rooms, and search for rooms by their names and the names of their members. */
import { LIMITS, type RoomId, type UserId } from '../../protocol'
import { fold, legacyFold, nameMatches, roomNameMatches } from '../people/fold'
import { idsNamedLike } from '../people/names'
import { blocksWith, isBlocked, pairOf, seenNameMatches, seesCurrentProfile } from '../people/relationship'

/** SQL: the earlier claim on a pair's room stays, unless its room is known to be deleted. */
export const KEEP_EARLIER_CLAIM = `ON CONFLICT (low, high) DO UPDATE SET room_id = excluded.room_id
  WHERE EXISTS (SELECT 1 FROM rooms WHERE id = direct_rooms.room_id AND deleted_at IS NOT NULL)`

/**
 * The direct room of a pair. Of any number of concurrent candidates the first becomes the room for good. Its actor may
 * still have to be created. Null when one of the two has blocked the other.
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
 * Replaces a deleted room of a pair by `candidate`. The directory may not know of the deletion yet.
 * @returns the pair's room: the candidate, or another that came first
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

/** Makes `room` the direct room of a pair, unless they have another. Blocks do not matter here. */
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

/**
 * Whether the directory has a room. Must be asked before a non-member's request names its actor, because naming an
 * actor creates it.
 */
export async function roomExists(db: D1Database, room: RoomId): Promise<boolean> {
  const found = await db.prepare('SELECT 1 FROM rooms WHERE id = ? AND deleted_at IS NULL').bind(room).first()
  return found !== null
}

/** The most rooms and memberships that one search reads. */
const MAX_ROOMS = 2_000
const MAX_MEMBERSHIPS = 4_000

/**
 * A person's rooms whose name, or the name of a member, contains `words`. At most 200. Names are compared in the first
 * `MAX_ROOMS` groups and direct rooms. Members of groups are found from the people whose name matches.
 * @returns also the rows read
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
