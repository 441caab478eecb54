/** Sessions: one per signed-in device, and the question every request asks of them. */
import type { RoomId, SessionId, UserId } from '../protocol'
import { type Company, companyIn, companyOf } from './projection'
import type { SessionRow } from './schema'

/** A session about to begin. Times are milliseconds. */
export interface NewSession {
  id: SessionId
  userId: UserId
  refreshHash: string
  device: string
  now: number
  expiresAt: number
}

/** A person as a request needs them, with the session they came by. */
export interface CallerRow {
  id: UserId
  username: string
  first_name: string
  last_name: string
  picture: string | null
  is_staff: number
  email_verified_at: number | null
  session: SessionId
  expires_at: number
  /** Whether the room asked about is in the directory; 0 when none was asked about. */
  room_exists: number
}

/** What a refresh needs to know. */
export type LiveSession = Pick<
  SessionRow,
  'id' | 'user_id' | 'generation' | 'refresh_hash' | 'rotated_at' | 'created_at' | 'expires_at'
> & { username: string }

const MAY_SIGN_IN = 'u.disabled_at IS NULL AND u.erased_at IS NULL'

/** The statement that begins a session if `condition` still holds for its user. */
export function beginning(db: D1Database, session: NewSession, condition: string, ...bound: unknown[]) {
  return db
    .prepare(
      `INSERT INTO sessions (id, user_id, refresh_hash, rotated_at, device, created_at, last_used_at, expires_at)
       SELECT ?1, u.id, ?3, ?4, ?5, ?4, ?4, ?6 FROM users u WHERE u.id = ?2 AND ${MAY_SIGN_IN} AND ${condition}
       RETURNING id`,
    )
    .bind(session.id, session.userId, session.refreshHash, session.now, session.device, session.expiresAt, ...bound)
}

/**
 * Begins a session, unless the password has been changed or the account closed since `passwordHash` was read: a login
 * that races a password change must not outlive it. Sessions over since `forgetBefore` are forgotten on the way.
 * @returns whether it began.
 */
export async function startSession(
  db: D1Database,
  session: NewSession,
  passwordHash: string,
  forgetBefore: number,
): Promise<boolean> {
  const [began] = await db.batch([
    beginning(db, session, 'u.password_hash = ?7', passwordHash),
    db
      .prepare('DELETE FROM sessions WHERE user_id = ?1 AND coalesce(ended_at, expires_at) < ?2')
      .bind(session.userId, forgetBefore),
  ])
  return began?.results.length === 1
}

const CALLER = `u.id, u.username, u.first_name, u.last_name, u.picture, u.is_staff, u.email_verified_at,
  s.id AS session, s.expires_at,
  EXISTS (SELECT 1 FROM rooms WHERE id = ?3 AND deleted_at IS NULL) AS room_exists`

const OF_SESSION = `FROM sessions s JOIN users u ON u.id = s.user_id
  WHERE s.id = ?1 AND s.ended_at IS NULL AND s.expires_at > ?2 AND ${MAY_SIGN_IN}`

/**
 * Who stands behind a session, if it is live and its person may sign in; in the same query, whether `roomId` is a room
 * of the directory. The one question of every request.
 */
export function callerOf(
  db: D1Database,
  sessionId: SessionId,
  now: number,
  roomId: RoomId | null = null,
): Promise<CallerRow | null> {
  return db.prepare(`SELECT ${CALLER} ${OF_SESSION}`).bind(sessionId, now, roomId).first<CallerRow>()
}

/** The caller of a socket that is to open in `roomId`, and in the same query whom they will see there. */
export async function visitorOf(
  db: D1Database,
  sessionId: SessionId,
  now: number,
  roomId: RoomId,
): Promise<(CallerRow & Company) | null> {
  const row = await db
    .prepare(`SELECT ${CALLER}, ${companyIn('?3', 's.user_id')} AS company ${OF_SESSION}`)
    .bind(sessionId, now, roomId)
    .first<CallerRow & { company: string }>()
  return row && { ...row, ...companyOf(row.company) }
}

/** A live session with what its refresh token is checked against. */
export function liveSession(db: D1Database, sessionId: SessionId, now: number): Promise<LiveSession | null> {
  return db
    .prepare(
      `SELECT s.id, s.user_id, s.generation, s.refresh_hash, s.rotated_at, s.created_at, s.expires_at, u.username
       FROM sessions s JOIN users u ON u.id = s.user_id
       WHERE s.id = ?1 AND s.ended_at IS NULL AND s.expires_at > ?2 AND ${MAY_SIGN_IN}`,
    )
    .bind(sessionId, now)
    .first<LiveSession>()
}

/**
 * Makes `refreshHash` the session's living refresh token in place of generation `generation`.
 * @returns false when another request did so first, or the session has ended.
 */
export async function rotate(
  db: D1Database,
  session: { id: SessionId; generation: number },
  next: { refreshHash: string; now: number; expiresAt: number },
): Promise<boolean> {
  const { meta } = await db
    .prepare(
      `UPDATE sessions SET generation = generation + 1, refresh_hash = ?3, rotated_at = ?4, last_used_at = ?4, expires_at = ?5
       WHERE id = ?1 AND generation = ?2 AND ended_at IS NULL`,
    )
    .bind(session.id, session.generation, next.refreshHash, next.now, next.expiresAt)
    .run()
  return meta.changes === 1
}

/** Ends one session of a person. @returns whether it was live until now. */
export async function endSession(db: D1Database, userId: UserId, sessionId: SessionId, now: number): Promise<boolean> {
  const { meta } = await db
    .prepare(
      'UPDATE sessions SET ended_at = ?3 WHERE id = ?2 AND user_id = ?1 AND ended_at IS NULL AND expires_at > ?3',
    )
    .bind(userId, sessionId, now)
    .run()
  return meta.changes === 1
}

/** The person's live sessions, last used first. */
export async function sessionsOf(db: D1Database, userId: UserId, now: number): Promise<SessionRow[]> {
  const { results } = await db
    .prepare(
      `SELECT * FROM sessions WHERE user_id = ?1 AND ended_at IS NULL AND expires_at > ?2
       ORDER BY last_used_at DESC, id DESC`,
    )
    .bind(userId, now)
    .all<SessionRow>()
  return results
}
