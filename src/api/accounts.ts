/** `/api/register`, `/api/login`, `/api/logout`, `/api/socket-ticket`: getting in and out. */
import { Hono } from 'hono'
import type * as z from 'zod'
import { fingerprint, newSecret } from '../auth/keys'
import { hashPassword, isOutdated, verifyPassword } from '../auth/passwords'
import { issueTokens, newSession } from '../auth/session'
import { verifyRefresh } from '../auth/tokens'
import { usernamesFor } from '../auth/usernames'
import { secretsOf, settings, TIMES } from '../config'
import { refoldSome } from '../directory/refolding'
import { endSession, startSession } from '../directory/sessions'
import { issueTicket } from '../directory/tickets'
import { findByIdentifier, register, rehash } from '../directory/users'
import { log } from '../log/log'
import {
  ChatError,
  LoginBody,
  LogoutBody,
  newId,
  type OtpRequired,
  REFUSALS,
  RegisterBody,
  type Registered,
  type Ticket,
} from '../protocol'
import { authenticate } from './authenticate'
import type { Api } from './context'
import { form } from './form'
import { sendFirstCode, sendLoginCode, tellRegistered } from './new-code'
import { refuseWeak } from './new-password'
import { newcomer } from './newcomer'
import { tellPictureChanged, tellSessionsEnded } from './notices'
import { toProfile } from './people'
import { countTries } from './rate-limit'
import { countedAs, rated, tried } from './rated'
import { signedIn } from './signed-in'
import { spend } from './spending'
import { taken } from './taken'
import { body } from './validate'

const wrongCredentials = () =>
  new ChatError('wrong_credentials', { fields: { non_field_errors: [REFUSALS.wrong_credentials[1]] } })

/** `/api/register`, `/api/login`, `/api/logout`, `/api/socket-ticket`. */
export const accounts = new Hono<Api>()

accounts.post('/register', tried('register'), form(RegisterBody, { profile_pic: 'image' }, newId), async (c) => {
  const { email, username, password, first_name: firstName, last_name: lastName } = c.req.valid('json')
  const { AUTH_SECRET, EMAIL_VERIFICATION } = settings(c.env)
  refuseWeak('password', password, { email, username, firstName, lastName })
  const now = Date.now()
  const id = c.var.uploading.owner
  const { profile_pic } = await c.var.uploads()
  const mustVerify = EMAIL_VERIFICATION === 'required'
  const session = mustVerify ? null : newSession(AUTH_SECRET, id, c.req.header('User-Agent'), now)
  // Hashed before anybody looks whether the address is free: the time taken does not tell.
  const passwordHash = await hashPassword(password)
  const account = { id, email, passwordHash, firstName, lastName, picture: profile_pic?.key ?? null, now }
  const usernames = username === undefined ? usernamesFor(email) : [username]
  const made = await register(c.env.DIRECTORY, account, usernames, session)
  // Where addresses must be verified, only the owner of one is told that it is taken: by mail.
  const clashes = mustVerify ? made.taken.filter((field) => field !== 'email') : made.taken
  if (clashes.length > 0) throw taken(clashes)
  if (made.taken.length > 0) tellRegistered(c, email)
  else sendFirstCode(c, email, { id, username: made.username, password_hash: passwordHash })
  if (profile_pic) tellPictureChanged(c, id)
  const of = { username: made.username, generation: 0, since: now }
  const tokens = session && (await issueTokens(AUTH_SECRET, { ...session, ...of }))
  const answer = {
    message: mustVerify ? 'Account created. Verify your e-mail address to sign in.' : 'Account created.',
    user: toProfile(newcomer(account, made.username), new URL(c.req.url).origin),
    verification_required: mustVerify,
    access: tokens?.access ?? null,
    refresh: tokens?.refresh ?? null,
    tokens,
  }
  return c.json(answer satisfies z.infer<typeof Registered>, 201)
})

accounts.post('/login', countedAs('login', 'loginAddress'), body(LoginBody), async (c) => {
  const { identifier, email, username, password } = c.req.valid('json')
  const { AUTH_SECRET, EMAIL_VERIFICATION } = settings(c.env)
  const called = identifier ?? email ?? username ?? ''
  const account = await findByIdentifier(c.env.DIRECTORY, called)
  // An account has two names but one number of tries, and one that is not there has as many. Counted before the
  // password is looked at: of any number of guesses at once, no more than that are.
  const forgive = await countTries(c, { login: account?.id ?? called.toLowerCase(), loginAddress: '' })
  // What follows tells that the account exists, so all of it comes after the right password.
  if (!(await verifyPassword(password, account?.password_hash)) || !account?.password_hash) throw wrongCredentials()
  c.executionCtx.waitUntil(forgive())
  if (account.disabled_at !== null) throw new ChatError('account_disabled')
  if (EMAIL_VERIFICATION === 'required' && account.email_verified_at === null) throw new ChatError('email_unverified')

  let hash = account.password_hash
  if (isOutdated(hash)) {
    const renewed = await hashPassword(password)
    if (await rehash(c.env.DIRECTORY, account.id, hash, renewed)) hash = renewed
  }
  if (account.login_otp === 1 && account.email !== null) {
    const challenge = newSecret()
    const to = { ...account, password_hash: hash }
    await sendLoginCode(c, account.email, to, fingerprint(challenge))
    const detail = 'A code is on its way to your e-mail address.'
    return c.json({ otp_required: true, challenge, detail } satisfies z.infer<typeof OtpRequired>, 202)
  }
  const now = Date.now()
  const session = newSession(AUTH_SECRET, account.id, c.req.header('User-Agent'), now)
  const began = await startSession(c.env.DIRECTORY, session, hash, now - TIMES.sessionKept)
  if (!began) throw wrongCredentials()
  // Somebody signs in every day: so what an earlier version wrote is brought up to date, whether anybody registers or not.
  c.executionCtx.waitUntil(refoldSome(c.env.DIRECTORY).catch((error) => log('warn', 'names.unfolded', { error })))
  return c.json(await signedIn(c, account, session))
})

accounts.post('/logout', countedAs('session'), body(LogoutBody), async (c) => {
  const { refresh, refresh_token } = c.req.valid('json')
  const { sid, user_id } = await verifyRefresh(secretsOf(c.env), refresh ?? refresh_token ?? '')
  await spend(c.env, user_id, 'session')
  // A spent token ends its session as well: it was really theirs, and the wish is the same.
  await endSession(c.env.DIRECTORY, user_id, sid, Date.now())
  tellSessionsEnded(c, user_id, [sid])
  return c.json({ message: 'Signed out.' })
})

accounts.post('/socket-ticket', authenticate, rated('ticket'), async (c) => {
  const ticket = newSecret()
  const now = Date.now()
  const sessionId = c.var.caller.session
  await issueTicket(c.env.DIRECTORY, { hash: fingerprint(ticket), sessionId, expiresAt: now + TIMES.socketTicket }, now)
  return c.json({ ticket, expires_in: TIMES.socketTicket / 1_000 } satisfies z.infer<typeof Ticket>, 201)
})
