/** People whom a host brings: made on first sight, kept up to date, signed in, signed out, erased. */
import { inTime, sidebarStub } from '../../actor/rpc/stubs'
import { newSession } from '../../auth/session'
import { usernamesLike } from '../../auth/usernames'
import { settings, TIMES } from '../../config'
import { eraseAccount, notifiedOutsideRooms } from '../../directory/accounts/erasure'
import { findHosted, setData, startHostedSession } from '../../directory/accounts/hosted'
import { register } from '../../directory/accounts/new-accounts'
import { endOtherSessions } from '../../directory/accounts/sessions'
import { type Account, changeAccount, findAccount } from '../../directory/accounts/users'
import { recordStatement } from '../../directory/operation/audit'
import { disable, enable } from '../../directory/operation/staff'
import {
  type AuditAction,
  ChatError,
  ERASED_NAME,
  Id,
  LIMITS,
  newId,
  type ServerUserBody,
  toUsername,
  type UserId,
} from '../../protocol'
import type { ApiContext } from '../context'
import { newSessionAnswer } from '../presenters/signed-in'
import { fieldsTaken, refuseReservedName } from './account-fields'
import { announceErasure, closeEndedSessions, deliverOutbox, dismissFriendRequest } from './outbox'

/**
 * The namespace of external ids that the server API, tokens of API keys and the first configured issuer share: a product that
 * makes its people by its server finds them again when they come with a token.
 */
export const OWN_ISSUER = ''

/** The namespace of an issuer's `sub`. */
export const namespaceOf = (env: Env, issuer: string): string =>
  settings(env).IDENTITY_ISSUERS[0]?.issuer === issuer ? OWN_ISSUER : issuer

/** A name in its two parts: the last word is the family name, as the app writes both with a blank. */
function nameParts(name: string): { firstName: string; lastName: string } {
  const words = name.trim().split(/\s+/)
  const last = words.length > 1 ? (words.pop() as string) : ''
  return { firstName: words.join(' ').slice(0, LIMITS.nameLength), lastName: last.slice(0, LIMITS.nameLength) }
}

/** What a host says of a person, in one form for tokens and the server API. */
export interface HostedPerson extends Omit<ServerUserBody, 'disabled'> {
  issuer: string
  externalId: string
  isManaged: boolean
}

/**
 * Makes or updates a person. Fields that are absent stay as they are.
 * @throws {ChatError} `username_taken`, `invalid` for a reserved name
 */
export async function putHosted(c: ApiContext, person: HostedPerson): Promise<{ account: Account; isNew: boolean }> {
  const { issuer, externalId } = person
  const found = await findHosted(c.env.DIRECTORY, issuer, externalId)
  if (found) return { account: await update(c, found, person), isNew: false }
  return create(c, person)
}

async function create(c: ApiContext, person: HostedPerson): Promise<{ account: Account; isNew: boolean }> {
  const { issuer, externalId, isManaged, name, username, picture_url: picture = null, data } = person
  const { firstName, lastName } = nameParts(name ?? '')
  await refuseReservedName(firstName, lastName)
  const id = newId()
  const base = toUsername(name ?? '', LIMITS.usernameLength) || toUsername(externalId, LIMITS.usernameLength) || 'user'
  const account = { id, firstName, lastName, picture, now: Date.now() }
  const host = { issuer, externalId, isManaged }
  const usernames = username === undefined ? [base, ...usernamesLike(base), ...usernamesLike('user')] : [username]
  const { taken } = await register(
    c.env.DIRECTORY,
    { ...account, email: null, passwordHash: null, host },
    usernames,
    null,
  )
  // Read again: of two requests that make the same person at once, one has.
  const made = await findHosted(c.env.DIRECTORY, issuer, externalId)
  if (!made) throw fieldsTaken(taken.length > 0 ? taken : ['username'])
  if (made.id !== id) return { account: await update(c, made, person), isNew: false }
  if (data) await setData(c.env.DIRECTORY, id, JSON.stringify(data))
  return { account: await accountOf(c, id), isNew: true }
}

async function update(c: ApiContext, before: Account, person: HostedPerson): Promise<Account> {
  const { name, username, picture_url, data } = person
  const names = name === undefined ? undefined : nameParts(name)
  if (names) await refuseReservedName(names.firstName, names.lastName)
  const isSame = (now: string | null | undefined, then: string | null) => now === undefined || now === then
  const changes = {
    before,
    ...(names && !isSame(names.firstName, before.first_name) && { firstName: names.firstName }),
    ...(names && !isSame(names.lastName, before.last_name) && { lastName: names.lastName }),
    ...(!isSame(username, before.username) && { username }),
    ...(!isSame(picture_url, before.picture) && { picture: picture_url }),
  }
  if (Object.keys(changes).length > 1) {
    if ((await changeAccount(c.env.DIRECTORY, before.id, changes)) === null) throw fieldsTaken(['username'])
    deliverOutbox(c, before.id)
  }
  if (data !== undefined && JSON.stringify(data) !== before.data)
    await setData(c.env.DIRECTORY, before.id, JSON.stringify(data))
  return accountOf(c, before.id)
}

async function accountOf(c: ApiContext, id: UserId): Promise<Account> {
  const account = await findAccount(c.env.DIRECTORY, id)
  if (!account) throw new ChatError('not_found')
  return account
}

/**
 * The person that a path of the server API names: by the host's id, or as `id:<number>`. Only people whom a host brought can be
 * changed there: whoever registered here keeps their account to themselves.
 * @throws {ChatError} `not_found`
 */
export async function namedPerson(c: ApiContext, named: string): Promise<Account> {
  const id = named.startsWith('id:') ? Id.safeParse(named.slice(3)).data : undefined
  const found = named.startsWith('id:')
    ? id !== undefined && (await findAccount(c.env.DIRECTORY, id))
    : await findHosted(c.env.DIRECTORY, OWN_ISSUER, named)
  if (!found || found.username === ERASED_NAME) throw new ChatError('not_found')
  return found
}

/** @throws {ChatError} `forbidden` for a person who registered here */
export function refuseOwnAccount(account: Account): void {
  if (account.external_id !== null) return
  throw new ChatError('forbidden', { detail: 'This person registered here: their account is their own.' })
}

/** Records an act of a host in the audit trail. The key stands in the detail, because keys are no accounts. */
export const recordAct = (c: ApiContext, keyId: number, action: AuditAction, user: UserId): Promise<unknown> =>
  recordStatement(c.env.DIRECTORY, { actor: null, action, user, detail: `key ${keyId}`, now: Date.now() }).run()

/** Disables or enables a person. */
export async function setDisabled(c: ApiContext, { id }: Account, isDisabled: boolean): Promise<Account> {
  const now = Date.now()
  if (isDisabled) {
    const done = await disable(c.env.DIRECTORY, id, { actor: null, now }, now - TIMES.accessToken)
    if (done) await closeEndedSessions(c, id, done.sessions)
  } else await enable(c.env.DIRECTORY, id, { actor: null, now })
  return accountOf(c, id)
}

/** Begins a session. `ttl`: seconds after which it ends at the latest. @throws {ChatError} `account_disabled` */
export async function signInHosted(c: ApiContext, account: Account, ttl?: number) {
  const { AUTH_SECRET } = settings(c.env)
  const now = Date.now()
  const usual = newSession(AUTH_SECRET, account.id, c.req.header('User-Agent'), now)
  const expiresAt = Math.min(usual.expiresAt, ttl === undefined ? usual.expiresAt : now + ttl * 1_000)
  const session = { ...usual, expiresAt }
  if (!(await startHostedSession(c.env.DIRECTORY, session))) throw new ChatError('account_disabled')
  return newSessionAnswer(c, account, session)
}

/** Ends every session of a person. Their sockets close within a second. */
export async function revokeHosted(c: ApiContext, { id }: Account): Promise<void> {
  await closeEndedSessions(c, id, await endOtherSessions(c.env.DIRECTORY, id, null, Date.now()))
}

/** Erases a person. What they wrote stays, without an author. */
export async function eraseHosted(c: ApiContext, { id, password_hash, email, picture }: Account): Promise<void> {
  const notified = await notifiedOutsideRooms(c.env.DIRECTORY, id)
  await inTime(sidebarStub(c.env, id).accountErased(picture !== null, [], notified))
  const addresses = [email]
  const erased = await eraseAccount(c.env.DIRECTORY, { id, passwordHash: password_hash, addresses }, Date.now())
  if (!erased) throw new ChatError('not_found')
  await announceErasure(c, id, picture !== null, erased.sessions)
  for (const request of erased.requests) dismissFriendRequest(c, request)
}
