/** Accounts: made, found, changed. */
import type { SessionId, UserId } from '../../protocol'
import { enqueueSentRequestsStatement, enqueueStatement } from '../operation/outbox'
import { backfillNames } from '../people/backfill'
import { caseless, legacyFold, searchKeyOf } from '../people/fold'
import { addNameStatement, removeNameStatement } from '../people/names'
import { PRESENCE, type Presence, WITH_PRESENCE } from '../people/people'
import { friendsOf } from '../people/relationship'
import type { UserRow } from '../schema'
import { type PasswordProof, proofHolds, revokeAccessStatements } from './credentials'
import { isEmailReserved } from './email-changes'
import { beginStatement, type NewSession, rememberStatements } from './sessions'
import { claimStatements, isUnclaimed, releaseStatement, skeletonHashes } from './usernames'

/** An account with its person's presence. `friends` is a JSON array of their ids. */
export type Account = UserRow &
  Presence & {
    friends: string
    /** The address that is to replace `email` once it is confirmed, and until when that may be. */
    new_email: string | null
    new_email_until: number | null
  }

/** Reads an `Account`, of users as `u`; friends are those who can be spoken to, as in every list of them. */
const ACCOUNT_COLUMNS = `u.*, ${PRESENCE},
  (SELECT address FROM address_changes WHERE user_id = u.id) AS new_email,
  (SELECT expires_at FROM address_changes WHERE user_id = u.id) AS new_email_until,
  (SELECT json_group_array(friend.id) FROM users friend
   WHERE friend.id IN (${friendsOf('u.id')}) AND friend.erased_at IS NULL AND friend.disabled_at IS NULL) AS friends`
const ACCOUNT = `SELECT ${ACCOUNT_COLUMNS} FROM ${WITH_PRESENCE}`

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
  /** The names that are to be changed, as far as they are known. */
  before?: Pick<UserRow, 'username' | 'first_name' | 'last_name'>
  username?: string | undefined
  firstName?: string | undefined
  lastName?: string | undefined
  bio?: string | undefined
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
  // Names of before must be known to look like something before another is given.
  await backfillNames(db)
  let outcome: Registration = { username: '', taken: ['username'] }
  for (const username of usernames) {
    const looks = await skeletonHashes(username)
    if (!looks) continue
    const { id, email, now } = account
    const [made, clashes] = await db.batch<Record<UniqueField, number>>([
      insertStatement(db, account, username, looks),
      db
        .prepare(
          `SELECT email = ?2 AS email, username_key = ?3 AS username FROM users
             WHERE (email = ?2 OR username_key = ?3) AND id <> ?1
           UNION ALL SELECT 0, 1 WHERE NOT ${isUnclaimed('?4', '?1', '?5')}
           UNION ALL SELECT 1, 0 WHERE ${isEmailReserved('?2', '?1', '?5')}`,
        )
        .bind(id, email, caseless(username), JSON.stringify(looks), now),
      ...claimStatements(db, id, username, looks, now),
      // These do nothing when the account was not made: they select from users.
      addNameStatement(db, id),
      ...(session ? [beginStatement(db, session, 'TRUE'), ...rememberStatements(db, session)] : []),
    ])
    if (made?.meta.changes === 1) return { username, taken: [] }
    const others = clashes?.results ?? []
    outcome = { username, taken: FIELDS.filter((field) => others.some((other) => other[field] === 1)) }
    if (!outcome.taken.includes('username')) break
  }
  return outcome
}

const FIELDS: UniqueField[] = ['email', 'username']

/** The statement that makes an account unless its address or username is somebody's, or looks like somebody's. */
function insertStatement(db: D1Database, account: NewAccount, username: string, looks: string[]): D1PreparedStatement {
  const { id, email, passwordHash, firstName, lastName, now, picture } = account
  return db
    .prepare(
      `INSERT INTO users (id, username, username_key, email, password_hash,
         first_name, first_name_key, last_name, last_name_key, created_at, picture, search_key)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12
       WHERE ${isUnclaimed('?13', '?1', '?10')} AND NOT ${isEmailReserved('?4', '?1', '?10')}
       ON CONFLICT DO NOTHING`,
    )
    .bind(
      id,
      username,
      caseless(username),
      email,
      passwordHash,
      firstName,
      legacyFold(firstName),
      lastName,
      legacyFold(lastName),
      now,
      picture,
      searchKeyOf({ username, first_name: firstName, last_name: lastName }),
      JSON.stringify(looks),
    )
}

/** An account as somebody signs in to it: whether they have done so before from one of the deviceIds that were given. */
export type FoundAccount = Account & { is_known: number }

/** The account with this address or username, whatever its case. Usernames have no @, so one text fits only one. */
export function findByIdentifier(
  db: D1Database,
  identifier: string,
  deviceIds: readonly string[] = [],
): Promise<FoundAccount | null> {
  const select = `SELECT ${ACCOUNT_COLUMNS}, EXISTS (SELECT 1 FROM known_devices
    WHERE user_id = u.id AND device_id IN (SELECT value FROM json_each(?1))) AS is_known FROM ${WITH_PRESENCE}`
  if (identifier.includes('@')) {
    return db
      .prepare(`${select} WHERE u.email = ?2 AND u.erased_at IS NULL`)
      .bind(JSON.stringify(deviceIds), identifier.toLowerCase())
      .first<FoundAccount>()
  }
  // Two names of an earlier version may be one by now: then each is found as it is written.
  return db
    .prepare(
      `${select} WHERE u.username_key = (
         SELECT username_key FROM users WHERE username_key IN (?2, ?3) ORDER BY username_key = ?3 DESC LIMIT 1
       ) AND u.erased_at IS NULL`,
    )
    .bind(JSON.stringify(deviceIds), caseless(identifier), legacyFold(identifier))
    .first<FoundAccount>()
}

/** One's own account. */
export function findAccount(db: D1Database, id: UserId): Promise<Account | null> {
  return db.prepare(`${ACCOUNT} WHERE u.id = ?1 AND u.erased_at IS NULL`).bind(id).first<Account>()
}

/** A new password, and the session that it was changed from: the only one that stays. */
export interface PasswordChange {
  newHash: string
  keepSession: SessionId
  now: number
}

/**
 * Changes an account, if the `proof` that was asked for still holds, and notes what its person's actors have to hear of it.
 * With a new password, every other session of the account ends in the same transaction.
 * @returns the sessions that ended, or null when nothing was changed: the username is somebody's, or the password was
 * changed meanwhile.
 */
export async function changeAccount(
  db: D1Database,
  id: UserId,
  changes: AccountChanges,
  proof?: PasswordProof,
  password?: PasswordChange,
): Promise<SessionId[] | null> {
  const { before, firstName, lastName, bio, loginOtp, picture } = changes
  const now = Date.now()
  const username = changes.username === before?.username ? undefined : changes.username
  const isSame = username !== undefined && before !== undefined && caseless(username) === caseless(before.username)
  if (username !== undefined) await backfillNames(db)
  const looks = username === undefined ? [] : await skeletonHashes(username)
  // A reserved name is somebody's who has had it for longer than it is reserved.
  if (!looks && !isSame) return null
  const searchKey =
    before &&
    searchKeyOf({
      username: username ?? before.username,
      first_name: firstName ?? before.first_name,
      last_name: lastName ?? before.last_name,
    })
  const isRenamed = [username, firstName, lastName].some((name) => name !== undefined)
  const looksElse = isRenamed || picture !== undefined
  const former = (text: string | undefined) => (text === undefined ? null : legacyFold(text))
  const update = db
    .prepare(
      // OR IGNORE: a username that somebody has leaves the row as it is. Folded with names that were changed meanwhile,
      // `search_key` would be wrong: null says so.
      `UPDATE OR IGNORE users SET
         username = coalesce(?2, username), username_key = coalesce(?3, username_key),
         first_name = coalesce(?4, first_name), first_name_key = coalesce(?5, first_name_key),
         last_name = coalesce(?6, last_name), last_name_key = coalesce(?7, last_name_key),
         bio = coalesce(?8, bio),
         login_otp = coalesce(?9, login_otp),
         password_hash = coalesce(?10, password_hash),
         picture = CASE WHEN ?12 THEN ?13 ELSE picture END,
         version = version + ?22,
         search_key = CASE WHEN ?21 THEN CASE WHEN (username, first_name, last_name) = (?15, ?16, ?17) THEN ?14 END
           ELSE search_key END
       WHERE id = ?1 AND erased_at IS NULL AND (?11 IS NULL OR password_hash = ?11)
         AND (?2 IS NULL OR ?18 OR ${isUnclaimed('?19', '?1', '?20')})
         AND (?23 IS NULL OR ${proofHolds('?1', '?11', '?23')})`,
    )
    .bind(
      id,
      username ?? null,
      username === undefined ? null : caseless(username),
      firstName ?? null,
      former(firstName),
      lastName ?? null,
      former(lastName),
      bio ?? null,
      loginOtp === undefined ? null : Number(loginOtp),
      password?.newHash ?? null,
      proof?.passwordHash ?? null,
      picture === undefined ? 0 : 1,
      picture ?? null,
      searchKey ?? null,
      before?.username ?? null,
      before?.first_name ?? null,
      before?.last_name ?? null,
      Number(isSame),
      JSON.stringify(looks),
      now,
      Number(isRenamed),
      Number(looksElse),
      proof?.sessionId ?? null,
    )
  const looking =
    username === undefined
      ? []
      : [
          releaseStatement(db, id, now, { username, kept: looks ?? [] }),
          ...claimStatements(db, id, username, looks ?? [], now),
        ]
  // Where nothing is changed after all, the last adds what the first has removed.
  const first = isRenamed ? [removeNameStatement(db, id, searchKey ?? '')] : []
  const statements = [...first, update]
  // Each of these follows one that wrote a row; the last may write none.
  if (picture !== undefined) statements.push(enqueueStatement(db, { user_id: id, kind: 'picture', subject: 0 }, now))
  if (looksElse)
    statements.push(
      enqueueStatement(db, { user_id: id, kind: 'person', subject: 0 }, now),
      enqueueSentRequestsStatement(db, id, now),
    )
  const last = isRenamed ? [...looking, addNameStatement(db, id)] : looking
  if (!password) {
    const results = await db.batch([...statements, ...last])
    return results[first.length]?.meta.changes === 1 ? [] : null
  }
  const { newHash: passwordHash, keepSession } = password
  const results = await db.batch<{ id: SessionId }>([
    ...statements,
    ...revokeAccessStatements(db, { userId: id, passwordHash, keepSession, deviceId: '', now: password.now }),
    ...last,
  ])
  const ended = results[statements.length]?.results ?? []
  return results[first.length]?.meta.changes === 1 ? ended.map((session) => session.id) : null
}

/** Keeps the same password under another hash. @returns false when the password has been changed meanwhile. */
export async function rehash(db: D1Database, id: UserId, oldHash: string, newHash: string): Promise<boolean> {
  const { meta } = await db
    .prepare('UPDATE users SET password_hash = ?3 WHERE id = ?1 AND password_hash = ?2')
    .bind(id, oldHash, newHash)
    .run()
  return meta.changes === 1
}
