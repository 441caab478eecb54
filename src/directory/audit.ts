/** Who did what with the rights of staff: written with the deed, in the same transaction. */
import type { AuditAction, RoomId, UserId } from '../protocol'
import type { AuditRow } from './schema'

/** Something done to an account or a room. `actor` is null for a command of the operator. */
export interface Deed {
  actor: UserId | null
  action: AuditAction
  user?: UserId
  room?: RoomId
  detail?: string
  now: number
}

/** A row of the trail, with the names that its people have now. */
export type AuditedDeed = AuditRow & { actor_name: string | null; user_name: string | null }

const INTO = 'INSERT INTO audit (at, actor_id, action, user_id, room_id, detail) SELECT ?1, ?2, ?3, ?4, ?5, ?6'

const recorded = (db: D1Database, sql: string, { actor, action, user, room, detail, now }: Deed) =>
  db.prepare(sql).bind(now, actor, action, user ?? null, room ?? null, detail ?? '')

/** The statement that records a deed. */
export const recording = (db: D1Database, deed: Deed): D1PreparedStatement => recorded(db, INTO, deed)

/** The same, only if the statement before it in the batch changed something. */
export const recordingChange = (db: D1Database, deed: Deed): D1PreparedStatement =>
  recorded(db, `${INTO} WHERE changes() > 0`, deed)

/** The trail, newest first; of `user`, what they did and what was done to them. */
export async function auditTrail(
  db: D1Database,
  { user, limit, offset }: { user?: UserId | undefined; limit: number; offset: number },
): Promise<AuditedDeed[]> {
  const { results } = await db
    .prepare(
      `SELECT audit.*, actor.username AS actor_name, u.username AS user_name FROM audit
       LEFT JOIN users actor ON actor.id = audit.actor_id LEFT JOIN users u ON u.id = audit.user_id
       WHERE ?1 IS NULL OR audit.actor_id = ?1 OR audit.user_id = ?1
       ORDER BY audit.id DESC LIMIT ?2 OFFSET ?3`,
    )
    .bind(user ?? null, limit, offset)
    .all<AuditedDeed>()
  return results
}
