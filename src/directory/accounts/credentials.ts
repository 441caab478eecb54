/** What ends with a password: sessions, codes on their way, and every other way in that was begun under it. */
import type { SessionId, UserId } from '../../protocol'

/** An account's password becomes another. */
export interface PasswordReplacement {
  userId: UserId
  passwordHash: string
  /** The session that stays, and whose device stays known; null when all end. */
  keepSession: SessionId | null
  /** The device that is known from then on, where no session stays. */
  deviceId: string
  now: number
}

/** What a person has proved in a request: that they know the password whose hash this is, in a session. */
export interface PasswordProof {
  passwordHash: string
  sessionId: SessionId
}

/**
 * The condition that a proof still holds of the account `user`: its password is the same, and the session has not been
 * ended. A request may take as long as its uploads do, and what ended meanwhile must not be begun after all.
 */
export const proofHolds = (user: string, hash: string, session: string): string =>
  `EXISTS (SELECT 1 FROM users JOIN sessions ON sessions.user_id = users.id AND sessions.id = ${session}
    WHERE users.id = ${user} AND users.password_hash = ${hash} AND sessions.ended_at IS NULL)`

/** Whether a proof still holds of an account. */
export const isProofValid = async (db: D1Database, userId: UserId, proof: PasswordProof): Promise<boolean> =>
  (await db
    .prepare(`SELECT 1 WHERE ${proofHolds('?1', '?2', '?3')}`)
    .bind(userId, proof.passwordHash, proof.sessionId)
    .first()) !== null

/**
 * The statement that gives an account whose address was proved a new password, where `condition` holds of it: its
 * parameters are bound from ?4 on.
 */
export const setPasswordStatement = (
  db: D1Database,
  { userId, passwordHash, now }: PasswordReplacement,
  condition: string,
  ...bound: unknown[]
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE users SET password_hash = ?2, email_verified_at = coalesce(email_verified_at, ?3)
       WHERE id = ?1 AND erased_at IS NULL AND disabled_at IS NULL AND ${condition}`,
    )
    .bind(userId, passwordHash, now, ...bound)

/**
 * The statements that end everything begun under an account's old password, once the new one is in place: the first gives
 * the sessions that end. A code that puts an address back stays: the new password may be a thief's.
 */
export function revokeAccessStatements(db: D1Database, replaced: PasswordReplacement): D1PreparedStatement[] {
  const { userId, passwordHash, keepSession, deviceId, now } = replaced
  const hasNewPassword = 'EXISTS (SELECT 1 FROM users WHERE id = ?1 AND password_hash = ?2)'
  const removing = (from: string) => db.prepare(`DELETE FROM ${from} AND ${hasNewPassword}`).bind(userId, passwordHash)
  return [
    db
      .prepare(
        `UPDATE sessions SET ended_at = ?3 WHERE user_id = ?1 AND id IS NOT ?4 AND ended_at IS NULL AND ${hasNewPassword}
         RETURNING id`,
      )
      .bind(userId, passwordHash, now, keepSession),
    ...PENDING_ACCESS.map(removing),
    removing('known_devices WHERE user_id = ?1'),
    db
      .prepare(
        `INSERT INTO known_devices (user_id, device_id, seen_at)
         SELECT ?1, coalesce((SELECT device_id FROM sessions WHERE id = ?5), ?3), ?4 WHERE ${hasNewPassword}`,
      )
      .bind(userId, passwordHash, deviceId, now, keepSession),
  ]
}

/** What somebody may have begun that would let them in later, or take the account with them. */
const PENDING_ACCESS = [
  'mailed_codes WHERE user_id = ?1',
  'address_changes WHERE user_id = ?1',
  'recovery_codes WHERE user_id = ?1 AND restores_address = 0',
]

/** The statements that end an account's codes on their way and its change of address, where `condition` holds of it. */
export const revokePendingStatements = (db: D1Database, userId: UserId, condition = 'TRUE'): D1PreparedStatement[] =>
  PENDING_ACCESS.map((from) =>
    db.prepare(`DELETE FROM ${from} AND EXISTS (SELECT 1 FROM users WHERE id = ?1 AND ${condition})`).bind(userId),
  )
