/** `/api/verify-email`, `/api/verify-otp`, `/api/resend-otp`, `/api/forgot-password`, `/api/reset-password`: codes by mail. */
import { Hono } from 'hono'
import type * as z from 'zod'
import { isCode } from '../../auth/codes'
import { fingerprint } from '../../auth/keys'
import { hashPassword } from '../../auth/passwords'
import { newSession } from '../../auth/session'
import { usernamesLike } from '../../auth/usernames'
import { LIMITS, secretsOf, settings } from '../../config'
import {
  type By,
  type Guess,
  type GuessedCode,
  guess,
  type RightCode,
  resetPassword,
  signInByCode,
  verifyAddress,
} from '../../directory/accounts/codes'
import { confirmEmailChange, findRecovery, recover } from '../../directory/accounts/email-changes'
import { completeRegistration, type RegistrationCode } from '../../directory/accounts/registrations'
import { type Account, findAccount } from '../../directory/accounts/users'
import { addressChanged, passwordChanged } from '../../mail/texts'
import {
  ChatError,
  type DetailOnly,
  ForgotPasswordBody,
  REFUSALS,
  ResendBody,
  ResetPasswordBody,
  type SessionId,
  type UserId,
  type Verified,
  VerifyEmailBody,
  VerifyOtpBody,
} from '../../protocol'
import type { Api, Asked } from '../context'
import { type Asker, askerOf } from '../middleware/asker'
import { callerIfAny } from '../middleware/authenticate'
import { countedAs } from '../middleware/rate-limit'
import { body } from '../middleware/validate'
import { sameSession, signedIn } from '../presenters/signed-in'
import { countWrongCode } from '../usecases/attempts'
import { recoveryHash, resendCode } from '../usecases/new-code'
import { refuseWeak } from '../usecases/new-password'
import { tellPictureChanged, tellSessionsEnded } from '../usecases/notices'
import { post } from '../usecases/post'

/** Whatever is wrong with it, or with the address: the difference would help only who guesses. */
const wrongCode = () => new ChatError('wrong_code', { fields: { otp: [REFUSALS.wrong_code[1]] } })

/**
 * Counts the try, and gives the code that was guessed right.
 * @throws {ChatError} `wrong_code`, `rate_limited`
 */
async function rightCode(c: Asked, of: Guess, otp: string, asker: Asker, caller: UserId | null): Promise<GuessedCode> {
  const by: By = { askers: asker.ids, caller }
  const found = await guess(c.env.DIRECTORY, of, by, Date.now(), LIMITS.codeTries)
  const secrets = secretsOf(c.env)
  const isRight = ({ userId, registrationId, hash, ...rest }: GuessedCode) =>
    isCode(secrets, otp, { ...rest, owner: userId ?? registrationId }, hash)
  const right = found.find(isRight)
  if (right) return right
  await countWrongCode(c, asker)
  throw wrongCode()
}

/** The code, if it was sent for an account. @throws {ChatError} `wrong_code` */
function ofAccount(code: GuessedCode): RightCode {
  if (code.userId === null) throw wrongCode()
  return { ...code, userId: code.userId }
}

const sessionFor = (c: Asked, userId: UserId, asker: Asker) =>
  newSession(settings(c.env).AUTH_SECRET, userId, c.req.header('User-Agent'), Date.now(), asker.ids[0])

async function accountOf(c: Asked, userId: UserId): Promise<Account> {
  const account = await findAccount(c.env.DIRECTORY, userId)
  // Erased since its session began.
  if (!account) throw wrongCode()
  return account
}

const onItsWay = { detail: 'If an account with this address waits for a code, it is on its way.' }

/** `/api/verify-email` and what else takes or sends a code. */
export const codes = new Hono<Api>()

codes.post('/verify-email', countedAs('codes', 'codesTo'), body(VerifyEmailBody), async (c) => {
  const { email, otp, device_key } = c.req.valid('json')
  const asker = askerOf(c, device_key)
  const caller = await callerIfAny(c)
  const code = await rightCode(c, { purpose: 'verify_email', address: email }, otp, asker, caller?.id ?? null)
  if (code.registrationId !== null)
    return c.json(await completed(c, { ...code, registrationId: code.registrationId }, asker))
  const own = ofAccount(code)
  const now = Date.now()
  if (code.kind === 'change_email') {
    if (!(await confirmEmailChange(c.env.DIRECTORY, own, now))) throw wrongCode()
    const account = await accountOf(c, own.userId)
    if (code.email !== null && code.email !== email) post(c, code.email, addressChanged(account.username))
    // An address that is confirmed signs nobody in: who is signed in already stays so.
    if (caller?.id === own.userId) return c.json(await sameSession(c, account, caller.session))
    return c.json(VERIFIED satisfies z.infer<typeof Verified>)
  }
  // By the code alone nobody is signed in to an account whose password they may not know.
  const session = own.isKnown ? sessionFor(c, own.userId, asker) : null
  if (!(await verifyAddress(c.env.DIRECTORY, own, session, now))) throw wrongCode()
  if (!session) return c.json(VERIFIED satisfies z.infer<typeof Verified>)
  return c.json(await signedIn(c, await accountOf(c, own.userId), session))
})

const VERIFIED: z.infer<typeof Verified> = {
  detail: 'This address is verified. Sign in to go on.',
  access: null,
  refresh: null,
  tokens: null,
  user: null,
}

/** Makes the account that an attempt to register was for, and signs in whoever attempted it. */
async function completed(c: Asked, code: RegistrationCode, asker: Asker) {
  const session = sessionFor(c, code.registrationId, asker)
  if (!(await completeRegistration(c.env.DIRECTORY, code, session, usernamesLike))) throw wrongCode()
  const account = await accountOf(c, code.registrationId)
  if (account.picture) tellPictureChanged(c, account.id)
  return signedIn(c, account, session)
}

codes.post('/verify-otp', countedAs('codes', 'codesTo'), body(VerifyOtpBody), async (c) => {
  const { challenge, otp, device_key } = c.req.valid('json')
  const asker = askerOf(c, device_key)
  const code = ofAccount(await rightCode(c, { challenge: fingerprint(challenge) }, otp, asker, null))
  const session = sessionFor(c, code.userId, asker)
  if (!(await signInByCode(c.env.DIRECTORY, code, session))) throw wrongCode()
  return c.json(await signedIn(c, await accountOf(c, code.userId), session))
})

codes.post('/resend-otp', countedAs('codes', 'codesTo'), body(ResendBody), async (c) => {
  const { email, purpose, device_key } = c.req.valid('json')
  const caller = await callerIfAny(c)
  await resendCode(c, purpose, email, askerOf(c, device_key), caller?.id ?? null)
  return c.json(onItsWay satisfies z.infer<typeof DetailOnly>, 202)
})

codes.post('/forgot-password', countedAs('codes', 'codesTo'), body(ForgotPasswordBody), async (c) => {
  const { email, device_key } = c.req.valid('json')
  await resendCode(c, 'reset_password', email, askerOf(c, device_key), null)
  return c.json(onItsWay satisfies z.infer<typeof DetailOnly>, 202)
})

/** What is sent with a code for a new password. */
type Reset = z.infer<typeof ResetPasswordBody>

codes.post('/reset-password', countedAs('codes', 'codesTo'), body(ResetPasswordBody), async (c) => {
  const sent = c.req.valid('json')
  refuseWeak('new_password', sent.new_password, { email: sent.email })
  const asker = askerOf(c, sent.device_key)
  const isShort = /^\d{6}$/.test(sent.otp)
  const { userId, ended } = await (isShort ? resetByCode(c, sent, asker) : resetByLongCode(c, sent, asker))
  tellSessionsEnded(c, userId, ended)
  post(c, sent.email, passwordChanged((await accountOf(c, userId)).username))
  const answer = { detail: 'Your password is changed. Sign in with the new one.' }
  return c.json(answer satisfies z.infer<typeof DetailOnly>)
})

interface WasReset {
  userId: UserId
  ended: SessionId[]
}

/** @throws {ChatError} `wrong_code`, `invalid` when the password is little more than the person's name */
async function resetByCode(c: Asked, { email, otp, new_password }: Reset, asker: Asker): Promise<WasReset> {
  const code = ofAccount(await rightCode(c, { purpose: 'reset_password', address: email }, otp, asker, null))
  await refuseOwnName(c, code.userId, new_password)
  const hash = await hashPassword(new_password)
  const ended = await resetPassword(c.env.DIRECTORY, code, hash, asker.ids[0], Date.now())
  if (ended === null) throw wrongCode()
  return { userId: code.userId, ended }
}

/** @throws {ChatError} as `resetByCode` */
async function resetByLongCode(c: Asked, { email, otp, new_password }: Reset, asker: Asker): Promise<WasReset> {
  const now = Date.now()
  const found = await findRecovery(c.env.DIRECTORY, recoveryHash(otp), email, now)
  if (!found) {
    await countWrongCode(c, asker)
    throw wrongCode()
  }
  const { userId } = found
  await refuseOwnName(c, userId, new_password)
  const passwordHash = await hashPassword(new_password)
  const replaced = { userId, passwordHash, asker: asker.ids[0], keepSession: null, now }
  const ended = await recover(c.env.DIRECTORY, found, replaced)
  if (ended === null) throw wrongCode()
  return { userId, ended }
}

async function refuseOwnName(c: Asked, userId: UserId, password: string): Promise<void> {
  const { email, username, first_name: firstName, last_name: lastName } = await accountOf(c, userId)
  refuseWeak('new_password', password, { email, username, firstName, lastName })
}
