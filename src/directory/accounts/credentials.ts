/** The end of everything that depends on a password: sessions, mailed codes and pending changes. */
import type { SessionId, UserId } from '../../protocol'
import { enqueueEndedStatement } from '../operation/outbox'

/** A new password for an account. */
export interface PasswordReplacement {
  userId: UserId
  passwordHash: string
  /** The session that continues, with its device. Null when all sessions end. */
  keepSession: SessionId | null
  /** The only known device afterwards, when no session continues. */
  deviceId: string
  now: number
}

/** Proof of the password within one session: the hash that the password was compared with. */
export interface PasswordProof {
  passwordHash: string
  sessionId: SessionId
}

/**
 * SQL: the proof still holds for the account `user`, because its password is unchanged and the session has not ended. A
 * request may take as long as its uploads, and must not act on a proof that has become void meanwhile.
 */
export const proofHolds = (user: string, hash: string, session: string): string =>
  `EXISTS (SELECT 1 FROM users JOIN sessions ON sessions.user_id = users.id AND sessions.id = ${session}
    WHERE users.id = ${user} AND users.password_hash = ${hash} AND sessions.ended_at IS NULL)`

/** Whether a proof still holds for an account. */
export const isProofValid = async (db: D1Database, userId: UserId, proof: PasswordProof): Promise<boolean> =>
  (await db
    .prepare(`SELECT 1 WHERE ${proofHolds('?1', '?2', '?3')}`)
    .bind(userId, proof.passwordHash, proof.sessionId)
    .first()) !== null

/**
 * The statement that sets a new password where `condition` holds. The account's address is verified with it. Parameters
 * of the condition start at ?4.
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
 * The statements that end everything that began under the old password, once the new one is set. The first returns the
 * ended sessions. A code that undoes a change of address stays: the new password may be a thief's.
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
    enqueueEndedStatement(db, userId, now),
  ]
}

/** Pending steps that could give access to the account later. */
const PENDING_ACCESS = [
  'mailed_codes WHERE user_id = ?1',
  'address_changes WHERE user_id = ?1',
  'recovery_codes WHERE user_id = ?1 AND restores_address = 0',
]

/** The statements that delete an account's mailed codes and its pending change of address, where `condition` holds. */
export const revokePendingStatements = (db: D1Database, userId: UserId, condition = 'TRUE'): D1PreparedStatement[] =>
  PENDING_ACCESS.map((from) =>
    db.prepare(`DELETE FROM ${from} AND EXISTS (SELECT 1 FROM users WHERE id = ?1 AND ${condition})`).bind(userId),
  )
