/**
 * Pending registrations, where addresses must be verified. Each attempt keeps its own password and reserves neither the
 * address nor the username. The first attempt whose code is confirmed becomes the account and ends all others.
 */
import type { UserId } from '../../protocol'
import { backfillNames } from '../people/backfill'
import { caseless, legacyFold, searchKeyOf } from '../people/fold'
import { addNameStatement } from '../people/names'
import type { RegistrationRow } from '../schema'
import { codeKey, isUnspent, type StoredCode, spendCode } from './codes'
import { isEmailReserved } from './email-changes'
import type { NewAccount } from './new-accounts'
import { beginStatement, type NewSession, rememberStatements } from './sessions'
import { claimStatements, isUnclaimed, skeletonHashes } from './usernames'

/** A registration about to be stored. */
export interface NewRegistration extends NewAccount {
  username: string
  deviceId: string
  expiresAt: number
}

/** Whether no account has this username or one that looks like it. */
export async function isUsernameFree(db: D1Database, username: string, id: UserId, now: number): Promise<boolean> {
  // Old rows need their skeletons before a new name can be compared with them.
  await backfillNames(db)
  const looks = await skeletonHashes(username)
  if (!looks) return false
  const row = await db
    .prepare(
      `SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM users WHERE username_key = ?1) AND ${isUnclaimed('?2', '?3', '?4')}`,
    )
    .bind(caseless(username), JSON.stringify(looks), id, now)
    .first()
  return row !== null
}

/** The attempts of one device with one address that are kept, newest first: two people may share a device id. */
const ATTEMPTS_KEPT = 3

/** Stores an attempt beside the last ones of the same device. Expired ones are deleted on the way. */
export async function keepRegistration(db: D1Database, registration: NewRegistration): Promise<void> {
  const { id, email, deviceId, username, passwordHash, firstName, lastName, picture, now, expiresAt } = registration
  await db.batch([
    db.prepare('DELETE FROM registrations WHERE expires_at <= ?1').bind(now),
    db
      .prepare(
        `INSERT INTO registrations (id, address, device_id, username, username_key, password_hash, first_name, last_name,
           picture, created_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)`,
      )
      .bind(
        id,
        email,
        deviceId,
        username,
        caseless(username),
        passwordHash,
        firstName,
        lastName,
        picture,
        now,
        expiresAt,
      ),
    db
      .prepare(
        `DELETE FROM registrations WHERE address = ?1 AND device_id = ?2 AND id NOT IN (
           SELECT id FROM registrations WHERE address = ?1 AND device_id = ?2 ORDER BY created_at DESC LIMIT ?3)`,
      )
      .bind(email, deviceId, ATTEMPTS_KEPT),
  ])
}

/** The device's own attempt to register under this address or username. */
export function registrationOf(
  db: D1Database,
  identifier: string,
  deviceIds: readonly string[],
  now: number,
): Promise<RegistrationRow | null> {
  const column = identifier.includes('@') ? 'address' : 'username_key'
  return db
    .prepare(
      `SELECT * FROM registrations
       WHERE ${column} = ?1 AND device_id IN (SELECT value FROM json_each(?2)) AND expires_at > ?3
       ORDER BY created_at DESC LIMIT 1`,
    )
    .bind(identifier.includes('@') ? identifier.toLowerCase() : caseless(identifier), JSON.stringify(deviceIds), now)
    .first<RegistrationRow>()
}

/** A code that was guessed right, with its registration. */
export type RegistrationCode = StoredCode & { registrationId: number }

/**
 * Spends a code on an account and a session. The account gets the requested username, or the first of `alternatives` if
 * that is in use by now. Every other attempt with the address is deleted.
 * @returns false when nothing happened: the code is spent, or another account has the address
 */
export async function completeRegistration(
  db: D1Database,
  code: RegistrationCode,
  session: NewSession,
  alternatives: (username: string) => Iterable<string>,
): Promise<boolean> {
  const { registrationId: id, address } = code
  const wanted = await db
    .prepare('SELECT username, first_name, last_name FROM registrations WHERE id = ?1')
    .bind(id)
    .first<Pick<RegistrationRow, 'username' | 'first_name' | 'last_name'>>()
  if (!wanted) return false
  const isMade = 'EXISTS (SELECT 1 FROM users WHERE id = ?1)'
  const { now } = session
  for (const username of [wanted.username, ...alternatives(wanted.username)]) {
    const looks = await skeletonHashes(username)
    if (!looks) continue
    const { first_name, last_name } = wanted
    const [inserted, began] = await db.batch([
      db
        .prepare(
          `INSERT INTO users (id, username, username_key, email, email_verified_at, password_hash, first_name,
             first_name_key, last_name, last_name_key, created_at, picture, search_key)
           SELECT id, ?6, ?7, address, ?5, password_hash, first_name, ?9, last_name, ?10, created_at, picture, ?11
           FROM registrations
           WHERE id = ?8 AND expires_at > ?5 AND ${isUnspent(1)} AND ${isUnclaimed('?12', '?8', '?5')}
             AND NOT ${isEmailReserved('registrations.address', '?8', '?5')}
           ON CONFLICT DO NOTHING`,
        )
        .bind(
          ...codeKey(code),
          now,
          username,
          caseless(username),
          id,
          legacyFold(first_name),
          legacyFold(last_name),
          searchKeyOf({ username, first_name, last_name }),
          JSON.stringify(looks),
        ),
      beginStatement(db, session, isUnspent(8), ...codeKey(code)),
      ...rememberStatements(db, session),
      ...claimStatements(db, id, username, looks, now),
      addNameStatement(db, id),
      db
        .prepare(`DELETE FROM mailed_codes WHERE address = ?2 AND kind = 'verify_email' AND ${isMade}`)
        .bind(id, address),
      db.prepare(`DELETE FROM registrations WHERE address = ?2 AND ${isMade}`).bind(id, address),
    ])
    if (inserted?.meta.changes === 1) return began?.results.length === 1
    // Another account has that name by now. If none has, another condition failed.
    if (await isUsernameFree(db, username, id, now)) break
  }
  await spendCode(db, code, [])
  return false
}
