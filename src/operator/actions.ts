/**
 * The operator's actions on the command line: the Worker's own queries, run in Node over a connection to the directory
 * (see scripts/directory.ts). Each change is recorded in the audit trail.
 */
import { newApiSecret } from '../auth/api-keys'
import { hashPassword } from '../auth/passwords'
import { issueTokens, newSession } from '../auth/session'
import { signRefresh } from '../auth/tokens'
import { usernamesFor } from '../auth/usernames'
import { weaknessOf } from '../auth/weak-passwords'
import { TIMES } from '../config'
import { createApiKey } from '../directory/accounts/api-keys'
import { register } from '../directory/accounts/new-accounts'
import { beginStatement, sessionsOf } from '../directory/accounts/sessions'
import { findByIdentifier } from '../directory/accounts/users'
import { type AuditedEvent, auditTrail, recordStatement } from '../directory/operation/audit'
import {
  disable,
  enable,
  findAccounts,
  findStaffAccount,
  type StaffAccountRow,
  setStaff,
} from '../directory/operation/staff'
import { countAll } from '../directory/operation/stats'
import {
  type AdminStats,
  API_KEY_SCOPES,
  ApiKeyBody,
  type ApiKeyScope,
  ChatError,
  Id,
  newId,
  RegisterBody,
  type SessionId,
  type UserId,
} from '../protocol'

const OPERATOR = null
/** Long enough for one debugging session. */
const TOKEN_LIFE = TIMES.accessToken
const WEEK = 7 * 24 * 3_600_000

/** The fields of an account that the command line prints. */
export interface AccountSummary {
  id: UserId
  username: string
  email: string
  staff: boolean
  disabled: boolean
}

const summary = ({
  id,
  username,
  email,
  is_staff,
  disabled_at,
}: Omit<StaffAccountRow, 'stored_bytes'>): AccountSummary => ({
  id,
  username,
  email: email ?? '',
  staff: is_staff === 1,
  disabled: disabled_at !== null,
})

const doer = () => ({ actor: OPERATOR, now: Date.now() })

/** The account behind a username, an address or an id. @throws {ChatError} `not_found` */
export async function findAccount(db: D1Database, who: string): Promise<AccountSummary> {
  const id = Id.safeParse(who).data
  const found = (await findByIdentifier(db, who)) ?? (id === undefined ? null : await findStaffAccount(db, id))
  if (!found) throw new ChatError('not_found', { detail: `There is no account ${who}.` })
  return summary(found)
}

/** Accounts whose name or address contains `search`. */
export async function listAccounts(db: D1Database, search: string | undefined): Promise<AccountSummary[]> {
  return (await findAccounts(db, { search, limit: 100, offset: 0 })).map(summary)
}

/** @throws {ZodError} naming what is not valid @throws {ChatError} `email_taken`, `username_taken`, `invalid` */
export async function createAccount(
  db: D1Database,
  given: { email: string; password: string; username?: string },
): Promise<AccountSummary> {
  const { email, password, username, first_name, last_name } = RegisterBody.parse(given)
  const weakness = weaknessOf(password, { email, username, firstName: first_name, lastName: last_name })
  if (weakness !== undefined) throw new ChatError('invalid', { detail: weakness })
  const { now } = doer()
  const id = newId()
  const account = {
    id,
    email,
    passwordHash: await hashPassword(password),
    firstName: first_name,
    lastName: last_name,
    picture: null,
    now,
  }
  const { taken } = await register(db, account, username === undefined ? usernamesFor(email) : [username], null)
  if (taken.length > 0) throw new ChatError(taken.includes('email') ? 'email_taken' : 'username_taken')
  await recordStatement(db, { actor: OPERATOR, action: 'user.created', user: id, now }).run()
  return findAccount(db, String(id))
}

/** Grants or revokes the staff role. @throws {ChatError} `last_staff` */
export async function grantStaff(db: D1Database, { id }: AccountSummary, isStaff: boolean): Promise<AccountSummary> {
  const account = await setStaff(db, id, isStaff, doer())
  if (!account) throw new ChatError('not_found')
  if ((account.is_staff === 1) !== isStaff) throw new ChatError('last_staff')
  return summary(account)
}

/** Disables an account and ends its sessions. @throws {ChatError} `last_staff` */
export async function disableAccount(
  db: D1Database,
  { id }: AccountSummary,
): Promise<{ account: AccountSummary; sessions: SessionId[] }> {
  const who = doer()
  const done = await disable(db, id, who, who.now - TIMES.accessToken)
  if (!done) throw new ChatError('not_found')
  if (done.account.disabled_at === null) throw new ChatError('last_staff')
  return { account: summary(done.account), sessions: done.sessions }
}

/** Lets an account sign in again. */
export async function enableAccount(db: D1Database, { id }: AccountSummary): Promise<AccountSummary> {
  const account = await enable(db, id, doer())
  if (!account) throw new ChatError('not_found')
  return summary(account)
}

/**
 * Refresh tokens of ended sessions, valid only for `POST /api/logout/`. That route closes the sessions' sockets on every
 * actor, which the directory alone cannot do.
 */
export function signOutTokens(secret: string, userId: UserId, sessions: SessionId[]): Promise<string[]> {
  const now = Date.now()
  const once = { generation: 0, issuedAt: now, expiresAt: now + TIMES.socketTicket }
  return Promise.all(sessions.map((sessionId) => signRefresh(secret, { userId, sessionId, ...once })))
}

/** An access token with a session of its own that ends with the token. @throws {ChatError} `account_disabled` */
export async function issueToken(
  db: D1Database,
  secret: string,
  account: AccountSummary,
): Promise<{ access: string; expires_in: number }> {
  const { now } = doer()
  const session = { ...newSession(secret, account.id, 'Command line', now), expiresAt: now + TOKEN_LIFE }
  const [began] = await db.batch([
    beginStatement(db, session, 'TRUE'),
    recordStatement(db, { actor: OPERATOR, action: 'token.issued', user: account.id, now }),
  ])
  if (began?.results.length !== 1) throw new ChatError('account_disabled')
  // Without a version the token names the person for clients only, and the directory is asked at every request.
  const person = { id: account.id, username: account.username, full_name: account.username, picture: null }
  const { access } = await issueTokens(secret, person, { ...session, generation: 0, since: now })
  return { access, expires_in: TOKEN_LIFE / 1_000 }
}

/** How many sessions disabling the account would end. */
export async function countLiveSessions(db: D1Database, { id }: AccountSummary): Promise<number> {
  return (await sessionsOf(db, id, Date.now())).length
}

/** Figures of the whole deployment. */
export function stats(db: D1Database): Promise<AdminStats> {
  const now = Date.now()
  return countAll(db, now, now - WEEK)
}

/** The audit trail, newest entry first. */
export async function listAudit(db: D1Database, limit: number) {
  const trail = await auditTrail(db, { limit, offset: 0 })
  return trail.map((deed: AuditedEvent) => ({
    timestamp: new Date(deed.at).toISOString(),
    action: deed.action,
    actor: deed.actor_id === null ? null : deed.actor_name,
    user: deed.user_name,
    room_id: deed.room_id,
    detail: deed.detail,
  }))
}

/** Records that the deployment has a new secret. */
export async function recordSecretRotation(db: D1Database): Promise<void> {
  await recordStatement(db, { ...doer(), action: 'secret.rotated' }).run()
}

/** Makes an API key; without scopes it gets all. @throws {ChatError} `invalid`, `name_taken` */
export async function createKey(
  db: D1Database,
  deployment: string,
  given: { name: string; scopes: string[] },
): Promise<{ id: number; secret: string; scopes: ApiKeyScope[] }> {
  const scopes = given.scopes.length > 0 ? given.scopes : [...API_KEY_SCOPES]
  const read = ApiKeyBody.safeParse({ name: given.name, scopes })
  if (!read.success)
    throw new ChatError('invalid', {
      detail: `Scopes are ${API_KEY_SCOPES.join(', ')}; a name has 1 to 100 characters.`,
    })
  const { secret, stored } = newApiSecret(deployment)
  const key = await createApiKey(db, { ...read.data, secret: stored, by: OPERATOR, now: Date.now() })
  if (!key) throw new ChatError('name_taken', { detail: `There is a key named ${given.name}.` })
  return { id: key.id, secret, scopes: read.data.scopes }
}
