/** The audit trail of staff and operator. Each entry is written in the transaction of its action. */
import type { AuditAction, RoomId, UserId } from '../../protocol'
import type { AuditRow } from '../schema'

/** An action on an account or a room. `actor` is null for a command of the operator. */
export interface AuditEvent {
  actor: UserId | null
  action: AuditAction
  user?: UserId
  room?: RoomId
  detail?: string
  now: number
}

/** An entry of the trail, with the present names of its people. */
export type AuditedEvent = AuditRow & { actor_name: string | null; user_name: string | null }

const INSERT = 'INSERT INTO audit (at, actor_id, action, user_id, room_id, detail) SELECT ?1, ?2, ?3, ?4, ?5, ?6'

const bindEvent = (db: D1Database, sql: string, { actor, action, user, room, detail, now }: AuditEvent) =>
  db.prepare(sql).bind(now, actor, action, user ?? null, room ?? null, detail ?? '')

/** The statement that records an event. */
export const recordStatement = (db: D1Database, deed: AuditEvent): D1PreparedStatement => bindEvent(db, INSERT, deed)

/** The same, only if the statement before it in the batch changed a row. */
export const recordChangeStatement = (db: D1Database, deed: AuditEvent): D1PreparedStatement =>
  bindEvent(db, `${INSERT} WHERE changes() > 0`, deed)

/**
 * The trail, newest first. With `user`: the actions by and on that account. `before` is the id of the last entry of the
 * previous part.
 */
export async function auditTrail(
  db: D1Database,
  {
    user,
    limit,
    before = Number.MAX_SAFE_INTEGER,
    offset = 0,
  }: { user?: UserId | undefined; limit: number; before?: number | undefined; offset?: number },
): Promise<AuditedEvent[]> {
  const part = (condition: string) =>
    `SELECT * FROM (SELECT * FROM audit WHERE ${condition} AND id < ?2 ORDER BY id DESC LIMIT ?3 + ?4)`
  // Each part uses one index. UNION removes the actions of a person on their own account from the second part.
  const deeds = user === undefined ? part('?1 IS NULL') : `${part('actor_id = ?1')} UNION ${part('user_id = ?1')}`
  const { results } = await db
    .prepare(
      `SELECT deed.*, actor.username AS actor_name, u.username AS user_name
       FROM (${deeds} ORDER BY id DESC LIMIT ?3 OFFSET ?4) deed
       LEFT JOIN users actor ON actor.id = deed.actor_id LEFT JOIN users u ON u.id = deed.user_id
       ORDER BY deed.id DESC`,
    )
    .bind(user ?? null, before, limit, offset)
    .all<AuditedEvent>()
  return results
}
