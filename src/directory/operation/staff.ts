/**
 * Actions of staff on accounts. Each is one transaction with its audit entry, and at least one staff account always
 * remains.
 */
import { LIMITS, type SessionId, type UserId } from '../../protocol'
import { revokePendingStatements } from '../accounts/credentials'
import { fold, legacyFold, nameMatches } from '../people/fold'
import { idsNamedLike } from '../people/names'
import { type Presence, PUBLIC_PRESENCE, WITH_PRESENCE } from '../people/people'
import type { UserRow } from '../schema'
import { recordChangeStatement } from './audit'
import { enqueueEndedStatement } from './outbox'
import { storedBytes } from './storage'

/** An account as staff see it. */
export type StaffAccountRow = UserRow & Presence & { stored_bytes: number }

/** The staff account that acts, or null for a command of the operator, and the time. */
export interface Actor {
  actor: UserId | null
  now: number
}

const ACCOUNT = `SELECT u.*, ${PUBLIC_PRESENCE}, ${storedBytes('user', 'u.id')} AS stored_bytes FROM ${WITH_PRESENCE}`

/** SQL: another active staff account remains. */
const OTHER_STAFF = `EXISTS (SELECT 1 FROM users other
  WHERE other.is_staff = 1 AND other.id <> users.id AND other.disabled_at IS NULL AND other.erased_at IS NULL)`

/**
 * SQL: the acting account still has the right, so that of two accounts that disable each other at once only one
 * succeeds. `?2` is the acting account.
 */
const ACTOR_IS_STAFF = `(?2 IS NULL OR EXISTS (SELECT 1 FROM users doer
  WHERE doer.id = ?2 AND doer.is_staff = 1 AND doer.disabled_at IS NULL AND doer.erased_at IS NULL))`

/** The account afterwards, and the sessions whose sockets must be closed. Null when there is no such account. */
export type DisabledAccount = { account: StaffAccountRow; sessions: SessionId[] } | null

/**
 * Disables an account and ends its sessions. The last staff account stays enabled. The answer includes sessions that
 * ended within the lifetime of an access token, because a repeated call means that their sockets may still be open.
 */
export async function disable(
  db: D1Database,
  id: UserId,
  { actor, now }: Actor,
  recently: number,
): Promise<DisabledAccount> {
  const [, , , sessions, account] = await db.batch([
    db
      .prepare(
        `UPDATE users SET disabled_at = ?3 WHERE id = ?1 AND erased_at IS NULL AND disabled_at IS NULL
           AND (is_staff = 0 OR ${OTHER_STAFF}) AND ${ACTOR_IS_STAFF}`,
      )
      .bind(id, actor, now),
    recordChangeStatement(db, { actor, action: 'user.disabled', user: id, now }),
    db
      .prepare(
        `UPDATE sessions SET ended_at = ?2 WHERE user_id = ?1 AND ended_at IS NULL
           AND EXISTS (SELECT 1 FROM users WHERE id = ?1 AND disabled_at IS NOT NULL)`,
      )
      .bind(id, now),
    db.prepare('SELECT id FROM sessions WHERE user_id = ?1 AND ended_at >= ?2').bind(id, recently),
    accountStatement(db, id),
    // Pending codes would become valid again once the account is enabled.
    ...revokePendingStatements(db, id, 'disabled_at IS NOT NULL'),
    enqueueEndedStatement(db, id, now),
  ])
  const [found] = (account?.results ?? []) as StaffAccountRow[]
  return found
    ? { account: found, sessions: ((sessions?.results ?? []) as { id: SessionId }[]).map((row) => row.id) }
    : null
}

/** Enables an account. */
export async function enable(db: D1Database, id: UserId, { actor, now }: Actor): Promise<StaffAccountRow | null> {
  const [, , account] = await db.batch<StaffAccountRow>([
    db
      .prepare(
        `UPDATE users SET disabled_at = NULL WHERE id = ?1 AND erased_at IS NULL AND disabled_at IS NOT NULL AND ${ACTOR_IS_STAFF}`,
      )
      .bind(id, actor),
    recordChangeStatement(db, { actor, action: 'user.enabled', user: id, now }),
    accountStatement(db, id),
  ])
  return account?.results[0] ?? null
}

/** Grants or revokes the rights of staff. The last staff account keeps them. */
export async function setStaff(
  db: D1Database,
  id: UserId,
  isStaff: boolean,
  { actor, now }: Actor,
): Promise<StaffAccountRow | null> {
  const [, , account] = await db.batch<StaffAccountRow>([
    db
      .prepare(
        `UPDATE users SET is_staff = ?3 WHERE id = ?1 AND erased_at IS NULL AND is_staff <> ?3
           AND (?3 = 1 OR disabled_at IS NOT NULL OR ${OTHER_STAFF}) AND ${ACTOR_IS_STAFF}`,
      )
      .bind(id, actor, isStaff ? 1 : 0),
    recordChangeStatement(db, { actor, action: isStaff ? 'staff.granted' : 'staff.revoked', user: id, now }),
    accountStatement(db, id),
  ])
  return account?.results[0] ?? null
}

/** One account by its id. */
export const findStaffAccount = (db: D1Database, id: UserId): Promise<StaffAccountRow | null> =>
  accountStatement(db, id).first<StaffAccountRow>()

const FILTERS = { staff: 'u.is_staff = 1', disabled: 'u.disabled_at IS NOT NULL' } as const

/** A filter and a part of the list of accounts. */
export interface AccountsQuery {
  search?: string | undefined
  only?: keyof typeof FILTERS | undefined
  limit: number
  /** The `username_key` of the last account of the previous part. */
  after?: string | undefined
  offset?: number
}

/** SQL: matches the name, the beginning of the address, or the id. */
const MATCHES_SEARCH = `((u.id IN (${idsNamedLike('?4', LIMITS.peopleSought)}) AND ${nameMatches('?4', '?5')})
  OR u.id = ?6 OR u.id IN (SELECT id FROM users WHERE email >= ?5 AND email < ?5 || char(1114111)))`

/**
 * Accounts whose username or name contains `search`, whose address begins with it, or whose id it is. Ordered by
 * username.
 */
export async function findAccounts(
  db: D1Database,
  { search, only, limit, after = '', offset = 0 }: AccountsQuery,
): Promise<StaffAccountRow[]> {
  const folded = search ? fold(search) : null
  if (folded === '') return []
  // Each part uses its own index, and D1 merges ordered parts.
  const kinds = only ? [FILTERS[only]] : ['u.disabled_at IS NULL', FILTERS.disabled]
  const parts = kinds.map(
    (kind) => `SELECT * FROM (SELECT * FROM users u WHERE ${kind} AND u.erased_at IS NULL AND u.username_key > ?3
      ${search ? `AND ${MATCHES_SEARCH}` : ''} ORDER BY u.username_key LIMIT ?1 + ?2)`,
  )
  const { results } = await db
    .prepare(
      `SELECT u.*, ${PUBLIC_PRESENCE}, ${storedBytes('user', 'u.id')} AS stored_bytes FROM (${parts.join(' UNION ALL ')} ORDER BY username_key LIMIT ?1 OFFSET ?2) u
       LEFT JOIN presence p ON p.user_id = u.id ORDER BY u.username_key`,
    )
    .bind(limit, offset, after, ...(search ? [folded, legacyFold(search), idIn(search)] : []))
    .all<StaffAccountRow>()
  return results
}

/** The accounts with the most stored bytes, most first. */
export async function largestAccounts(db: D1Database, limit: number): Promise<StaffAccountRow[]> {
  const { results } = await db
    .prepare(
      `SELECT u.*, ${PUBLIC_PRESENCE}, s.bytes AS stored_bytes FROM storage s CROSS JOIN users u ON u.id = s.id
       LEFT JOIN presence p ON p.user_id = u.id WHERE s.kind = 'user' AND u.erased_at IS NULL
       ORDER BY s.bytes DESC LIMIT ?`,
    )
    .bind(limit)
    .all<StaffAccountRow>()
  return results
}

/** The id that a search text consists of, or null. */
export const idIn = (text: string | undefined): number | null => (text && /^\d{1,16}$/.test(text) ? Number(text) : null)

const accountStatement = (db: D1Database, id: UserId) =>
  db.prepare(`${ACCOUNT} WHERE u.id = ?1 AND u.erased_at IS NULL`).bind(id)
