/** Figures of the whole deployment, and its rooms as staff list them. */
import type { AdminStats, RoomId } from '../protocol'
import { fold, formerFold, isRoomCalled } from './fold'
import type { RoomRow } from './schema'
import { idIn } from './staff'

/** Everything counted at one moment: one question, whatever there is. `since` bounds what counts as new. */
export async function countAll(db: D1Database, now: number, since: number): Promise<AdminStats> {
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
         (SELECT count(*) FROM blocks) AS blocks
       FROM users`,
    )
    .bind(now, since)
    .first<{ users: string; sessions: number; rooms: string; friendships: number; blocks: number }>()
  if (!row) throw new Error('Counting gave no row')
  const { friendships, blocks } = row
  return {
    users: JSON.parse(row.users),
    sessions: { live: row.sessions },
    rooms: JSON.parse(row.rooms),
    friendships,
    blocks,
  }
}

/** Rooms whose name contains `search`, or whose id it is; newest first. */
export async function findAllRooms(
  db: D1Database,
  { search, limit, offset }: { search?: string | undefined; limit: number; offset: number },
): Promise<RoomRow[]> {
  const folded = search ? fold(search) : null
  if (folded === '') return []
  const { results } = await db
    .prepare(
      `SELECT * FROM rooms WHERE deleted_at IS NULL AND (?1 IS NULL OR ${isRoomCalled('?1', '?5')} OR id = ?2)
       ORDER BY created_at DESC, id DESC LIMIT ?3 OFFSET ?4`,
    )
    .bind(folded, idIn(search), limit, offset, search ? formerFold(search) : null)
    .all<RoomRow>()
  return results
}

/** One room's line of the index. */
export const findRoom = (db: D1Database, id: RoomId): Promise<RoomRow | null> =>
  db.prepare('SELECT * FROM rooms WHERE id = ?1 AND deleted_at IS NULL').bind(id).first<RoomRow>()
