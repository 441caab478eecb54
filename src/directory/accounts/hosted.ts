/** People whom a host brought: found by the host's id, with the host's data, and their sessions. */
import type { UserId } from '../../protocol'
import { beginStatement, type NewSession } from './sessions'
import { ACCOUNT, type Account } from './users'

/** The account of a person whom a host brought. */
export const findHosted = (db: D1Database, issuer: string, externalId: string): Promise<Account | null> =>
  db.prepare(`${ACCOUNT} WHERE u.external_issuer = ?1 AND u.external_id = ?2`).bind(issuer, externalId).first<Account>()

/** Replaces the host's own data about a person. */
export async function setData(db: D1Database, id: UserId, data: string): Promise<void> {
  await db.prepare('UPDATE users SET data = ?2 WHERE id = ?1 AND erased_at IS NULL').bind(id, data).run()
}

/** Begins a session of a person whom a host brought, unless the account was closed meanwhile. @returns whether it began */
export async function startHostedSession(db: D1Database, session: NewSession): Promise<boolean> {
  const { results } = await beginStatement(db, session, 'u.external_id IS NOT NULL').run()
  return results.length === 1
}
