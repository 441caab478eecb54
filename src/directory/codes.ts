/**
 * One-time codes: at most one living code per purpose and address.
 *
 * An address that nobody has gets rows like any other, with a code that was never sent: so asking and guessing do the
 * same work, and answer the same, whoever has the address.
 */
import type { CodePurpose, SessionId, UserId } from '../protocol'
import type { CodeRow } from './schema'
import { beginning, type NewSession } from './sessions'

/** Whom a code goes to. */
export interface Addressee {
  id: UserId
  username: string
  password_hash: string | null
}

/** What a row stands for: a code, or only how often something was mailed to an address. */
export type Kind = CodeRow['kind']

/** What is about to be mailed to an address. Without a hash nothing can be guessed: it is only counted. */
export interface Sending {
  kind: Kind
  address: string
  /** Null when nobody has the address. */
  userId: UserId | null
  hash: string | null
  /** The hash of the login challenge that the code answers. */
  challenge: string | null
  expiresAt: number
  now: number
}

/** How many may be mailed to one address within how many milliseconds. */
export interface SendingRate {
  limit: number
  per: number
}

/** A code as it is guessed at, with what it is compared with. */
export interface GuessedCode {
  kind: CodePurpose
  address: string
  hash: string
  userId: UserId | null
  passwordHash: string | null
  /** The account's own address, which a code for a new one is to replace. */
  email: string | null
}

/** Who has each address, for each purpose; never somebody whose account is closed. */
const ADDRESSEES: Record<CodePurpose, string> = {
  // An address that waits for verification belongs to the account that has it already, if one does.
  verify_email: `(u.email = ?1 AND u.email_verified_at IS NULL)
    OR (u.pending_email = ?1 AND NOT EXISTS (SELECT 1 FROM users WHERE email = ?1))`,
  login: 'u.email = ?1',
  reset_password: 'u.email = ?1',
}

/** The account to which a code for this purpose would be sent at this address. */
export function addresseeOf(db: D1Database, purpose: CodePurpose, address: string): Promise<Addressee | null> {
  return db
    .prepare(
      `SELECT u.id, u.username, u.password_hash FROM users u
       WHERE (${ADDRESSEES[purpose]}) AND u.erased_at IS NULL AND u.disabled_at IS NULL ORDER BY u.id LIMIT 1`,
    )
    .bind(address)
    .first<Addressee>()
}

/** The times of sending that still count, with ?1 as the present added. */
const SENDS = `(SELECT json_group_array(value) FROM
  (SELECT value FROM json_each(codes.sends) WHERE value > ?2 UNION ALL SELECT ?1))`
const MAY_SEND = '(SELECT count(*) FROM json_each(codes.sends) WHERE value > ?2) < ?3'

/**
 * Keeps a code in place of the one before, which is dead from now on, and counts it. Counting and keeping are one
 * statement, so of any number at once no more than the rate allows are kept. Old rows are swept on the way.
 * @returns whether it was kept.
 */
export async function keepCode(db: D1Database, sending: Sending, rate: SendingRate): Promise<boolean> {
  const { kind, address, userId, hash, challenge, expiresAt, now } = sending
  const since = now - rate.per
  const [, kept] = await db.batch([
    db.prepare('DELETE FROM codes WHERE forget_at <= ?1').bind(now),
    db
      .prepare(
        `INSERT INTO codes (kind, address, user_id, hash, challenge, tries, expires_at, sends, forget_at)
         VALUES (?4, ?5, ?6, ?7, ?8, 0, ?9, json_array(?1), ?1 + ?10)
         ON CONFLICT (kind, address) DO UPDATE SET
           user_id = excluded.user_id, hash = excluded.hash, challenge = excluded.challenge, tries = 0,
           expires_at = excluded.expires_at, sends = ${SENDS}, forget_at = excluded.forget_at
         WHERE ${MAY_SEND}
         RETURNING kind`,
      )
      .bind(now, since, rate.limit, kind, address, userId, hash, challenge, expiresAt, rate.per),
  ])
  return kept?.results.length === 1
}

/** When, in ms since 1970, an address that has had enough may be sent another. */
export async function nextSending(
  db: D1Database,
  { kind, address }: Pick<Sending, 'kind' | 'address'>,
  rate: SendingRate,
  now: number,
): Promise<number> {
  const oldest = await db
    .prepare(
      `SELECT min(value) AS time FROM codes, json_each(codes.sends) WHERE kind = ?1 AND address = ?2 AND value > ?3`,
    )
    .bind(kind, address, now - rate.per)
    .first<number>('time')
  return oldest === null ? now : oldest + rate.per
}

/**
 * Another code for a login that waits for one: the challenge stays.
 * @returns false when no login waits, or too many codes have been sent.
 */
export async function renewLoginCode(
  db: D1Database,
  renewal: { address: string; userId: UserId; hash: string; expiresAt: number; now: number },
  rate: SendingRate,
): Promise<boolean> {
  const { address, userId, hash, expiresAt, now } = renewal
  const { meta } = await db
    .prepare(
      `UPDATE codes SET hash = ?4, tries = 0, expires_at = ?5, sends = ${SENDS}, forget_at = ?1 + ?6
       WHERE kind = 'login' AND address = ?7 AND user_id = ?8 AND hash IS NOT NULL AND expires_at > ?1 AND ${MAY_SEND}`,
    )
    .bind(now, now - rate.per, rate.limit, hash, expiresAt, rate.per, address, userId)
    .run()
  return meta.changes === 1
}

/**
 * Counts one try at a code and gives what it is to be compared with. Both are one statement, and D1 runs statements one
 * after another: however many guess at once, no more than `tries` of them learn anything.
 * @param of the purpose and address of the code, or the hash of the login challenge that it answers
 * @returns null when there is no such code, or it is too old, spent or tried too often.
 */
export async function guess(
  db: D1Database,
  of: { kind: Exclude<CodePurpose, 'login'>; address: string } | { challenge: string },
  now: number,
  tries: number,
): Promise<GuessedCode | null> {
  const [which, ...bound] =
    'challenge' in of
      ? ["kind = 'login' AND challenge = ?3", of.challenge]
      : ['kind = ?3 AND address = ?4', of.kind, of.address]
  const owner = (column: string) => `(SELECT ${column} FROM users WHERE id = codes.user_id)`
  return db
    .prepare(
      `UPDATE codes SET tries = tries + 1 WHERE ${which} AND hash IS NOT NULL AND expires_at > ?1 AND tries < ?2
       RETURNING kind, address, hash, user_id AS userId, ${owner('password_hash')} AS passwordHash, ${owner('email')} AS email`,
    )
    .bind(now, tries, ...bound)
    .first<GuessedCode>()
}

/** A code that was guessed right, and the account it was sent for. */
export type RightCode = GuessedCode & { userId: UserId }

/** The code itself, bound to the parameter `first` and the two after it. */
const thisCode = (first: number) => `kind = ?${first} AND address = ?${first + 1} AND hash = ?${first + 2}`
const unspent = (first: number) => `EXISTS (SELECT 1 FROM codes WHERE ${thisCode(first)})`
const boundTo = ({ kind, address, hash }: RightCode) => [kind, address, hash] as const

/**
 * Spends a code on what it allows. Each of `effects` must happen only where the code is `unspent`, and all are one
 * transaction: of any number who send the right code one has the effects, and nothing spends a code without them.
 */
function spend<T>(db: D1Database, code: RightCode, effects: D1PreparedStatement[]): Promise<D1Result<T>[]> {
  const spent = db.prepare(`UPDATE codes SET hash = NULL, challenge = NULL WHERE ${thisCode(1)}`)
  return db.batch<T>([...effects, spent.bind(...boundTo(code))])
}

/** Spends a code on a session. @returns whether it began. */
export async function signInByCode(db: D1Database, code: RightCode, session: NewSession): Promise<boolean> {
  const condition = `${unspent(7)} AND u.password_hash = ?10`
  const [began] = await spend(db, code, [beginning(db, session, condition, ...boundTo(code), code.passwordHash)])
  return began?.results.length === 1
}

/**
 * Spends a code on its address: it is the account's own and verified from now on, and a session begins.
 * @returns false when nothing happened: the code is spent, or the address has become somebody else's.
 */
export async function verifyAddress(db: D1Database, code: RightCode, session: NewSession): Promise<boolean> {
  const own = db
    .prepare(
      // OR IGNORE: an address that somebody else has by now leaves the row as it is.
      `UPDATE OR IGNORE users SET email = ?2, email_verified_at = ?4, pending_email = nullif(pending_email, ?2)
       WHERE id = ?5 AND erased_at IS NULL AND (email = ?2 OR pending_email = ?2) AND ${unspent(1)}`,
    )
    .bind(...boundTo(code), session.now, code.userId)
  const condition = `${unspent(7)} AND u.email = ?8 AND u.email_verified_at IS NOT NULL`
  const [, began] = await spend(db, code, [own, beginning(db, session, condition, ...boundTo(code))])
  return began?.results.length === 1
}

/**
 * Spends a code on a new password, and ends every session of the account. Who has the mail has the address, so it
 * counts as verified: whoever registered with somebody else's address loses it to them here.
 * @returns the sessions that ended, or null when nothing happened: the code is spent, or the address has changed.
 */
export async function resetPassword(
  db: D1Database,
  code: RightCode,
  passwordHash: string,
  now: number,
): Promise<SessionId[] | null> {
  const [changed, ended] = await spend<{ id: SessionId }>(db, code, [
    db
      .prepare(
        `UPDATE users SET password_hash = ?4, email_verified_at = coalesce(email_verified_at, ?5)
         WHERE id = ?6 AND email = ?2 AND erased_at IS NULL AND ${unspent(1)}`,
      )
      .bind(...boundTo(code), passwordHash, now, code.userId),
    db
      .prepare(
        `UPDATE sessions SET ended_at = ?2 WHERE user_id = ?1 AND ended_at IS NULL
           AND EXISTS (SELECT 1 FROM users WHERE id = ?1 AND password_hash = ?3)
         RETURNING id`,
      )
      .bind(code.userId, now, passwordHash),
  ])
  return changed?.meta.changes === 1 ? (ended?.results ?? []).map((session) => session.id) : null
}
