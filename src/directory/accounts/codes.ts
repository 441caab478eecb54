/**
 * Mailed codes. Each is bound to its purpose, its address and the attempt that requested it, so that requests and
 * guesses of strangers neither replace nor use up a code.
 *
 * An address without an account gets rows like any other, for a code that was never sent. Requests and guesses
 * therefore do the same work and get the same answers, whether or not the address has an account.
 */
import type { CodeKind, CodePurpose, SessionId, UserId } from '../../protocol'
import { revokeAccessStatements, setPasswordStatement } from './credentials'
import { beginStatement, type NewSession, rememberStatements } from './sessions'

/** The recipient of a code: an account or a pending registration. */
export interface Addressee {
  kind: CodeKind
  userId: UserId | null
  registrationId: UserId | null
  username: string
  passwordHash: string | null
  /** Whether the device has signed in to the account before: 0 or 1. */
  isKnown: number
  /** When the registration was attempted (ms since 1970). 0 for an account. */
  attempted: number
}

/** The person who requests or enters a code: all digests of their device, and their account if they are signed in. */
export interface CodeRequester {
  deviceIds: readonly string[]
  caller: UserId | null
}

/** A new code to store. Times are in milliseconds. */
export interface NewCode {
  kind: CodeKind
  address: string
  attempt: string
  deviceId: string
  /** Both are null when no account has the address. */
  userId: UserId | null
  registrationId: UserId | null
  hash: string
  now: number
  expiresAt: number
  forgetAt: number
}

/** A stored code, with everything that a guess is compared with. */
export interface StoredCode {
  kind: CodeKind
  address: string
  attempt: string
  hash: string
  userId: UserId | null
  registrationId: UserId | null
  passwordHash: string | null
  /** The account's present address, which a code for a new address will replace. */
  email: string | null
  /** Whether the device has signed in to the account before: 0 or 1. */
  isKnown: number
}

/** A stored code that was guessed right, for an account. */
export type AccountCode = StoredCode & { userId: UserId }

/** SQL: the values of the JSON array that is bound as `place`. */
const inArray = (place: string) => `(SELECT value FROM json_each(${place}))`
const isKnownDevice = (user: string, deviceIds: string) =>
  `EXISTS (SELECT 1 FROM known_devices WHERE user_id = ${user} AND device_id IN ${inArray(deviceIds)})`

const IS_ACTIVE = 'u.erased_at IS NULL AND u.disabled_at IS NULL'
const ACCOUNT = `u.id AS userId, NULL AS registrationId, u.username, u.password_hash AS passwordHash,
  ${isKnownDevice('u.id', '?2')} AS isKnown, 0 AS attempted FROM users u`
/** An account that already has an address owns it. Pending registrations and changes of address do not. */
const UNCLAIMED = 'NOT EXISTS (SELECT 1 FROM users WHERE email = ?1)'

/** SQL: the possible recipients for each purpose. ?1 is the address, ?2 the device ids, ?3 the time, ?4 the caller. */
const ADDRESSEES: Record<CodePurpose, string> = {
  verify_email: `SELECT 'verify_email' AS kind, ${ACCOUNT} WHERE u.email = ?1 AND u.email_verified_at IS NULL AND ${IS_ACTIVE}
    UNION ALL SELECT 'verify_email', NULL, r.id, r.username, r.password_hash, 0, r.created_at FROM registrations r
      WHERE r.address = ?1 AND r.device_id IN ${inArray('?2')} AND r.expires_at > ?3 AND ${UNCLAIMED}
    UNION ALL SELECT 'change_email', ${ACCOUNT} JOIN address_changes c ON c.user_id = u.id
      WHERE c.address = ?1 AND (c.device_id IN ${inArray('?2')} OR c.user_id = ?4) AND c.expires_at > ?3 AND ${IS_ACTIVE} AND ${UNCLAIMED}`,
  login: `SELECT 'login' AS kind, ${ACCOUNT} WHERE u.email = ?1 AND ${IS_ACTIVE} AND ?3 AND ?4 IS ?4`,
  reset_password: `SELECT 'reset_password' AS kind, ${ACCOUNT} WHERE u.email = ?1 AND ${IS_ACTIVE} AND ?3 AND ?4 IS ?4`,
}

/**
 * The possible recipients of a code for this purpose at this address. There are several only when the device has
 * started several registrations, or a registration and a change of address. The caller's own comes first, then the
 * newest attempt.
 */
export async function addresseesOf(
  db: D1Database,
  purpose: CodePurpose,
  address: string,
  { deviceIds, caller }: CodeRequester,
  now: number,
): Promise<Addressee[]> {
  const { results } = await db
    .prepare(`SELECT * FROM (${ADDRESSEES[purpose]}) ORDER BY userId IS ?4 DESC, attempted DESC`)
    .bind(address, JSON.stringify(deviceIds), now, caller)
    .all<Addressee>()
  return results
}

/**
 * Stores a code in place of the previous one of the same attempt, which becomes void. Old rows are deleted on the way.
 */
export async function storeCode(db: D1Database, code: NewCode): Promise<void> {
  const { kind, address, attempt, deviceId, userId, registrationId, hash, now, expiresAt, forgetAt } = code
  await db.batch([
    db.prepare('DELETE FROM mailed_codes WHERE forget_at <= ?1').bind(now),
    db
      .prepare(
        `INSERT INTO mailed_codes (kind, address, attempt, device_id, user_id, registration_id, hash, expires_at, forget_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (kind, address, attempt) DO UPDATE SET
           device_id = excluded.device_id, user_id = excluded.user_id, registration_id = excluded.registration_id,
           hash = excluded.hash, tries = 0, expires_at = excluded.expires_at, forget_at = excluded.forget_at`,
      )
      .bind(kind, address, attempt, deviceId, userId, registrationId, hash, expiresAt, forgetAt),
  ])
}

/** The attempt of the device's newest login at an address that waits for its code. */
export function pendingLogin(
  db: D1Database,
  address: string,
  deviceIds: readonly string[],
  now: number,
): Promise<string | null> {
  return db
    .prepare(
      `SELECT attempt FROM mailed_codes
       WHERE kind = 'login' AND address = ?1 AND device_id IN ${inArray('?2')} AND expires_at > ?3
       ORDER BY expires_at DESC LIMIT 1`,
    )
    .bind(address, JSON.stringify(deviceIds), now)
    .first<string>('attempt')
}

/** How a code is looked up: by the hash of a login's challenge, or by purpose and address. */
export type CodeQuery = { challenge: string } | { purpose: Exclude<CodePurpose, 'login'>; address: string }

/** ?3 is the address or the challenge, ?4 the device ids, ?5 the caller. A signed-in person may use any device. */
const MATCHES_QUERY: Record<CodePurpose, string> = {
  login: "kind = 'login' AND attempt = ?3",
  reset_password: `kind = 'reset_password' AND address = ?3 AND attempt IN ${inArray('?4')}`,
  // By device, because each registration of one device with one address has its own code.
  verify_email: `address = ?3 AND (kind = 'verify_email' AND device_id IN ${inArray('?4')}
    OR kind = 'change_email' AND (device_id IN ${inArray('?4')} OR user_id = ?5))`,
}

/**
 * Counts one guess at a code and returns the codes to compare it with. There are several only when a person has
 * requested an address in two ways. Counting and reading are one statement, and D1 runs statements one after another:
 * of any number of concurrent guesses, at most `tries` learn anything.
 * @returns an empty array when there is no such code, or it is expired, spent or has used up its tries
 */
export async function tryCode(
  db: D1Database,
  of: CodeQuery,
  { deviceIds, caller }: CodeRequester,
  now: number,
  tries: number,
): Promise<StoredCode[]> {
  const owner = (table: string, column: string, id: string) => `(SELECT ${column} FROM ${table} WHERE id = ${id})`
  const [which, text] =
    'challenge' in of ? [MATCHES_QUERY.login, of.challenge] : [MATCHES_QUERY[of.purpose], of.address]
  const { results } = await db
    .prepare(
      `UPDATE mailed_codes SET tries = tries + 1 WHERE ${which} AND expires_at > ?1 AND tries < ?2 AND ?5 IS ?5
       RETURNING kind, address, attempt, hash, user_id AS userId, registration_id AS registrationId,
         coalesce(${owner('users', 'password_hash', 'user_id')},
           ${owner('registrations', 'password_hash', 'registration_id')}) AS passwordHash,
         ${owner('users', 'email', 'user_id')} AS email, ${isKnownDevice('mailed_codes.user_id', '?4')} AS isKnown`,
    )
    .bind(now, tries, text, JSON.stringify(deviceIds), caller)
    .all<StoredCode>()
  return results
}

type CodeKey = Pick<StoredCode, 'kind' | 'address' | 'attempt' | 'hash'>

/** SQL: the code itself, bound to the parameter `first` and the three after it. */
const codeIs = (first: number) =>
  `kind = ?${first} AND address = ?${first + 1} AND attempt = ?${first + 2} AND hash = ?${first + 3}`
/** SQL: the code has not been spent. */
export const isUnspent = (first: number) => `EXISTS (SELECT 1 FROM mailed_codes WHERE ${codeIs(first)})`
export const codeKey = ({ kind, address, attempt, hash }: CodeKey) => [kind, address, attempt, hash] as const

/**
 * Spends a code on its effects. Each effect must have the condition `isUnspent`, and all are one transaction: of any
 * number of requests with the right code one has the effects, and no code is spent without them.
 */
export function spendCode<T>(db: D1Database, code: CodeKey, effects: D1PreparedStatement[]): Promise<D1Result<T>[]> {
  const spent = db.prepare(`DELETE FROM mailed_codes WHERE ${codeIs(1)}`)
  return db.batch<T>([...effects, spent.bind(...codeKey(code))])
}

/** Spends a code on a session. @returns whether the session began */
export async function signInByCode(db: D1Database, code: AccountCode, session: NewSession): Promise<boolean> {
  const condition = `${isUnspent(8)} AND u.email = ?9 AND u.password_hash = ?12`
  const [began] = await spendCode(db, code, [
    beginStatement(db, session, condition, ...codeKey(code), code.passwordHash),
    ...rememberStatements(db, session),
  ])
  return began?.results.length === 1
}

/**
 * Spends a code on the account's own address, which is verified from then on, and on a session if one is given.
 * @returns false when nothing happened: the code is spent, or the account has another address
 */
export async function verifyAddress(
  db: D1Database,
  code: AccountCode,
  session: NewSession | null,
  now: number,
): Promise<boolean> {
  const [verified] = await spendCode(db, code, [
    db
      .prepare(
        `UPDATE users SET email_verified_at = coalesce(email_verified_at, ?5)
         WHERE id = ?6 AND email = ?2 AND erased_at IS NULL AND ${isUnspent(1)}`,
      )
      .bind(...codeKey(code), now, code.userId),
    ...(session ? [beginStatement(db, session, `${isUnspent(8)} AND u.email = ?9`, ...codeKey(code))] : []),
    ...(session ? rememberStatements(db, session) : []),
  ])
  return verified?.meta.changes === 1
}

/**
 * Spends a code on a new password, and ends everything that began under the old one. The reader of the mailbox owns the
 * address, so it counts as verified: a stranger who registered with the address loses the account here.
 * @returns the ended sessions, or null when nothing happened: the code is spent, or the address has changed
 */
export async function resetPassword(
  db: D1Database,
  code: AccountCode,
  passwordHash: string,
  deviceId: string,
  now: number,
): Promise<SessionId[] | null> {
  const change = { userId: code.userId, passwordHash, deviceId, keepSession: null, now }
  const [changed, ended] = await spendCode<{ id: SessionId }>(db, code, [
    setPasswordStatement(db, change, `email = ?4 AND ${isUnspent(5)}`, code.address, ...codeKey(code)),
    ...revokeAccessStatements(db, change),
  ])
  return changed?.meta.changes === 1 ? (ended?.results ?? []).map((session) => session.id) : null
}
