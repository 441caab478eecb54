/** Accounts: made, found, changed. */
import type { SessionId, UserId } from '../protocol'
import { friendsOf } from './between'
import { fold } from './fold'
import { PRESENCE, type Presence, WITH_PRESENCE } from './people'
import type { UserRow } from './schema'
import { beginning, type NewSession } from './sessions'

/** An account with its person's presence. `friends` is a JSON array of their ids. */
export type Account = UserRow & Presence & { friends: string }

/** Reads an `Account`, of users as `u`; friends are those who can be spoken to, as in every list of them. */
const ACCOUNT = `SELECT u.*, ${PRESENCE},
  (SELECT json_group_array(friend.id) FROM users friend
   WHERE friend.id IN (${friendsOf('u.id')}) AND friend.erased_at IS NULL AND friend.disabled_at IS NULL) AS friends
  FROM ${WITH_PRESENCE}`

/** An account about to be made. `email` is in lower case already. */
export interface NewAccount {
  id: UserId
  email: string
  passwordHash: string
  firstName: string
  lastName: string
  /** Storage key. */
  picture: string | null
  now: number
}

/** What may be changed of an account; what is undefined stays. */
export interface AccountChanges {
  username?: string | undefined
  firstName?: string | undefined
  lastName?: string | undefined
  bio?: string | undefined
  /** Null withdraws a pending address. */
  pendingEmail?: string | null | undefined
  loginOtp?: boolean | undefined
  /** Storage key; null takes the picture away. */
  picture?: string | null | undefined
}

/** The fields that no two accounts share. */
export type UniqueField = 'email' | 'username'

/**
 * How registering went. `taken` names the fields that are somebody else's: the account was made if there are none. Where
 * only the address is, `username` is the one that the account would have got.
 */
export interface Registration {
  username: string
  taken: UniqueField[]
}

/**
 * Makes an account under the first of `usernames` that is free and, in the same transaction, its first session if one
 * is given, so that a failure between the two leaves neither.
 */
export async function register(
  db: D1Database,
  account: NewAccount,
  usernames: Iterable<string>,
  session: NewSession | null,
): Promise<Registration> {
  let outcome: Registration = { username: '', taken: ['username'] }
  for (const username of usernames) {
    const [made, clashes] = await db.batch<Record<UniqueField, number>>([
      inserting(db, account, username),
      db
        .prepare(
          `SELECT email = ?2 AS email, username_key = ?3 AS username FROM users
           WHERE (email = ?2 OR username_key = ?3) AND id <> ?1`,
        )
        .bind(account.id, account.email, fold(username)),
      // Begins nothing when the account was not made: it selects from users.
      ...(session ? [beginning(db, session, 'TRUE')] : []),
    ])
    if (made?.meta.changes === 1) return { username, taken: [] }
    const others = clashes?.results ?? []
    outcome = { username, taken: FIELDS.filter((field) => others.some((other) => other[field] === 1)) }
    if (!outcome.taken.includes('username')) break
  }
  return outcome
}

const FIELDS: UniqueField[] = ['email', 'username']

/** The statement that makes an account unless its address or username is somebody's. */
function inserting(db: D1Database, account: NewAccount, username: string): D1PreparedStatement {
  const { id, email, passwordHash, firstName, lastName, now, picture } = account
  return db
    .prepare(
      `INSERT INTO users (id, username, username_key, email, password_hash,
         first_name, first_name_key, last_name, last_name_key, created_at, picture)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT DO NOTHING`,
    )
    .bind(
      id,
      username,
      fold(username),
      email,
      passwordHash,
      firstName,
      fold(firstName),
      lastName,
      fold(lastName),
      now,
      picture,
    )
}

/** The account with this address or username, whatever its case. Usernames have no @, so one text fits only one. */
export function findByIdentifier(db: D1Database, identifier: string): Promise<Account | null> {
  const column = identifier.includes('@') ? 'email' : 'username_key'
  return db
    .prepare(`${ACCOUNT} WHERE u.${column} = ?1 AND u.erased_at IS NULL`)
    .bind(column === 'email' ? identifier.toLowerCase() : fold(identifier))
    .first<Account>()
}

/** One's own account. */
export function findAccount(db: D1Database, id: UserId): Promise<Account | null> {
  return db.prepare(`${ACCOUNT} WHERE u.id = ?1 AND u.erased_at IS NULL`).bind(id).first<Account>()
}

/** Whether somebody else has this address. */
export async function isEmailTaken(db: D1Database, email: string, exceptId: UserId): Promise<boolean> {
  const row = await db.prepare('SELECT 1 FROM users WHERE email = ?1 AND id <> ?2').bind(email, exceptId).first()
  return row !== null
}

/** A new password, and the session that it was changed from: the only one that stays. */
export interface PasswordChange {
  oldHash: string
  newHash: string
  keepSession: SessionId
  now: number
}

/**
 * Changes an account. With a new password, every other session of the account ends in the same transaction, and
 * nothing happens at all if the password is no longer the one that was checked.
 * @returns the sessions that ended, or null when nothing was changed: the username is somebody's, or the password was
 * changed meanwhile.
 */
export async function changeAccount(
  db: D1Database,
  id: UserId,
  changes: AccountChanges,
  password?: PasswordChange,
): Promise<SessionId[] | null> {
  const { username, firstName, lastName, bio, pendingEmail, loginOtp, picture } = changes
  const folded = (text: string | undefined) => (text === undefined ? null : fold(text))
  const update = db
    .prepare(
      // OR IGNORE: a username that somebody has leaves the row as it is.
      `UPDATE OR IGNORE users SET
         username = coalesce(?2, username), username_key = coalesce(?3, username_key),
         first_name = coalesce(?4, first_name), first_name_key = coalesce(?5, first_name_key),
         last_name = coalesce(?6, last_name), last_name_key = coalesce(?7, last_name_key),
         bio = coalesce(?8, bio),
         pending_email = CASE WHEN ?9 THEN ?10 ELSE pending_email END,
         login_otp = coalesce(?11, login_otp),
         password_hash = coalesce(?12, password_hash),
         picture = CASE WHEN ?14 THEN ?15 ELSE picture END
       WHERE id = ?1 AND erased_at IS NULL AND (?13 IS NULL OR password_hash = ?13)`,
    )
    .bind(
      id,
      username ?? null,
      folded(username),
      firstName ?? null,
      folded(firstName),
      lastName ?? null,
      folded(lastName),
      bio ?? null,
      pendingEmail === undefined ? 0 : 1,
      pendingEmail ?? null,
      loginOtp === undefined ? null : Number(loginOtp),
      password?.newHash ?? null,
      password?.oldHash ?? null,
      picture === undefined ? 0 : 1,
      picture ?? null,
    )
  if (!password) return (await update.run()).meta.changes === 1 ? [] : null
  const [updated, ended] = await db.batch<{ id: SessionId }>([
    update,
    db
      .prepare(
        `UPDATE sessions SET ended_at = ?4 WHERE user_id = ?1 AND id <> ?2 AND ended_at IS NULL
           AND EXISTS (SELECT 1 FROM users WHERE id = ?1 AND password_hash = ?3)
         RETURNING id`,
      )
      .bind(id, password.keepSession, password.newHash, password.now),
  ])
  return updated?.meta.changes === 1 ? (ended?.results ?? []).map((session) => session.id) : null
}

/** Keeps the same password under another hash. @returns false when the password has been changed meanwhile. */
export async function rehash(db: D1Database, id: UserId, oldHash: string, newHash: string): Promise<boolean> {
  const { meta } = await db
    .prepare('UPDATE users SET password_hash = ?3 WHERE id = ?1 AND password_hash = ?2')
    .bind(id, oldHash, newHash)
    .run()
  return meta.changes === 1
}
