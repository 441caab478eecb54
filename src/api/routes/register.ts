/** `/api/register`: making an account, or an attempt at one where addresses must be verified. */
import { Hono } from 'hono'
import type * as z from 'zod'

import { hashPassword } from '../../auth/passwords'
import { issueTokens, newSession, type TokenPair } from '../../auth/session'
import { usernamesFor } from '../../auth/usernames'
import { settings, TIMES } from '../../config'
import { isUsernameFree, keepRegistration } from '../../directory/accounts/registrations'
import { type NewAccount, register } from '../../directory/accounts/users'
import { alreadyRegistered } from '../../mail/texts'
import { newId, RegisterBody, type Registered } from '../../protocol'
import type { Api, Asked } from '../context'
import { type Asker, askerOf } from '../middleware/asker'
import { form } from '../middleware/form'
import { tried } from '../middleware/rate-limit'
import { toProfile } from '../presenters/people'
import { refuseReservedName } from '../usecases/full-name'
import { sendAddressCode } from '../usecases/new-code'
import { refuseWeak } from '../usecases/new-password'
import { newcomer } from '../usecases/newcomer'
import { tellPictureChanged } from '../usecases/notices'
import { admit } from '../usecases/registration-policy'
import { taken } from '../usecases/taken'

/** `/api/register`. */
export const registering = new Hono<Api>()

registering.post('/register', tried('register'), form(RegisterBody, { profile_pic: 'image' }, newId), async (c) => {
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
  refuseWeak('password', password, { email, username, firstName, lastName })
  await refuseReservedName(firstName, lastName)
  const asker = askerOf(c, device_key)
  const { profile_pic } = await c.var.uploads()
  const admission = await admit(c.env, { email, invite })
  // Hashed before anybody looks whether the address is free: the time taken does not tell.
  const passwordHash = await hashPassword(password)
  const id = c.var.uploading.owner
  const account = { id, email, passwordHash, firstName, lastName, picture: profile_pic?.key ?? null, now: Date.now() }
  const made = await admission.spentOn((mustVerify ? attempt : make)(c, account, username, asker))
  const answer = {
    message: mustVerify ? 'Account created. Verify your e-mail address to sign in.' : 'Account created.',
    user: toProfile(newcomer(account, made.username), new URL(c.req.url).origin),
    verification_required: mustVerify,
    access: made.tokens?.access ?? null,
    refresh: made.tokens?.refresh ?? null,
    tokens: made.tokens,
  }
  return c.json(answer satisfies z.infer<typeof Registered>, 201)
})

interface Made {
  username: string
  /** Null while the address has to be verified. */
  tokens: TokenPair | null
}

/** Makes the account, signed in. @throws {ChatError} `email_taken`, `username_taken` */
async function make(c: Asked, account: NewAccount, wanted: string | undefined, asker: Asker): Promise<Made> {
  const { AUTH_SECRET } = settings(c.env)
  const usernames = wanted === undefined ? usernamesFor(account.email) : [wanted]
  const { id, email, now } = account
  const session = newSession(AUTH_SECRET, id, c.req.header('User-Agent'), now, asker.ids[0])
  const { username, taken: clashes } = await register(c.env.DIRECTORY, account, usernames, session)
  if (clashes.length > 0) throw taken(clashes)
  if (account.picture) tellPictureChanged(c, id)
  sendAddressCode(c, email, asker, { userId: id }, alreadyRegistered)
  const tokens = await issueTokens(AUTH_SECRET, { ...session, username, generation: 0, since: now })
  return { username, tokens }
}

/**
 * Keeps an attempt with its own password until its address is proved. Only the owner of an address that is taken is told
 * so, by mail: a free one is answered the same.
 * @throws {ChatError} `username_taken`
 */
async function attempt(c: Asked, account: NewAccount, wanted: string | undefined, asker: Asker): Promise<Made> {
  const { id, email, now } = account
  if (wanted !== undefined && !(await isUsernameFree(c.env.DIRECTORY, wanted, id, now))) throw taken(['username'])
  // One that is made from the address is not looked for: that it is taken would tell that the address has an account. If it
  // is, the account gets one like it once the address is proved.
  const [made = ''] = usernamesFor(email)
  const username = wanted ?? made
  const expiresAt = now + TIMES.registration
  await keepRegistration(c.env.DIRECTORY, { ...account, username, asker: asker.ids[0], expiresAt })
  sendAddressCode(c, email, asker, { registrationId: id }, alreadyRegistered)
  return { username, tokens: null }
}
