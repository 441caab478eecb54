/**
 * Changes of an account's address: requested by its owner, confirmed by a code that was mailed to the new address, and
 * undone.
 */
import type { SessionId, UserId } from '../../protocol'
import { type AccountCode, codeKey, isUnspent, spendCode } from './codes'
import {
  type PasswordProof,
  type PasswordReplacement,
  proofHolds,
  revokeAccessStatements,
  setPasswordStatement,
} from './credentials'

/** A requested change of address. Times are in milliseconds. */
export interface EmailChange {
  userId: UserId
  address: string
  deviceId: string
  proof: PasswordProof
  expiresAt: number
  /** The long code by which the owner of the old address can undo the change. */
  undoCode: RecoveryCode
}

/** A long code that is about to be mailed. */
export interface RecoveryCode {
  /** SHA-256 of the code. */
  hash: string
  userId: UserId
  /** The address that it is mailed to. */
  address: string
  /** Whether it also makes `address` the account's own again. */
  restores: boolean
  /** Whether no other account may take `address` while the code is valid. */
  reserves: boolean
  now: number
  expiresAt: number
}

/** SQL: the address `place` is reserved for its former owner. */
export const isEmailReserved = (place: string, user: string, now: string) =>
  `EXISTS (SELECT 1 FROM recovery_codes WHERE address = ${place} AND reserves_address = 1 AND expires_at > ${now} AND user_id <> ${user})`

const storeRecoveryStatement = (
  db: D1Database,
  { hash, userId, address, restores, reserves, now, expiresAt }: RecoveryCode,
  condition = 'TRUE',
  ...bound: unknown[]
) =>
  db
    .prepare(
      `INSERT INTO recovery_codes (hash, user_id, address, restores_address, reserves_address, created_at, expires_at)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE ${condition}`,
    )
    .bind(hash, userId, address, Number(restores), Number(reserves), now, expiresAt, ...bound)

/** Stores a long code. Expired ones are deleted on the way. */
export async function storeRecoveryCode(db: D1Database, code: RecoveryCode): Promise<void> {
  await db.batch([
    db.prepare('DELETE FROM recovery_codes WHERE expires_at <= ?1').bind(code.now),
    storeRecoveryStatement(db, code),
  ])
}

/** Whether another account has this address, or had it recently. */
export async function isEmailTaken(db: D1Database, email: string, exceptId: UserId, now: number): Promise<boolean> {
  const row = await db
    .prepare(
      `SELECT 1 WHERE EXISTS (SELECT 1 FROM users WHERE email = ?1 AND id <> ?2) OR ${isEmailReserved('?1', '?2', '?3')}`,
    )
    .bind(email, exceptId, now)
    .first()
  return row !== null
}

/**
 * Starts a change of address, in place of an earlier one.
 * @returns false when nothing happened, because the proof no longer holds
 */
export async function startEmailChange(db: D1Database, change: EmailChange): Promise<boolean> {
  const { userId, address, deviceId, proof, expiresAt, undoCode: wayBack } = change
  const { sessionId, passwordHash } = proof
  const [, started] = await db.batch([
    db.prepare("DELETE FROM mailed_codes WHERE user_id = ?1 AND kind = 'change_email'").bind(userId),
    db
      .prepare(
        `INSERT OR REPLACE INTO address_changes (user_id, address, device_id, session_id, expires_at)
         SELECT ?1, ?2, ?3, ?4, ?5 WHERE ${proofHolds('?1', '?6', '?4')}`,
      )
      .bind(userId, address, deviceId, sessionId, expiresAt, passwordHash),
    storeRecoveryStatement(
      db,
      wayBack,
      'EXISTS (SELECT 1 FROM address_changes WHERE user_id = ?2 AND address = ?8)',
      address,
    ),
  ])
  return started?.meta.changes === 1
}

/** Cancels the pending change of address. */
export async function withdrawEmailChange(db: D1Database, userId: UserId): Promise<void> {
  await db.batch([
    db.prepare('DELETE FROM address_changes WHERE user_id = ?1').bind(userId),
    db.prepare("DELETE FROM mailed_codes WHERE user_id = ?1 AND kind = 'change_email'").bind(userId),
  ])
}

/**
 * Spends a code on a pending change of address: the new address becomes the account's own and is verified.
 * @returns false when nothing happened: the code is spent, the change is over, or another account has the address
 */
export async function confirmEmailChange(db: D1Database, code: AccountCode, now: number): Promise<boolean> {
  const [changed] = await spendCode(db, code, [
    db
      .prepare(
        // OR IGNORE: an address that another account has by now leaves the row unchanged.
        `UPDATE OR IGNORE users SET email = ?2, email_verified_at = ?5
         WHERE id = ?6 AND erased_at IS NULL AND ${isUnspent(1)} AND NOT ${isEmailReserved('?2', '?6', '?5')}
           AND EXISTS (SELECT 1 FROM address_changes WHERE user_id = ?6 AND address = ?2 AND expires_at > ?5)`,
      )
      .bind(...codeKey(code), now, code.userId),
    // A pending registration with the address did not prove it.
    ...['address_changes WHERE user_id = ?1 AND address = ?2', 'registrations WHERE address = ?2'].map((from) =>
      db
        .prepare(`DELETE FROM ${from} AND EXISTS (SELECT 1 FROM users WHERE id = ?1 AND email = ?2)`)
        .bind(code.userId, code.address),
    ),
  ])
  return changed?.meta.changes === 1
}

/** A long code that was found, with its account. */
export interface FoundRecovery {
  hash: string
  userId: UserId
  address: string
  restores: number
  createdAt: number
}

/** The valid long code with this hash that was mailed to `address`. */
export function findRecovery(
  db: D1Database,
  hash: string,
  address: string,
  now: number,
): Promise<FoundRecovery | null> {
  return db
    .prepare(
      `SELECT hash, user_id AS userId, address, restores_address AS restores, created_at AS createdAt FROM recovery_codes
       WHERE hash = ?1 AND address = ?2 AND expires_at > ?3`,
    )
    .bind(hash, address, now)
    .first<FoundRecovery>()
}

/**
 * Spends a long code on a new password, and ends everything that began under the old one. A code that restores also
 * makes its address the account's own again, and voids every later change together with the code that would undo this
 * one.
 * @returns the ended sessions, or null when nothing happened: the code is spent, or the account has another address
 */
export async function recover(
  db: D1Database,
  found: FoundRecovery,
  replaced: PasswordReplacement,
): Promise<SessionId[] | null> {
  const isThere = (place: number) => `EXISTS (SELECT 1 FROM recovery_codes WHERE hash = ?${place})`
  const [, changed, ended] = await db.batch<{ id: SessionId }>([
    db
      .prepare(
        `UPDATE OR IGNORE users SET email = ?2, email_verified_at = ?3
         WHERE id = ?1 AND ?5 = 1 AND erased_at IS NULL AND disabled_at IS NULL AND ${isThere(4)}`,
      )
      .bind(found.userId, found.address, replaced.now, found.hash, found.restores),
    setPasswordStatement(db, replaced, `email = ?4 AND ${isThere(5)}`, found.address, found.hash),
    ...revokeAccessStatements(db, replaced),
    db
      .prepare(
        `DELETE FROM recovery_codes WHERE (hash = ?1 OR user_id = ?2 AND restores_address = 1 AND created_at >= ?3 AND ?4 = 1)
           AND EXISTS (SELECT 1 FROM users WHERE id = ?2 AND password_hash = ?5)`,
      )
      .bind(found.hash, found.userId, found.createdAt, found.restores, replaced.passwordHash),
  ])
  return changed?.meta.changes === 1 ? (ended?.results ?? []).map((session) => session.id) : null
}
