/** Sessions: one per signed-in device, and the query that authenticates every request. */
import type { RoomId, SessionId, UserId } from '../../protocol'
import { enqueueEndedStatement, hasOverdueEntries } from '../operation/outbox'
import { parseRoomPresence, type RoomPresence, roomPresenceColumn } from '../people/presence'
import type { SessionRow, UserRow } from '../schema'
import { revokePendingStatements } from './credentials'

/** A session about to begin. Times are in milliseconds. */
export interface NewSession {
  id: SessionId
  userId: UserId
  refreshHash: string
  device: string
  /** A keyed digest of the device that signs in. Empty when the device must not be remembered. */
  deviceId: string
  /** The most devices that an account remembers, and the time since when they must have been used. */
  devicesMost: number
  devicesSince: number
  now: number
  expiresAt: number
}

/** The caller of a request, with their session. */
export interface CallerRow {
  id: UserId
  username: string
  first_name: string
  last_name: string
  picture: string | null
  version: number
  is_bot: number
  is_staff: number
  email_verified_at: number | null
  session: SessionId
  expires_at: number
  /** The newest generation of the session's tokens that was used. */
  used_generation: number
  /** Whether the directory has the room that was asked about: 0 without one. */
  room_exists: number
  /** Whether the caller's outbox has entries older than a delivery takes. */
  has_notices: number
}

/** The columns of a session that a refresh needs. */
export type LiveSession = Pick<
  SessionRow,
  | 'id'
  | 'user_id'
  | 'generation'
  | 'refresh_hash'
  | 'rotated_at'
  | 'created_at'
  | 'expires_at'
  | 'device_id'
  | 'used_generation'
> &
  Pick<UserRow, 'username' | 'first_name' | 'last_name' | 'picture' | 'version'>

const MAY_SIGN_IN = 'u.disabled_at IS NULL AND u.erased_at IS NULL'

/** The statement that begins a session if `condition` holds for its account. */
export function beginStatement(db: D1Database, session: NewSession, condition: string, ...bound: unknown[]) {
  return db
    .prepare(
      `INSERT INTO sessions (id, user_id, refresh_hash, rotated_at, user_agent, created_at, last_used_at, expires_at, device_id)
       SELECT ?1, u.id, ?3, ?4, ?5, ?4, ?4, ?6, ?7 FROM users u WHERE u.id = ?2 AND ${MAY_SIGN_IN} AND ${condition}
       RETURNING id`,
    )
    .bind(
      session.id,
      session.userId,
      session.refreshHash,
      session.now,
      session.device,
      session.expiresAt,
      session.deviceId,
      ...bound,
    )
}

/**
 * The statements that remember the device of a session that began. The devices that were unused the longest are
 * forgotten.
 */
export function rememberStatements(db: D1Database, session: NewSession): D1PreparedStatement[] {
  const { id, userId, devicesMost, devicesSince } = session
  return [
    db
      .prepare(
        `INSERT INTO known_devices (user_id, device_id, seen_at)
         SELECT user_id, device_id, created_at FROM sessions WHERE id = ?1 AND device_id <> ''
         ON CONFLICT (user_id, device_id) DO UPDATE SET seen_at = excluded.seen_at`,
      )
      .bind(id),
    db
      .prepare(
        `DELETE FROM known_devices WHERE user_id = ?1 AND (seen_at < ?2
           OR device_id NOT IN (SELECT device_id FROM known_devices WHERE user_id = ?1 ORDER BY seen_at DESC LIMIT ?3))`,
      )
      .bind(userId, devicesSince, devicesMost),
  ]
}

/** Remembers a device that proved an account's password, although no session began. */
export async function rememberDevice(db: D1Database, userId: UserId, deviceId: string, now: number): Promise<void> {
  await db
    .prepare(
      `INSERT INTO known_devices (user_id, device_id, seen_at) VALUES (?1, ?2, ?3)
       ON CONFLICT (user_id, device_id) DO UPDATE SET seen_at = excluded.seen_at`,
    )
    .bind(userId, deviceId, now)
    .run()
}

/**
 * Begins a session, unless the password has changed or the account was closed since `passwordHash` was read: a login
 * that races a change of password must not survive it. Sessions that ended before `forgetBefore` are deleted on the
 * way.
 * @returns whether the session began
 */
export async function startSession(
  db: D1Database,
  session: NewSession,
  passwordHash: string,
  forgetBefore: number,
): Promise<boolean> {
  const [began] = await db.batch([
    beginStatement(db, session, 'u.password_hash = ?8', passwordHash),
    ...rememberStatements(db, session),
    db
      .prepare('DELETE FROM sessions WHERE user_id = ?1 AND coalesce(ended_at, expires_at) < ?2')
      .bind(session.userId, forgetBefore),
  ])
  return began?.results.length === 1
}

const CALLER_COLUMNS = `u.id, u.username, u.first_name, u.last_name, u.picture, u.version, u.is_bot, u.is_staff, u.email_verified_at,
  s.id AS session, s.expires_at, s.used_generation,
  EXISTS (SELECT 1 FROM rooms WHERE id = ?3 AND deleted_at IS NULL) AS room_exists,
  ${hasOverdueEntries('u.id', '?2')} AS has_notices`

const FROM_LIVE_SESSION = `FROM sessions s JOIN users u ON u.id = s.user_id
  WHERE s.id = ?1 AND s.ended_at IS NULL AND s.expires_at > ?2 AND ${MAY_SIGN_IN}`

/**
 * The caller behind a live session whose account may sign in, and in the same query whether the directory has `roomId`.
 * Every request runs this one query.
 */
export function callerOf(
  db: D1Database,
  sessionId: SessionId,
  now: number,
  roomId: RoomId | null = null,
): Promise<CallerRow | null> {
  return db.prepare(`SELECT ${CALLER_COLUMNS} ${FROM_LIVE_SESSION}`).bind(sessionId, now, roomId).first<CallerRow>()
}

/** The caller of a socket to `roomId`, and in the same query the presence that they see there. */
export async function socketCallerOf(
  db: D1Database,
  sessionId: SessionId,
  now: number,
  roomId: RoomId,
): Promise<(CallerRow & RoomPresence) | null> {
  const row = await db
    .prepare(`SELECT ${CALLER_COLUMNS}, ${roomPresenceColumn('?3', 's.user_id')} AS company ${FROM_LIVE_SESSION}`)
    .bind(sessionId, now, roomId)
    .first<CallerRow & { company: string }>()
  return row && { ...row, ...parseRoomPresence(row.company) }
}

/** A live session with the columns that its refresh token is checked against. */
export function liveSession(db: D1Database, sessionId: SessionId, now: number): Promise<LiveSession | null> {
  return db
    .prepare(
      `SELECT s.id, s.user_id, s.generation, s.refresh_hash, s.rotated_at, s.created_at, s.expires_at, s.device_id,
         s.used_generation, u.username, u.first_name, u.last_name, u.picture, u.version
       FROM sessions s JOIN users u ON u.id = s.user_id
       WHERE s.id = ?1 AND s.ended_at IS NULL AND s.expires_at > ?2 AND ${MAY_SIGN_IN}`,
    )
    .bind(sessionId, now)
    .first<LiveSession>()
}

/**
 * Makes `refreshHash` the session's current refresh token in place of generation `generation`.
 * @returns false when another request was first, or the session has ended
 */
export async function rotate(
  db: D1Database,
  session: { id: SessionId; generation: number },
  next: { refreshHash: string; deviceId: string; now: number; expiresAt: number },
): Promise<boolean> {
  const { meta } = await db
    .prepare(
      `UPDATE sessions SET generation = generation + 1, refresh_hash = ?3, rotated_at = ?4, last_used_at = ?4, expires_at = ?5,
         device_id = ?6
       WHERE id = ?1 AND generation = ?2 AND ended_at IS NULL`,
    )
    .bind(session.id, session.generation, next.refreshHash, next.now, next.expiresAt, next.deviceId)
    .run()
  return meta.changes === 1
}

/**
 * Records that an access token of this generation was used: its refresh token has reached its owner and is not issued
 * again.
 */
export async function markGenerationUsed(db: D1Database, sessionId: SessionId, generation: number): Promise<void> {
  await db
    .prepare('UPDATE sessions SET used_generation = ?2 WHERE id = ?1 AND used_generation < ?2')
    .bind(sessionId, generation)
    .run()
}

/** Ends one session of a person. @returns whether it was live until now */
export async function endSession(db: D1Database, userId: UserId, sessionId: SessionId, now: number): Promise<boolean> {
  const [ended] = await db.batch([
    db
      .prepare(
        'UPDATE sessions SET ended_at = ?3 WHERE id = ?2 AND user_id = ?1 AND ended_at IS NULL AND expires_at > ?3',
      )
      .bind(userId, sessionId, now),
    enqueueEndedStatement(db, userId, now),
  ])
  return ended?.meta.changes === 1
}

/**
 * Ends a session from another device of the same person. Its device is forgotten, and a change of address that it
 * requested is cancelled.
 * @returns whether it was live until now
 */
export async function endDevice(db: D1Database, userId: UserId, sessionId: SessionId, now: number): Promise<boolean> {
  const [ended] = await db.batch([
    db
      .prepare(
        'UPDATE sessions SET ended_at = ?3 WHERE id = ?2 AND user_id = ?1 AND ended_at IS NULL AND expires_at > ?3',
      )
      .bind(userId, sessionId, now),
    enqueueEndedStatement(db, userId, now),
    db.prepare('DELETE FROM address_changes WHERE user_id = ?1 AND session_id = ?2').bind(userId, sessionId),
    db
      .prepare(
        `DELETE FROM known_devices WHERE user_id = ?1
           AND device_id = (SELECT device_id FROM sessions WHERE id = ?2 AND user_id = ?1 AND ended_at = ?3)
           AND device_id NOT IN (SELECT device_id FROM sessions WHERE user_id = ?1 AND ended_at IS NULL)`,
      )
      .bind(userId, sessionId, now),
  ])
  return ended?.meta.changes === 1
}

/**
 * Ends every session of a person but one, or all for null, and everything they may have started: mailed codes, a change of address, and
 * known devices.
 * @returns the sessions that were live until now
 */
export async function endOtherSessions(
  db: D1Database,
  userId: UserId,
  keep: SessionId | null,
  now: number,
): Promise<SessionId[]> {
  const [ended] = await db.batch<{ id: SessionId }>([
    db
      .prepare(
        'UPDATE sessions SET ended_at = ?3 WHERE user_id = ?1 AND id IS NOT ?2 AND ended_at IS NULL RETURNING id',
      )
      .bind(userId, keep, now),
    enqueueEndedStatement(db, userId, now),
    ...revokePendingStatements(db, userId),
    db
      .prepare(
        `DELETE FROM known_devices WHERE user_id = ?1 AND device_id NOT IN (SELECT device_id FROM sessions WHERE id = ?2)`,
      )
      .bind(userId, keep),
  ])
  return (ended?.results ?? []).map((session) => session.id)
}

/** When a session began, in ms since 1970. */
export const sessionStartedAt = (db: D1Database, sessionId: SessionId): Promise<number | null> =>
  db.prepare('SELECT created_at FROM sessions WHERE id = ?1').bind(sessionId).first<number>('created_at')

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
