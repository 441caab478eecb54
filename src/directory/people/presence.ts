/** Presence: sidebars write it, and everyone reads as much of it as they may see. */
import type { RoomId, UserId } from '../../protocol'
import { blocksWith, isHidden, visiblePresence } from './relationship'

/** Records that a person came online or went offline at `last_seen` (ms since 1970). Erased accounts get no row. */
export async function projectPresence(db: D1Database, user: UserId, online: boolean, last_seen: number): Promise<void> {
  await db
    .prepare(
      `INSERT INTO presence (user_id, online, last_seen)
       SELECT ?1, ?2, ?3 WHERE NOT EXISTS (SELECT 1 FROM users WHERE id = ?1 AND erased_at IS NOT NULL)
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
  /** 1 when the viewer may not see the presence. */
  hidden: number
}

const presenceByUser = (rows: PresenceRow[]) =>
  new Map(
    rows.map((row) => [
      row.user_id,
      { online: row.online === 1, last_seen: row.last_seen, hidden: row.hidden === 1 } satisfies Presence,
    ]),
  )

/** Presence as one person may see it of another. A hidden one is that of a person who never was online. */
export interface Presence {
  online: boolean
  last_seen: number
  hidden: boolean
}

/**
 * Presence in a room, or of those `among` its members, by user id, as `viewer` may see it. People who never connected
 * are missing, unless they are hidden.
 */
export async function presenceInRoom(db: D1Database, viewer: UserId, room: RoomId, among?: UserId[]) {
  const { results } = await db
    .prepare(
      `SELECT u.id AS user_id, ${isHidden('?1', true)} AS hidden, ${visiblePresence(true)}
       FROM memberships m JOIN users u ON u.id = m.user_id LEFT JOIN presence p ON p.user_id = u.id
       ${blocksWith('u.id')}
       WHERE m.room_id = ?2 AND m."left" = 0 AND (p.user_id IS NOT NULL OR ${isHidden('?1', true)})
         ${among ? 'AND m.user_id IN (SELECT value FROM json_each(?3))' : ''}`,
    )
    .bind(viewer, room, ...(among ? [JSON.stringify(among)] : []))
    .all<PresenceRow>()
  return presenceByUser(results)
}

/** The presence that a socket shows when it opens in a room: who is online, and whose presence is hidden. */
export interface RoomPresence {
  online: UserId[]
  /** Null when it is not known: the socket then shows nobody else as online. */
  hidden: UserId[] | null
}

/**
 * SQL: the presence that `viewer` sees in `room`, as JSON. Both parameters are SQL expressions and must not refer to a
 * `u`.
 */
export const roomPresenceColumn = (room: string, viewer: string) => `(
  SELECT json_object('online', json_group_array(u.id) FILTER (WHERE NOT ${isHidden(viewer, true)}),
    'hidden', json_group_array(u.id) FILTER (WHERE ${isHidden(viewer, true)}))
  FROM memberships m JOIN users u ON u.id = m.user_id LEFT JOIN presence p ON p.user_id = u.id
  ${blocksWith('u.id', viewer)}
  WHERE m.room_id = ${room} AND m."left" = 0 AND (p.online = 1 OR ${isHidden(viewer, true)}))`

export const parseRoomPresence = (found: string): RoomPresence => JSON.parse(found)

/** The presence that `viewer` sees in `room`. */
export async function roomPresenceOf(db: D1Database, viewer: UserId, room: RoomId): Promise<RoomPresence> {
  const query = `SELECT ${roomPresenceColumn('?2', '?1')} AS company`
  return parseRoomPresence((await db.prepare(query).bind(viewer, room).first<string>('company')) ?? '')
}

/** Presence of the online people among `users`, as `viewer` may see it. Hidden people are missing. */
export async function onlineAmong(db: D1Database, viewer: UserId, users: UserId[]) {
  const { results } = await db
    .prepare(
      `SELECT u.id AS user_id, 0 AS hidden, online, last_seen FROM users u JOIN presence p ON p.user_id = u.id
       ${blocksWith('u.id')}
       WHERE u.id IN (SELECT value FROM json_each(?2)) AND online = 1 AND NOT ${isHidden()}`,
    )
    .bind(viewer, JSON.stringify(users))
    .all<PresenceRow>()
  return presenceByUser(results)
}

/** The online people among `users` who may see when `user` is online. */
export async function viewersAmong(db: D1Database, user: UserId, users: UserId[]): Promise<UserId[]> {
  const { results } = await db
    .prepare(
      `SELECT p.user_id FROM presence p JOIN users u ON u.id = ?1 ${blocksWith('u.id', 'p.user_id')}
       WHERE p.user_id IN (SELECT value FROM json_each(?2)) AND p.online = 1 AND NOT ${isHidden('p.user_id')}`,
    )
    .bind(user, JSON.stringify(users))
    .all<{ user_id: UserId }>()
  return results.map((row) => row.user_id)
}

/**
 * Online people who may be interested in a person's presence: those of `partners`, and members of `rooms`. At most
 * `limit`. A blocked person among them costs one call and learns nothing.
 */
export async function onlineViewers(
  db: D1Database,
  user: UserId,
  { partners, rooms }: { partners: UserId[]; rooms: RoomId[] },
  limit: number,
): Promise<UserId[]> {
  const { results } = await db
    .prepare(
      `SELECT p.user_id FROM presence p
       WHERE p.online = 1 AND p.user_id IN (SELECT value FROM json_each(?2))
       UNION
       SELECT p.user_id FROM json_each(?3) room
         CROSS JOIN memberships m ON m.room_id = room.value AND m."left" = 0 AND m.user_id <> ?1
         JOIN presence p ON p.user_id = m.user_id AND p.online = 1
       LIMIT ?4`,
    )
    .bind(user, JSON.stringify(partners), JSON.stringify(rooms), limit)
    .all<{ user_id: UserId }>()
  return results.map((row) => row.user_id)
}

/** Presence of one person as `viewer` may see it, or null when there is no such person. */
export async function presenceOf(db: D1Database, viewer: UserId, user: UserId): Promise<Presence | null> {
  const { results } = await db
    .prepare(
      `SELECT u.id AS user_id, ${isHidden()} AS hidden, ${visiblePresence()}
       FROM users u LEFT JOIN presence p ON p.user_id = u.id ${blocksWith('u.id')} WHERE u.id = ?2`,
    )
    .bind(viewer, user)
    .all<PresenceRow>()
  return presenceByUser(results).get(user) ?? null
}
