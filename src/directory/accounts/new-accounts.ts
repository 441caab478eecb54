/** New accounts: of people who register, and of people whom a host brings. */
import type { UserId } from '../../protocol'
import { backfillNames } from '../people/backfill'
import { caseless, legacyFold, searchKeyOf } from '../people/fold'
import { addNameStatement } from '../people/names'
import { isEmailReserved } from './email-changes'
import { beginStatement, type NewSession, rememberStatements } from './sessions'
import { claimStatements, isUnclaimed, skeletonHashes } from './usernames'

/** A new account. `email` is in lower case already. */
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

/** The new account of a person whom a host brings: without an address and a password. */
export interface HostedAccount extends Omit<NewAccount, 'email' | 'passwordHash'> {
  email: null
  passwordHash: null
  host: HostIdentity
}

/** How a host knows a person. */
export interface HostIdentity {
  issuer: string
  externalId: string
  isManaged: boolean
}

/** The fields that no two accounts share. */
export type UniqueField = 'email' | 'username'

/**
 * The result of a registration. `taken` names the fields that belong to other accounts, and is empty when the account
 * was made. If only the address is taken, `username` is the name that the account would have got.
 */
export interface Registration {
  username: string
  taken: UniqueField[]
}

/**
 * Makes an account under the first free name of `usernames` and, in the same transaction, its first session if one is
 * given: a failure leaves neither.
 */
export async function register(
  db: D1Database,
  account: NewAccount | HostedAccount,
  usernames: Iterable<string>,
  session: NewSession | null,
): Promise<Registration> {
  // Old rows need their skeletons before a new name can be compared with them.
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
      // These statements select from users, so they do nothing when the account was not made.
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

/**
 * The statement that makes an account, unless its address, its username or a name that looks like it belongs to another
 * account.
 */
function insertStatement(
  db: D1Database,
  account: NewAccount | HostedAccount,
  username: string,
  looks: string[],
): D1PreparedStatement {
  const { id, email, passwordHash, firstName, lastName, now, picture } = account
  const host = 'host' in account ? account.host : undefined
  return db
    .prepare(
      `INSERT INTO users (id, username, username_key, email, password_hash,
         first_name, first_name_key, last_name, last_name_key, created_at, picture, search_key,
         external_issuer, external_id, is_managed)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?14, ?15, ?16
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
      host?.issuer ?? null,
      host?.externalId ?? null,
      Number(host?.isManaged ?? false),
    )
}
