/** What actors write into the directory, and the presence they read back. Every write may come late or twice. */

import type { Role, RoomId, UserId } from '../protocol'
import { fold } from './fold'

/** One room's line of the index. `version` is the room's seq. */
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

/** Brings a room and those of its members that changed up to date, all or nothing; older versions change nothing. */
export async function projectRoom(db: D1Database, room: IndexedRoom, members: IndexedMember[]): Promise<void> {
  await db.batch([
    db
      .prepare(
        `INSERT INTO rooms (id, is_group, name, name_key, picture, member_count, created_at, deleted_at, version)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key, picture = excluded.picture,
           member_count = excluded.member_count, deleted_at = excluded.deleted_at, version = excluded.version
         WHERE excluded.version > rooms.version`,
      )
      .bind(
        room.id,
        room.is_group,
        room.name,
        fold(room.name),
        room.picture,
        room.member_count,
        room.created_at,
        room.deleted_at,
        room.version,
      ),
    // One statement and three parameters, however many members. "WHERE true" parts the SELECT from the ON.
    db
      .prepare(
        `INSERT INTO memberships (room_id, user_id, role, version, "left")
         SELECT ?1, value ->> 'user_id', value ->> 'role', value ->> 'version', value ->> 'left' FROM json_each(?2) WHERE true
         ON CONFLICT (room_id, user_id) DO UPDATE SET role = excluded.role, version = excluded.version, "left" = excluded."left"
         WHERE excluded.version > memberships.version`,
      )
      .bind(room.id, JSON.stringify(members)),
  ])
}

/** Someone came or went, at `last_seen` (ms since 1970). */
export async function projectPresence(db: D1Database, user: UserId, online: boolean, last_seen: number): Promise<void> {
  await db
    .prepare(
      `INSERT INTO presence (user_id, online, last_seen) VALUES (?, ?, ?)
       ON CONFLICT (user_id) DO UPDATE SET online = excluded.online, last_seen = excluded.last_seen
       WHERE excluded.last_seen >= presence.last_seen`,
    )
    .bind(user, online ? 1 : 0, last_seen)
    .run()
}

interface PresenceRow {
  user_id: number
  online: number
  last_seen: number
}

const seen = (rows: PresenceRow[]) =>
  new Map(rows.map((row) => [row.user_id, { online: row.online === 1, last_seen: row.last_seen }]))

/** Presence of everyone in a room, by user id; people who were never connected are missing. */
export async function presenceInRoom(db: D1Database, room: RoomId) {
  const { results } = await db
    .prepare(
      `SELECT presence.user_id, online, last_seen FROM memberships JOIN presence USING (user_id)
       WHERE room_id = ? AND "left" = 0`,
    )
    .bind(room)
    .all<PresenceRow>()
  return seen(results)
}

/** Presence of those among `users` who are online. */
export async function onlineAmong(db: D1Database, users: UserId[]) {
  const { results } = await db
    .prepare(
      `SELECT user_id, online, last_seen FROM presence
       WHERE online = 1 AND user_id IN (SELECT value FROM json_each(?))`,
    )
    .bind(JSON.stringify(users))
    .all<PresenceRow>()
  return seen(results)
}
