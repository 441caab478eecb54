/** What actors write into the directory, and what they read there: presence and blocks. Every write may come late or twice. */

import type { Circle, Role, RoomId, UserId } from '../../protocol'
import { fold, legacyFold } from '../people/fold'
import { blocksWith, isHidden, type ProfileSnapshot, visiblePresence } from '../people/relationship'

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

/**
 * Brings a room and those of its members that changed up to date, all or nothing; older versions change nothing.
 * @returns the blocks that concern those who came in: whoever blocks somebody later finds them in the room.
 */
export async function projectRoom(db: D1Database, room: IndexedRoom, members: IndexedMember[]): Promise<RoomBlock[]> {
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
    // One statement and three parameters, however many members. "WHERE true" parts the SELECT from the ON.
    db
      .prepare(
        `INSERT INTO memberships (room_id, user_id, role, version, "left")
         SELECT ?1, value ->> 'user_id', value ->> 'role', value ->> 'version', value ->> 'left' FROM json_each(?2) WHERE true
         ON CONFLICT (room_id, user_id) DO UPDATE SET role = excluded.role, version = excluded.version, "left" = excluded."left"
         WHERE excluded.version > memberships.version`,
      )
      .bind(room.id, JSON.stringify(members)),
    ...(newcomers.length > 0 ? [db.prepare(BLOCKS_AROUND).bind(room.id, JSON.stringify(newcomers))] : []),
  ])
  return ((answers[2]?.results ?? []) as StoredBlock[]).map(toRoomBlock)
}

/** Someone came or went, at `last_seen` (ms since 1970); whose account is erased leaves no trace of it. */
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
  /** 1 when one of the two has blocked the other. */
  hidden: number
}

const presenceByUser = (rows: PresenceRow[]) =>
  new Map(
    rows.map((row) => [
      row.user_id,
      { online: row.online === 1, last_seen: row.last_seen, hidden: row.hidden === 1 } satisfies Presence,
    ]),
  )

/** Presence as one person may see another's. Hidden, it is that of somebody who never was there. */
export interface Presence {
  online: boolean
  last_seen: number
  hidden: boolean
}

/**
 * Presence of everyone in a room, or of those `among` them, by user id, as `viewer` may see it; people who were never
 * connected are missing, unless it must be known that they are hidden.
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

/** Who else is there for somebody who comes into a room: who is online, and of whom they may not know it. */
export interface RoomPresence {
  online: UserId[]
  hidden: UserId[]
}

/** Two lists of ids as one JSON text: the company of `viewer` in `room`. Both are SQL expressions, and neither is of a `u`. */
export const roomPresenceColumn = (room: string, viewer: string) => `(
  SELECT json_object('online', json_group_array(u.id) FILTER (WHERE NOT ${isHidden(viewer, true)}),
    'hidden', json_group_array(u.id) FILTER (WHERE ${isHidden(viewer, true)}))
  FROM memberships m JOIN users u ON u.id = m.user_id LEFT JOIN presence p ON p.user_id = u.id
  ${blocksWith('u.id', viewer)}
  WHERE m.room_id = ${room} AND m."left" = 0 AND (p.online = 1 OR ${isHidden(viewer, true)}))`

export const parseRoomPresence = (found: string): RoomPresence => JSON.parse(found)

/** Presence of those among `users` who are online, as `viewer` may see it: who is hidden from them is missing. */
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

/** Those among `users` who are online and may see when `user` is. */
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
 * Who is online to see whether a person is: those of `partners`, and whoever shares one of `rooms`; at most `limit`.
 * Somebody blocked among them only costs a call.
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

/** Presence of one person as `viewer` may see it; null when there is no such person. */
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

/** Who in a room may see when a person is online: nobody in `except`, and of the others `only` those, unless it is null. */
export interface PresenceAudience {
  except: UserId[]
  only: UserId[] | null
}

const EVERYBODY: PresenceAudience = { except: [], only: null }
const NOBODY: PresenceAudience = { except: [], only: [] }

const BLOCKS_OF =
  'SELECT blocked AS id FROM blocks WHERE blocker = ?1 UNION SELECT blocker FROM blocks WHERE blocked = ?1'
const CIRCLE_OF = 'SELECT who_sees_me_online AS circle FROM users WHERE id = ?1'
/** Of somebody who shows it to friends only; of anybody else none. */
const VIEWERS_OF = `SELECT other.id FROM (SELECT high AS id FROM friendships WHERE low = ?1
    UNION ALL SELECT low FROM friendships WHERE high = ?1) AS other
  WHERE EXISTS (SELECT 1 FROM users WHERE id = ?1 AND who_sees_me_online = 'friends')`

/** When a person registered (ms since 1970): what others see of somebody's presence who may not see it. */
export async function registeredAt(db: D1Database, user: UserId): Promise<number> {
  const time = await db.prepare('SELECT created_at FROM users WHERE id = ?').bind(user).first<number>('created_at')
  return time ?? 0
}

/** For each of `rooms`, who in it may see when a person is online. */
export async function audiencesIn(
  db: D1Database,
  user: UserId,
  rooms: RoomId[],
): Promise<(room: RoomId) => PresenceAudience> {
  // From the few blocks and friends to the rooms, not from the many members to the blocks.
  const inRooms = (people: string) =>
    db
      .prepare(
        `SELECT m.room_id, m.user_id FROM (${people}) AS other
         CROSS JOIN memberships m ON m.user_id = other.id AND m."left" = 0
         WHERE m.room_id IN (SELECT value FROM json_each(?2))`,
      )
      .bind(user, JSON.stringify(rooms))
  const [setting, blocked, friends] = await db.batch([
    db.prepare(CIRCLE_OF).bind(user),
    inRooms(BLOCKS_OF),
    inRooms(VIEWERS_OF),
  ])
  const byRoom = (found: D1Result | undefined) => {
    const people = new Map<RoomId, UserId[]>()
    for (const { room_id, user_id } of (found?.results ?? []) as { room_id: RoomId; user_id: UserId }[]) {
      people.set(room_id, [...(people.get(room_id) ?? []), user_id])
    }
    return people
  }
  const [{ circle } = { circle: 'nobody' }] = (setting?.results ?? []) as { circle: Circle }[]
  if (circle === 'nobody') return () => NOBODY
  const [except, only] = [byRoom(blocked), byRoom(friends)]
  return (room) => ({
    except: except.get(room) ?? EVERYBODY.except,
    only: circle === 'friends' ? (only.get(room) ?? []) : null,
  })
}

/** Who may see when a person is online, wherever they meet. */
export async function audienceOf(db: D1Database, user: UserId): Promise<PresenceAudience> {
  const [setting, blocked, friends] = await db.batch([
    db.prepare(CIRCLE_OF).bind(user),
    db.prepare(BLOCKS_OF).bind(user),
    db.prepare(VIEWERS_OF).bind(user),
  ])
  const ids = (found: D1Result | undefined) => ((found?.results ?? []) as { id: UserId }[]).map(({ id }) => id)
  const [{ circle } = { circle: 'nobody' }] = (setting?.results ?? []) as { circle: Circle }[]
  if (circle === 'nobody') return NOBODY
  return { except: ids(blocked), only: circle === 'friends' ? ids(friends) : null }
}

/** A block as the rooms that its two people share need it. */
export interface RoomBlock {
  blocker: UserId
  blocked: UserId
  /** What the blocked person goes on seeing of the blocker; null where that was not kept. */
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

/** One person's block of another; null when there is none. */
export async function blockOf(db: D1Database, blocker: UserId, blocked: UserId): Promise<RoomBlock | null> {
  const row = await db
    .prepare('SELECT blocker, blocked, profile_snapshot AS shown FROM blocks WHERE blocker = ? AND blocked = ?')
    .bind(blocker, blocked)
    .first<StoredBlock>()
  return row && toRoomBlock(row)
}

/** The blocks between `newcomers` and each other, and between them and the members of `room`, if one is named. */
export async function blocksAround(db: D1Database, newcomers: UserId[], room: RoomId | null): Promise<RoomBlock[]> {
  const { results } = await db.prepare(BLOCKS_AROUND).bind(room, JSON.stringify(newcomers)).all<StoredBlock>()
  return results.map(toRoomBlock)
}

/** Whether somebody is a member of the room `?1`, or one of the people `?2`. */
const isInRoomOrNamed = (person: string) =>
  `(EXISTS (SELECT 1 FROM memberships WHERE room_id = ?1 AND user_id = ${person} AND "left" = 0)
    OR ${person} IN (SELECT value FROM json_each(?2)))`

/** `?1` is a room or null, `?2` a JSON array of people. */
const BLOCKS_AROUND = `
  SELECT blocker, blocked, profile_snapshot AS shown FROM json_each(?2) CROSS JOIN blocks ON blocker = value WHERE ${isInRoomOrNamed('blocked')}
  UNION SELECT blocker, blocked, profile_snapshot AS shown FROM json_each(?2) CROSS JOIN blocks ON blocked = value WHERE ${isInRoomOrNamed('blocker')}`

/** Whether an account has been erased. */
export async function isErased(db: D1Database, user: UserId): Promise<boolean> {
  const row = await db.prepare('SELECT 1 FROM users WHERE id = ? AND erased_at IS NOT NULL').bind(user).first()
  return row !== null
}

/** Every room that a person is or was in. */
export async function roomsEverJoined(db: D1Database, user: UserId): Promise<RoomId[]> {
  const { results } = await db
    .prepare('SELECT room_id FROM memberships WHERE user_id = ?')
    .bind(user)
    .all<{ room_id: RoomId }>()
  return results.map((row) => row.room_id)
}

/** Everybody who is or was in a room, but for `except` and accounts that are erased. */
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
