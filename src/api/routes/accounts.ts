/** `/api/login`, `/api/logout`, `/api/socket-ticket`: signing in and out. */
import { Hono } from 'hono'
import * as z from 'zod'
import { COSTS } from '../../actor/budget/costs'
import { fingerprint, newSecret } from '../../auth/keys'
import { hashPassword, isOutdated, verifyPassword } from '../../auth/passwords'
import { newSession } from '../../auth/session'
import { verifyRefresh } from '../../auth/tokens'
import { secretsOf, settings, TIMES } from '../../config'
import { registrationOf } from '../../directory/accounts/registrations'
import { endSession, rememberDevice, startSession } from '../../directory/accounts/sessions'
import { issueTicket } from '../../directory/accounts/tickets'
import { findByIdentifier, rehash } from '../../directory/accounts/users'
import { backfillNames } from '../../directory/people/backfill'
import { log } from '../../log/log'
import { ChatError, caseless, LoginBody, LogoutBody, OtpRequired, REFUSALS, SignedIn, Ticket } from '../../protocol'
import type { Api } from '../context'
import { authenticate } from '../middleware/authenticate'
import { countedInHandler, limitRate } from '../middleware/rate-limit'
import { clearCache } from '../middleware/site-data'
import { body } from '../middleware/validate'
import { area, type Operation } from '../openapi/operation'
import { newSessionAnswer } from '../presenters/signed-in'
import { countLogin } from '../usecases/attempts'
import { deviceOf } from '../usecases/device'
import { sendLoginCode } from '../usecases/new-code'
import { closeEndedSessions } from '../usecases/outbox'
import { spendOnAccess } from '../usecases/spending'

const wrongCredentials = () =>
  new ChatError('wrong_credentials', { fields: { non_field_errors: [REFUSALS.wrong_credentials[1]] } })

export const accounts = new Hono<Api>()

accounts.post('/login', countedInHandler('login', 'loginName', 'loginAddress'), body(LoginBody), async (c) => {
  const { identifier, email, username, password, device_key } = c.req.valid('json')
  const { AUTH_SECRET, EMAIL_VERIFICATION } = settings(c.env)
  const db = c.env.DIRECTORY
  const called = identifier ?? email ?? username ?? ''
  const device = deviceOf(c, device_key)
  const mustVerify = EMAIL_VERIFICATION === 'required'
  const account = await findByIdentifier(db, called, device.ids)
  // Where addresses must be verified, the name may belong to a pending registration, which only its own device can
  // find.
  const attempt = mustVerify ? await registrationOf(db, called, device.ids, Date.now()) : null
  const tries = await countLogin(c, caseless(called), device, account?.is_known ? account.id : null)
  // Everything below reveals that the account exists, so it comes after the right password.
  const stored = account ? account.password_hash : attempt?.password_hash
  if (!(await verifyPassword(password, stored))) throw wrongCredentials()
  c.executionCtx.waitUntil(tries.refund())
  if (!account?.password_hash) throw new ChatError('email_unverified')
  // The right password counts as well, because it can be repeated.
  await spendOnAccess(c.env, account.id, 'sign-in', COSTS.signIn)
  if (account.disabled_at !== null) throw new ChatError('account_disabled')
  if (mustVerify && account.email_verified_at === null) {
    // The code that verifies the address signs in only on devices that proved the password.
    await rememberDevice(db, account.id, device.ids[0], Date.now())
    throw new ChatError('email_unverified')
  }

  let hash = account.password_hash
  if (isOutdated(hash)) {
    const renewed = await hashPassword(password)
    if (await rehash(db, account.id, hash, renewed)) hash = renewed
  }
  if (account.login_otp === 1 && account.email !== null) {
    const challenge = newSecret()
    const { id: userId, username, is_known: isKnown } = account
    const to = {
      kind: 'login',
      userId,
      registrationId: null,
      username,
      passwordHash: hash,
      isKnown,
      attempted: 0,
    } as const
    await sendLoginCode(c, to, account.email, device, fingerprint(challenge))
    const detail = 'A code is on its way to your e-mail address.'
    return c.json({ otp_required: true, challenge, detail } satisfies z.infer<typeof OtpRequired>, 202)
  }
  const now = Date.now()
  const session = newSession(AUTH_SECRET, account.id, c.req.header('User-Agent'), now, device.ids[0])
  const began = await startSession(db, session, hash, now - TIMES.sessionKept)
  if (!began) throw wrongCredentials()
  // Runs the backfill of names here, because people sign in every day even where nobody registers.
  c.executionCtx.waitUntil(backfillNames(db).catch((error) => log('warn', 'names.unfolded', { error })))
  return c.json(await newSessionAnswer(c, account, session))
})

accounts.post('/logout', countedInHandler('session'), body(LogoutBody), async (c) => {
  const { refresh, refresh_token } = c.req.valid('json')
  const { sid, user_id } = await verifyRefresh(secretsOf(c.env), refresh ?? refresh_token ?? '')
  await spendOnAccess(c.env, user_id, `session ${sid}`)
  // A spent token also ends its session: it was the session's own, and the intention is the same.
  await endSession(c.env.DIRECTORY, user_id, sid, Date.now())
  await closeEndedSessions(c, user_id, [sid])
  clearCache(c)
  return c.json({ message: 'Signed out.' })
})

accounts.post('/socket-ticket', authenticate, limitRate('ticket'), async (c) => {
  const ticket = newSecret()
  const now = Date.now()
  const sessionId = c.var.caller.session
  await issueTicket(c.env.DIRECTORY, { hash: fingerprint(ticket), sessionId, expiresAt: now + TIMES.socketTicket }, now)
  return c.json({ ticket, expires_in: TIMES.socketTicket / 1_000 } satisfies z.infer<typeof Ticket>, 201)
})

const describe = area('Accounts')

/** The routes above, as `/api/schema/` describes them. */
export const accountsOperations: Operation[] = [
  describe.post(
    '/api/login/',
    'Sign in',
    { 200: SignedIn, 202: OtpRequired },
    {
      access: 'anybody',
      body: LoginBody,
      refusals: ['wrong_credentials', 'account_disabled', 'email_unverified'],
    },
  ),
  describe.post(
    '/api/logout/',
    'End this session and its sockets',
    { 200: z.object({ message: z.string() }) },
    { access: 'anybody', body: LogoutBody, refusals: ['token_not_valid'] },
  ),
  describe.post('/api/socket-ticket/', 'A ticket that opens one socket', { 201: Ticket }),
]
