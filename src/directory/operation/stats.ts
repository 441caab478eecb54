/** Figures of the whole deployment, and the list of rooms for staff. */
import type { AdminStats, RoomId } from '../../protocol'
import { fold, legacyFold } from '../people/fold'
import type { RoomRow } from '../schema'
import { idIn } from './staff'
import { type NearQuota, storedBy } from './storage'

const NO_QUOTA: NearQuota = { user: null, room: null }

interface Counted {
  users: string
  sessions: number
  rooms: string
  friendships: number
  blocks: number
  storage: string
  swept_at: number | null
  overdue_since: number | null
}

const timestamp = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString())

/** All figures in one query. `since` bounds what counts as new, `near` what counts as nearly full. */
export async function countAll(
  db: D1Database,
  now: number,
  since: number,
  near: NearQuota = NO_QUOTA,
): Promise<AdminStats> {
  const row = await db
    .prepare(
      `SELECT
         json_object('total', count(*) FILTER (WHERE erased_at IS NULL),
           'verified', count(*) FILTER (WHERE erased_at IS NULL AND email_verified_at IS NOT NULL),
           'disabled', count(*) FILTER (WHERE erased_at IS NULL AND disabled_at IS NOT NULL),
           'staff', count(*) FILTER (WHERE erased_at IS NULL AND is_staff = 1),
           'erased', count(*) FILTER (WHERE erased_at IS NOT NULL),
           'online', (SELECT count(*) FROM presence WHERE online = 1),
           'new_this_week', count(*) FILTER (WHERE erased_at IS NULL AND created_at >= ?2)) AS users,
         (SELECT count(*) FROM sessions WHERE ended_at IS NULL AND expires_at > ?1) AS sessions,
         (SELECT json_object('total', count(*) FILTER (WHERE deleted_at IS NULL),
           'groups', count(*) FILTER (WHERE deleted_at IS NULL AND is_group = 1),
           'direct', count(*) FILTER (WHERE deleted_at IS NULL AND is_group = 0),
           'deleted', count(*) FILTER (WHERE deleted_at IS NOT NULL),
           'new_this_week', count(*) FILTER (WHERE deleted_at IS NULL AND created_at >= ?2)) FROM rooms) AS rooms,
         (SELECT count(*) FROM friendships) AS friendships,
         (SELECT count(*) FROM blocks) AS blocks,
         (SELECT json_object('people_bytes', coalesce(sum(bytes) FILTER (WHERE kind = 'user'), 0),
           'people_near', count(*) FILTER (WHERE kind = 'user' AND bytes >= ?3),
           'rooms_bytes', coalesce(sum(bytes) FILTER (WHERE kind = 'room'), 0),
           'rooms_near', count(*) FILTER (WHERE kind = 'room' AND bytes >= ?4)) FROM storage) AS storage,
         (SELECT min(swept_at) FROM sweeps) AS swept_at,
         (SELECT min(time) FROM (SELECT overdue_since AS time FROM sweeps UNION SELECT overdue_before FROM sweeps)) AS overdue_since
       FROM users`,
    )
    .bind(now, since, near.user, near.room)
    .first<Counted>()
  if (!row) throw new Error('Counting gave no row')
  const { friendships, blocks } = row
  return {
    users: JSON.parse(row.users),
    sessions: { live: row.sessions },
    rooms: JSON.parse(row.rooms),
    friendships,
    blocks,
    storage: JSON.parse(row.storage),
    pending: { swept_at: timestamp(row.swept_at), overdue_since: timestamp(row.overdue_since) },
  }
}

/** A filter and a part of the list of rooms. */
export interface RoomsQuery {
  search?: string | undefined
  limit: number
  /** Creation time and id of the last room of the previous part. */
  after?: [created_at: number, id: number] | undefined
  offset?: number
}

/** The most rooms that one part of a search reads. */
const SCAN_LIMIT = 2_000

/** A room as staff see it. */
export type StaffRoomRow = RoomRow & { stored_bytes: number }

/** A part of the list, and the position where the next part begins, or null. */
export interface RoomsPart {
  rooms: StaffRoomRow[]
  next: [created_at: number, id: number] | null
}

/**
 * Rooms whose name contains `search`, or whose id it is, newest first. Room names have no search index: a part may end
 * with fewer than `limit` rooms, after reading `SCAN_LIMIT`.
 */
export async function listRooms(db: D1Database, { search, limit, after, offset = 0 }: RoomsQuery): Promise<RoomsPart> {
  // The search text has no visible characters.
  if (search && fold(search) === '') return { rooms: [], next: null }
  const [created_at, id] = after ?? [Number.MAX_SAFE_INTEGER, 0]
  const { results } = await db
    .prepare(
      `SELECT * FROM rooms WHERE deleted_at IS NULL AND (created_at, id) < (?1, ?2)
       ORDER BY created_at DESC, id DESC LIMIT ?3 OFFSET ?4`,
    )
    .bind(created_at, id, (search ? SCAN_LIMIT : limit) + 1, offset)
    .all<RoomRow>()
  const positionOf = (row: RoomRow | undefined): RoomsPart['next'] => (row ? [row.created_at, row.id] : null)
  const [words, former] = search ? [fold(search), legacyFold(search)] : ['', '']
  const byId = idIn(search)
  const isFound = ({ id, name_key, search_key }: RoomRow) =>
    id === byId || (search_key === null ? name_key.includes(former) : search_key.includes(words))
  const found = results.filter(isFound)
  const named = byId !== null && !after && !found.some((row) => row.id === byId) && (await findRoom(db, byId))
  if (named) found.unshift(named)
  const part = found.slice(0, limit)
  const stored = await storedBy(
    db,
    'room',
    part.map(({ id }) => id),
  )
  const rooms = part.map((row) => ({ ...row, stored_bytes: stored.get(row.id) ?? 0 }))
  if (found.length > limit) return { rooms, next: positionOf(rooms.at(-1)) }
  return { rooms, next: search && results.length > SCAN_LIMIT ? positionOf(results[SCAN_LIMIT - 1]) : null }
}

/** The rooms with the most stored bytes, most first. */
export async function largestRooms(db: D1Database, limit: number): Promise<StaffRoomRow[]> {
  const { results } = await db
    .prepare(
      `SELECT r.*, s.bytes AS stored_bytes FROM storage s CROSS JOIN rooms r ON r.id = s.id
       WHERE s.kind = 'room' AND r.deleted_at IS NULL ORDER BY s.bytes DESC LIMIT ?`,
    )
    .bind(limit)
    .all<StaffRoomRow>()
  return results
}

/** The directory's row of one room. */
export const findRoom = (db: D1Database, id: RoomId): Promise<RoomRow | null> =>
  db.prepare('SELECT * FROM rooms WHERE id = ?1 AND deleted_at IS NULL').bind(id).first<RoomRow>()
