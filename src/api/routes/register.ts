/** `/api/register`: makes an account, or a pending registration where addresses must be verified. */
import { Hono } from 'hono'
import type * as z from 'zod'

import { hashPassword } from '../../auth/passwords'
import { issueTokens, newSession, type TokenPair } from '../../auth/session'
import { usernamesFor } from '../../auth/usernames'
import { settings, TIMES } from '../../config'
import { type NewAccount, register } from '../../directory/accounts/new-accounts'
import { isUsernameFree, keepRegistration } from '../../directory/accounts/registrations'
import { alreadyRegistered } from '../../mail/texts'
import { newId, RegisterBody, Registered } from '../../protocol'
import type { Api, ApiContext } from '../context'
import { form } from '../middleware/form'
import { limitRegistrations } from '../middleware/rate-limit'
import { area, type Operation } from '../openapi/operation'
import { toPerson, toProfile } from '../presenters/people'
import { fieldsTaken, refuseReservedName, refuseWeakPassword } from '../usecases/account-fields'
import { type Device, deviceOf } from '../usecases/device'
import { sendAddressCode } from '../usecases/new-code'
import { unsavedAccount } from '../usecases/newcomer'
import { refreshPicture } from '../usecases/outbox'
import { permitRegistration } from '../usecases/registration-policy'

export const registering = new Hono<Api>()

registering.post(
  '/register',
  limitRegistrations('register'),
  form(RegisterBody, { profile_pic: 'image' }, newId),
  async (c) => {
    const {
      email,
      username,
      password,
      device_key,
      invite,
      first_name: firstName,
      last_name: lastName,
    } = c.req.valid('json')
    const mustVerify = settings(c.env).EMAIL_VERIFICATION === 'required'
    refuseWeakPassword('password', password, { email, username, firstName, lastName })
    await refuseReservedName(firstName, lastName)
    const device = deviceOf(c, device_key)
    const { profile_pic } = await c.var.uploads()
    const admission = await permitRegistration(c.env, { email, invite })
    // Hashed before the address is looked up, so that the response time does not reveal whether it is free.
    const passwordHash = await hashPassword(password)
    const id = c.var.uploading.owner
    const account = { id, email, passwordHash, firstName, lastName, picture: profile_pic?.key ?? null, now: Date.now() }
    const made = await admission.returnOnFailure(
      (mustVerify ? keepAttempt : createAccount)(c, account, username, device),
    )
    const answer = {
      message: mustVerify ? 'Account created. Verify your e-mail address to sign in.' : 'Account created.',
      user: toProfile(unsavedAccount(account, made.username), new URL(c.req.url).origin),
      verification_required: mustVerify,
      access: made.tokens?.access ?? null,
      refresh: made.tokens?.refresh ?? null,
      tokens: made.tokens,
    }
    return c.json(answer satisfies z.infer<typeof Registered>, 201)
  },
)

interface RegistrationResult {
  username: string
  /** Null while the address must be verified. */
  tokens: TokenPair | null
}

/** Makes the account and signs it in. @throws {ChatError} `email_taken`, `username_taken` */
async function createAccount(
  c: ApiContext,
  account: NewAccount,
  wanted: string | undefined,
  device: Device,
): Promise<RegistrationResult> {
  const { AUTH_SECRET } = settings(c.env)
  const usernames = wanted === undefined ? usernamesFor(account.email) : [wanted]
  const { id, email, now } = account
  const session = newSession(AUTH_SECRET, id, c.req.header('User-Agent'), now, device.ids[0])
  const { username, taken: clashes } = await register(c.env.DIRECTORY, account, usernames, session)
  if (clashes.length > 0) throw fieldsTaken(clashes)
  if (account.picture) refreshPicture(c, id)
  sendAddressCode(c, email, device, { userId: id }, alreadyRegistered)
  const person = toPerson(unsavedAccount(account, username))
  const tokens = await issueTokens(AUTH_SECRET, person, { ...session, generation: 0, since: now })
  return { username, tokens }
}

/**
 * Stores a registration with its own password until its address is verified. A taken address gets the same answer as a
 * free one; only its owner learns of the attempt, by mail.
 * @throws {ChatError} `username_taken`
 */
async function keepAttempt(
  c: ApiContext,
  account: NewAccount,
  wanted: string | undefined,
  device: Device,
): Promise<RegistrationResult> {
  const { id, email, now } = account
  if (wanted !== undefined && !(await isUsernameFree(c.env.DIRECTORY, wanted, id, now))) throw fieldsTaken(['username'])
  // A username made from the address is not checked, because a taken one would reveal that the address has an account.
  // In that case the account gets a similar name once the address is verified.
  const [made = ''] = usernamesFor(email)
  const username = wanted ?? made
  const expiresAt = now + TIMES.registration
  await keepRegistration(c.env.DIRECTORY, { ...account, username, deviceId: device.ids[0], expiresAt })
  sendAddressCode(c, email, device, { registrationId: id }, alreadyRegistered)
  return { username, tokens: null }
}

const describe = area('Accounts')

/** The routes above, as `/api/schema/` describes them. */
export const registerOperations: Operation[] = [
  describe.post(
    '/api/register/',
    'Make an account',
    { 201: Registered },
    {
      access: 'anybody',
      body: RegisterBody,
      files: ['profile_pic'],
      refusals: ['email_taken', 'username_taken', 'registration_closed'],
    },
  ),
]
