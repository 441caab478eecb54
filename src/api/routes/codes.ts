/**
 * `/api/verify-email`, `/api/verify-otp`, `/api/resend-otp`, `/api/forgot-password`, `/api/reset-password`: codes by
 * mail.
 */
import { Hono } from 'hono'
import * as z from 'zod'
import { isCode } from '../../auth/codes'
import { fingerprint } from '../../auth/keys'
import { hashPassword } from '../../auth/passwords'
import { newSession } from '../../auth/session'
import { usernamesLike } from '../../auth/usernames'
import { LIMITS, secretsOf, settings } from '../../config'
import {
  type AccountCode,
  type CodeQuery,
  type CodeRequester,
  resetPassword,
  type StoredCode,
  signInByCode,
  tryCode,
  verifyAddress,
} from '../../directory/accounts/codes'
import { confirmEmailChange, findRecovery, recover } from '../../directory/accounts/email-changes'
import { completeRegistration, type RegistrationCode } from '../../directory/accounts/registrations'
import { type Account, findAccount } from '../../directory/accounts/users'
import { addressChanged, passwordChanged } from '../../mail/texts'
import {
  ChatError,
  DetailOnly,
  ForgotPasswordBody,
  REFUSALS,
  ResendBody,
  ResetPasswordBody,
  type SessionId,
  SignedIn,
  type UserId,
  Verified,
  VerifyEmailBody,
  VerifyOtpBody,
} from '../../protocol'
import type { Api, ApiContext } from '../context'
import { callerIfAny } from '../middleware/authenticate'
import { countedInHandler } from '../middleware/rate-limit'
import { body } from '../middleware/validate'
import { area, type Operation } from '../openapi/operation'
import { newSessionAnswer, sameSessionAnswer } from '../presenters/signed-in'
import { refuseWeakPassword } from '../usecases/account-fields'
import { countWrongCode } from '../usecases/attempts'
import { type Device, deviceOf } from '../usecases/device'
import { sendMail } from '../usecases/mail'
import { recoveryCodeHash, resendCode } from '../usecases/new-code'
import { closeEndedSessions, refreshPicture } from '../usecases/outbox'

/** The same for every fault of code and address: the difference would help only guessing. */
const wrongCode = () => new ChatError('wrong_code', { fields: { otp: [REFUSALS.wrong_code[1]] } })

/**
 * Counts the guess. @returns the stored code that it matches
 * @throws {ChatError} `wrong_code`, `rate_limited`
 */
async function findRightCode(
  c: ApiContext,
  of: CodeQuery,
  otp: string,
  device: Device,
  caller: UserId | null,
): Promise<StoredCode> {
  const by: CodeRequester = { deviceIds: device.ids, caller }
  const found = await tryCode(c.env.DIRECTORY, of, by, Date.now(), LIMITS.codeTries)
  const secrets = secretsOf(c.env)
  const isRight = ({ userId, registrationId, hash, ...rest }: StoredCode) =>
    isCode(secrets, otp, { ...rest, owner: userId ?? registrationId }, hash)
  const right = found.find(isRight)
  if (right) return right
  await countWrongCode(c, device)
  throw wrongCode()
}

/** The code as one for an account. @throws {ChatError} `wrong_code` for a registration's */
function accountCode(code: StoredCode): AccountCode {
  if (code.userId === null) throw wrongCode()
  return { ...code, userId: code.userId }
}

const sessionFor = (c: ApiContext, userId: UserId, device: Device) =>
  newSession(settings(c.env).AUTH_SECRET, userId, c.req.header('User-Agent'), Date.now(), device.ids[0])

async function accountOf(c: ApiContext, userId: UserId): Promise<Account> {
  const account = await findAccount(c.env.DIRECTORY, userId)
  // The account was erased since its session began.
  if (!account) throw wrongCode()
  return account
}

const CODE_SENT = { detail: 'If an account with this address waits for a code, it is on its way.' }

export const codes = new Hono<Api>()

codes.post('/verify-email', countedInHandler('codes', 'codesTo'), body(VerifyEmailBody), async (c) => {
  const { email, otp, device_key } = c.req.valid('json')
  const device = deviceOf(c, device_key)
  const caller = await callerIfAny(c)
  const code = await findRightCode(c, { purpose: 'verify_email', address: email }, otp, device, caller?.id ?? null)
  if (code.registrationId !== null)
    return c.json(await completeAttempt(c, { ...code, registrationId: code.registrationId }, device))
  const own = accountCode(code)
  const now = Date.now()
  if (code.kind === 'change_email') {
    if (!(await confirmEmailChange(c.env.DIRECTORY, own, now))) throw wrongCode()
    const account = await accountOf(c, own.userId)
    if (code.email !== null && code.email !== email) sendMail(c, code.email, addressChanged(account.username))
    // Confirming an address signs nobody in. A signed-in caller keeps their session.
    if (caller?.id === own.userId) return c.json(await sameSessionAnswer(c, account, caller.session))
    return c.json(VERIFIED satisfies z.infer<typeof Verified>)
  }
  // The code alone does not sign in on a device that never proved the password.
  const session = own.isKnown ? sessionFor(c, own.userId, device) : null
  if (!(await verifyAddress(c.env.DIRECTORY, own, session, now))) throw wrongCode()
  if (!session) return c.json(VERIFIED satisfies z.infer<typeof Verified>)
  return c.json(await newSessionAnswer(c, await accountOf(c, own.userId), session))
})

const VERIFIED: z.infer<typeof Verified> = {
  detail: 'This address is verified. Sign in to go on.',
  access: null,
  refresh: null,
  tokens: null,
  user: null,
}

/** Makes the account of a pending registration, and signs its device in. */
async function completeAttempt(c: ApiContext, code: RegistrationCode, device: Device) {
  const session = sessionFor(c, code.registrationId, device)
  if (!(await completeRegistration(c.env.DIRECTORY, code, session, usernamesLike))) throw wrongCode()
  const account = await accountOf(c, code.registrationId)
  if (account.picture) refreshPicture(c, account.id)
  return newSessionAnswer(c, account, session)
}

codes.post('/verify-otp', countedInHandler('codes', 'codesTo'), body(VerifyOtpBody), async (c) => {
  const { challenge, otp, device_key } = c.req.valid('json')
  const device = deviceOf(c, device_key)
  const code = accountCode(await findRightCode(c, { challenge: fingerprint(challenge) }, otp, device, null))
  const session = sessionFor(c, code.userId, device)
  if (!(await signInByCode(c.env.DIRECTORY, code, session))) throw wrongCode()
  return c.json(await newSessionAnswer(c, await accountOf(c, code.userId), session))
})

codes.post('/resend-otp', countedInHandler('codes', 'codesTo'), body(ResendBody), async (c) => {
  const { email, purpose, device_key } = c.req.valid('json')
  const caller = await callerIfAny(c)
  await resendCode(c, purpose, email, deviceOf(c, device_key), caller?.id ?? null)
  return c.json(CODE_SENT satisfies z.infer<typeof DetailOnly>, 202)
})

codes.post('/forgot-password', countedInHandler('codes', 'codesTo'), body(ForgotPasswordBody), async (c) => {
  const { email, device_key } = c.req.valid('json')
  await resendCode(c, 'reset_password', email, deviceOf(c, device_key), null)
  return c.json(CODE_SENT satisfies z.infer<typeof DetailOnly>, 202)
})

/** The body of a password reset. */
type Reset = z.infer<typeof ResetPasswordBody>

codes.post('/reset-password', countedInHandler('codes', 'codesTo'), body(ResetPasswordBody), async (c) => {
  const sent = c.req.valid('json')
  refuseWeakPassword('new_password', sent.new_password, { email: sent.email })
  const device = deviceOf(c, sent.device_key)
  const isShort = /^\d{6}$/.test(sent.otp)
  const { userId, ended } = await (isShort ? resetByCode(c, sent, device) : resetByLongCode(c, sent, device))
  await closeEndedSessions(c, userId, ended)
  sendMail(c, sent.email, passwordChanged((await accountOf(c, userId)).username))
  const answer = { detail: 'Your password is changed. Sign in with the new one.' }
  return c.json(answer satisfies z.infer<typeof DetailOnly>)
})

interface PasswordReset {
  userId: UserId
  ended: SessionId[]
}

/** @throws {ChatError} `wrong_code`, `invalid` when the password is little more than the person's name */
async function resetByCode(c: ApiContext, { email, otp, new_password }: Reset, device: Device): Promise<PasswordReset> {
  const code = accountCode(await findRightCode(c, { purpose: 'reset_password', address: email }, otp, device, null))
  await refuseOwnName(c, code.userId, new_password)
  const hash = await hashPassword(new_password)
  const ended = await resetPassword(c.env.DIRECTORY, code, hash, device.ids[0], Date.now())
  if (ended === null) throw wrongCode()
  return { userId: code.userId, ended }
}

/** @throws {ChatError} as `resetByCode` */
async function resetByLongCode(
  c: ApiContext,
  { email, otp, new_password }: Reset,
  device: Device,
): Promise<PasswordReset> {
  const now = Date.now()
  const found = await findRecovery(c.env.DIRECTORY, recoveryCodeHash(otp), email, now)
  if (!found) {
    await countWrongCode(c, device)
    throw wrongCode()
  }
  const { userId } = found
  await refuseOwnName(c, userId, new_password)
  const passwordHash = await hashPassword(new_password)
  const replaced = { userId, passwordHash, deviceId: device.ids[0], keepSession: null, now }
  const ended = await recover(c.env.DIRECTORY, found, replaced)
  if (ended === null) throw wrongCode()
  return { userId, ended }
}

async function refuseOwnName(c: ApiContext, userId: UserId, password: string): Promise<void> {
  const { email, username, first_name: firstName, last_name: lastName } = await accountOf(c, userId)
  refuseWeakPassword('new_password', password, { email, username, firstName, lastName })
}

const describe = area('Accounts')
const code = { access: 'anybody', refusals: ['wrong_code'] } satisfies Partial<Operation>

/** The routes above, as `/api/schema/` describes them. */
export const codesOperations: Operation[] = [
  describe.post(
    '/api/verify-email/',
    'Show that an address is mine',
    { 200: z.union([SignedIn, Verified]) },
    { ...code, body: VerifyEmailBody },
  ),
  describe.post(
    '/api/verify-otp/',
    'Sign in with the code that was mailed',
    { 200: SignedIn },
    { ...code, body: VerifyOtpBody },
  ),
  describe.post(
    '/api/resend-otp/',
    'Mail me another code',
    { 202: DetailOnly },
    { access: 'anybody', body: ResendBody },
  ),
  describe.post(
    '/api/forgot-password/',
    'Mail me a code for a new password',
    { 202: DetailOnly },
    { access: 'anybody', body: ForgotPasswordBody },
  ),
  describe.post(
    '/api/reset-password/',
    'Choose a new password by code',
    { 200: DetailOnly },
    { ...code, body: ResetPasswordBody },
  ),
]
