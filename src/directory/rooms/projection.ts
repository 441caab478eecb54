/**
 * The index of rooms and members that rooms write, and the blocks that concern a room. Every write may arrive late or
 * twice.
 */

import type { Role, RoomId, UserId } from '../../protocol'
import { fold, legacyFold } from '../people/fold'
import type { ProfileSnapshot } from '../people/relationship'

/** The index row of one room. `version` is the room's seq. */
export interface IndexedRoom {
  id: RoomId
  is_group: number
  name: string
  picture: string | null
  member_count: number
  created_at: number
  deleted_at: number | null
  version: number
}

export interface IndexedMember {
  user_id: UserId
  role: Role
  left: 0 | 1
  version: number
}

/**
 * Updates a room and its changed members in one transaction. Older versions change nothing.
 * @returns the blocks that concern new members (a later block finds them in the room), and for a new room the webhooks that
 *   receive all rooms
 */
export async function projectRoom(
  db: D1Database,
  room: IndexedRoom,
  members: IndexedMember[],
  isNew = false,
): Promise<{ blocks: RoomBlock[]; webhooks: number[] }> {
  const newcomers = members.filter(({ left }) => left === 0).map(({ user_id }) => user_id)
  const answers = await db.batch([
    db
      .prepare(
        `INSERT INTO rooms (id, is_group, name, name_key, search_key, picture, member_count, created_at, deleted_at, version)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key,
           search_key = excluded.search_key, picture = excluded.picture, member_count = excluded.member_count, deleted_at = excluded.deleted_at, version = excluded.version
         WHERE excluded.version > rooms.version`,
      )
      .bind(
        room.id,
        room.is_group,
        room.name,
        legacyFold(room.name),
        fold(room.name),
        room.picture,
        room.member_count,
        room.created_at,
        room.deleted_at,
        room.version,
      ),
    // One statement with two parameters for any number of members. "WHERE true" separates the SELECT from the ON.
    db
      .prepare(
        `INSERT INTO memberships (room_id, user_id, role, version, "left")
         SELECT ?1, value ->> 'user_id', value ->> 'role', value ->> 'version', value ->> 'left' FROM json_each(?2) WHERE true
         ON CONFLICT (room_id, user_id) DO UPDATE SET role = excluded.role, version = excluded.version, "left" = excluded."left"
         WHERE excluded.version > memberships.version`,
      )
      .bind(room.id, JSON.stringify(members)),
    ...(newcomers.length > 0 ? [db.prepare(BLOCKS_AROUND).bind(room.id, JSON.stringify(newcomers))] : []),
    ...(isNew ? [db.prepare('SELECT id FROM webhooks WHERE room_id IS NULL')] : []),
  ])
  return {
    blocks: newcomers.length > 0 ? ((answers[2]?.results ?? []) as StoredBlock[]).map(toRoomBlock) : [],
    webhooks: isNew ? ((answers.at(-1)?.results ?? []) as { id: number }[]).map(({ id }) => id) : [],
  }
}

/** A block as the shared rooms of its two people store it. */
export interface RoomBlock {
  blocker: UserId
  blocked: UserId
  /** The blocker's profile as the blocked person sees it, or null for blocks of earlier versions. */
  shown: ProfileSnapshot | null
}

interface StoredBlock {
  blocker: UserId
  blocked: UserId
  shown: string | null
}

const toRoomBlock = ({ blocker, blocked, shown }: StoredBlock): RoomBlock => ({
  blocker,
  blocked,
  shown: shown === null ? null : JSON.parse(shown),
})

/** One person's block of another, or null. */
export async function blockOf(db: D1Database, blocker: UserId, blocked: UserId): Promise<RoomBlock | null> {
  const row = await db
    .prepare('SELECT blocker, blocked, profile_snapshot AS shown FROM blocks WHERE blocker = ? AND blocked = ?')
    .bind(blocker, blocked)
    .first<StoredBlock>()
  return row && toRoomBlock(row)
}

/** The blocks among `newcomers`, and between them and the members of `room`. */
export async function blocksAround(db: D1Database, newcomers: UserId[], room: RoomId | null): Promise<RoomBlock[]> {
  const { results } = await db.prepare(BLOCKS_AROUND).bind(room, JSON.stringify(newcomers)).all<StoredBlock>()
  return results.map(toRoomBlock)
}

/** SQL: a person is a member of the room `?1`, or one of the people `?2`. */
const isInRoomOrNamed = (person: string) =>
  `(EXISTS (SELECT 1 FROM memberships WHERE room_id = ?1 AND user_id = ${person} AND "left" = 0)
    OR ${person} IN (SELECT value FROM json_each(?2)))`

/** `?1` is a room or null, `?2` a JSON array of people. */
const BLOCKS_AROUND = `
  SELECT blocker, blocked, profile_snapshot AS shown FROM json_each(?2) CROSS JOIN blocks ON blocker = value WHERE ${isInRoomOrNamed('blocked')}
  UNION SELECT blocker, blocked, profile_snapshot AS shown FROM json_each(?2) CROSS JOIN blocks ON blocked = value WHERE ${isInRoomOrNamed('blocker')}`

/** The rooms of which a person is or was a member. */
export async function roomsEverJoined(db: D1Database, user: UserId): Promise<RoomId[]> {
  const { results } = await db
    .prepare('SELECT room_id FROM memberships WHERE user_id = ?')
    .bind(user)
    .all<{ room_id: RoomId }>()
  return results.map((row) => row.room_id)
}

/** Present and former members of a room, except `except` and erased accounts. */
export async function readersOf(db: D1Database, room: RoomId, except: UserId): Promise<UserId[]> {
  const { results } = await db
    .prepare(
      `SELECT m.user_id FROM memberships m JOIN users u ON u.id = m.user_id AND u.erased_at IS NULL
       WHERE m.room_id = ?1 AND m.user_id <> ?2`,
    )
    .bind(room, except)
    .all<{ user_id: UserId }>()
  return results.map((row) => row.user_id)
}
