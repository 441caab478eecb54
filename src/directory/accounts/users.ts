/** Accounts: registered, found, changed. */
import type { SessionId, UserId } from '../../protocol'
import { enqueueSentRequestsStatement, enqueueStatement } from '../operation/outbox'
import { backfillNames } from '../people/backfill'
import { caseless, legacyFold, searchKeyOf } from '../people/fold'
import { addNameStatement, removeNameStatement } from '../people/names'
import { PRESENCE, type Presence, WITH_PRESENCE } from '../people/people'
import { friendsOf } from '../people/relationship'
import type { UserRow } from '../schema'
import { type PasswordProof, proofHolds, revokeAccessStatements } from './credentials'
import { claimStatements, isUnclaimed, releaseStatement, skeletonHashes } from './usernames'

/** An account with its person's presence. `friends` is a JSON array of ids. */
export type Account = UserRow &
  Presence & {
    friends: string
    /** The pending address that will replace `email`, and when the change expires. */
    new_email: string | null
    new_email_until: number | null
  }

/** The columns of an `Account`, for users as `u`. Friends are active accounts, as in every list of friends. */
const ACCOUNT_COLUMNS = `u.*, ${PRESENCE},
  (SELECT address FROM address_changes WHERE user_id = u.id) AS new_email,
  (SELECT expires_at FROM address_changes WHERE user_id = u.id) AS new_email_until,
  (SELECT json_group_array(friend.id) FROM users friend
   WHERE friend.id IN (${friendsOf('u.id')}) AND friend.erased_at IS NULL AND friend.disabled_at IS NULL) AS friends`
/** SQL: accounts as `u`. */
export const ACCOUNT = `SELECT ${ACCOUNT_COLUMNS} FROM ${WITH_PRESENCE}`

/** Changes of an account. Undefined fields stay as they are. */
export interface AccountChanges {
  /** The present names, if any of them changes. */
  before?: Pick<UserRow, 'username' | 'first_name' | 'last_name'>
  username?: string | undefined
  firstName?: string | undefined
  lastName?: string | undefined
  bio?: string | undefined
  loginOtp?: boolean | undefined
  /** Storage key. Null removes the picture. */
  picture?: string | null | undefined
}

/** An account that a person signs in to. `is_known` says whether one of the given devices has signed in before. */
export type FoundAccount = Account & { is_known: number }

/**
 * The account with this address or username, whatever its case. Usernames contain no @, so a text matches only one
 * column.
 */
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
  // Two names of an earlier version may have the same fold by now. Each is then found by its exact spelling.
  return db
    .prepare(
      `${select} WHERE u.username_key = (
         SELECT username_key FROM users WHERE username_key IN (?2, ?3) ORDER BY username_key = ?3 DESC LIMIT 1
       ) AND u.erased_at IS NULL`,
    )
    .bind(JSON.stringify(deviceIds), caseless(identifier), legacyFold(identifier))
    .first<FoundAccount>()
}

/** The caller's own account. */
export function findAccount(db: D1Database, id: UserId): Promise<Account | null> {
  return db.prepare(`${ACCOUNT} WHERE u.id = ?1 AND u.erased_at IS NULL`).bind(id).first<Account>()
}

/** A new password, and the only session that continues. */
export interface PasswordChange {
  newHash: string
  keepSession: SessionId
  now: number
}

/**
 * Changes an account if `proof` still holds, and enqueues entries for its person's actors. With a new password, every
 * other session ends in the same transaction.
 * @returns the ended sessions, or null when nothing was changed: the username is in use, or the password has changed
 * meanwhile
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
  // An account keeps a reserved name that it had before the name was reserved.
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
      // OR IGNORE: a username in use leaves the row unchanged. `search_key` becomes null when the names have changed
      // meanwhile, because the fold would be wrong.
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
  // If nothing is changed after all, the last statement adds what the first has removed.
  const first = isRenamed ? [removeNameStatement(db, id, searchKey ?? '')] : []
  const statements = [...first, update]
  // Each of these depends on the changes of the statement before it, so none may come between that wrote no row.
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

/** Replaces the hash of the same password. @returns false when the password has changed meanwhile */
export async function rehash(db: D1Database, id: UserId, oldHash: string, newHash: string): Promise<boolean> {
  const { meta } = await db
    .prepare('UPDATE users SET password_hash = ?3 WHERE id = ?1 AND password_hash = ?2')
    .bind(id, oldHash, newHash)
    .run()
  return meta.changes === 1
}
