/** `/api/verify-email`, `/api/verify-otp`, `/api/resend-otp`, `/api/forgot-password`, `/api/reset-password`: codes by mail. */
import { Hono } from 'hono'
import type * as z from 'zod'
import { isCode } from '../auth/codes'
import { fingerprint } from '../auth/keys'
import { hashPassword } from '../auth/passwords'
import { newSession } from '../auth/session'
import { LIMITS, secretsOf, settings } from '../config'
import { guess, type RightCode, resetPassword, signInByCode, verifyAddress } from '../directory/codes'
import { type Account, findAccount } from '../directory/users'
import { addressChanged, passwordChanged } from '../mail/texts'
import {
  ChatError,
  ForgotPasswordBody,
  REFUSALS,
  ResendBody,
  ResetPasswordBody,
  type Said,
  VerifyEmailBody,
  VerifyOtpBody,
} from '../protocol'
import type { Api, Asked } from './context'
import { resendCode } from './new-code'
import { refuseWeak } from './new-password'
import { tellSessionsEnded } from './notices'
import { post } from './post'
import { countTries } from './rate-limit'
import { countedAs } from './rated'
import { signedIn } from './signed-in'
import { body } from './validate'

/** Whatever is wrong with it, or with the address: the difference would help only who guesses. */
const wrongCode = () => new ChatError('wrong_code', { fields: { otp: [REFUSALS.wrong_code[1]] } })

/**
 * Counts the try, and gives the code that was guessed right.
 * @throws {ChatError} `wrong_code`
 */
async function rightCode(c: Asked, of: Parameters<typeof guess>[1], otp: string): Promise<RightCode> {
  const found = await guess(c.env.DIRECTORY, of, Date.now(), LIMITS.codeTries)
  if (!found) throw wrongCode()
  const { kind, address, passwordHash, hash, userId } = found
  const isRight = isCode(secretsOf(c.env), otp, { purpose: kind, address, passwordHash }, hash)
  if (!isRight || userId === null) throw wrongCode()
  return { ...found, userId }
}

const sessionFor = (c: Asked, { userId }: RightCode) =>
  newSession(settings(c.env).AUTH_SECRET, userId, c.req.header('User-Agent'), Date.now())

async function accountOf(c: Asked, { userId }: RightCode): Promise<Account> {
  const account = await findAccount(c.env.DIRECTORY, userId)
  // Erased since its session began.
  if (!account) throw wrongCode()
  return account
}

const onItsWay = { detail: 'If an account with this address waits for a code, it is on its way.' }

/** `/api/verify-email` and what else takes or sends a code. */
export const codes = new Hono<Api>()

codes.post('/verify-email', countedAs('codes', 'codesTo'), body(VerifyEmailBody), async (c) => {
  const { email, otp } = c.req.valid('json')
  const code = await rightCode(c, { kind: 'verify_email', address: email }, otp)
  const session = sessionFor(c, code)
  if (!(await verifyAddress(c.env.DIRECTORY, code, session))) throw wrongCode()
  const account = await accountOf(c, code)
  if (code.email !== null && code.email !== email) post(c, code.email, addressChanged(account.username))
  return c.json(await signedIn(c, account, session))
})

codes.post('/verify-otp', countedAs('codes', 'codesTo'), body(VerifyOtpBody), async (c) => {
  const { challenge, otp } = c.req.valid('json')
  const code = await rightCode(c, { challenge: fingerprint(challenge) }, otp)
  const session = sessionFor(c, code)
  if (!(await signInByCode(c.env.DIRECTORY, code, session))) throw wrongCode()
  return c.json(await signedIn(c, await accountOf(c, code), session))
})

codes.post('/resend-otp', countedAs('codes', 'codesTo'), body(ResendBody), async (c) => {
  const { email, purpose } = c.req.valid('json')
  await countTries(c, { codesTo: `${purpose} ${email}`, codes: '' })
  await resendCode(c, purpose, email)
  return c.json(onItsWay satisfies z.infer<typeof Said>, 202)
})

codes.post('/forgot-password', countedAs('codes', 'codesTo'), body(ForgotPasswordBody), async (c) => {
  const { email } = c.req.valid('json')
  await countTries(c, { codesTo: `reset_password ${email}`, codes: '' })
  await resendCode(c, 'reset_password', email)
  return c.json(onItsWay satisfies z.infer<typeof Said>, 202)
})

codes.post('/reset-password', countedAs('codes', 'codesTo'), body(ResetPasswordBody), async (c) => {
  const { email, otp, new_password } = c.req.valid('json')
  refuseWeak('new_password', new_password, { email })
  const code = await rightCode(c, { kind: 'reset_password', address: email }, otp)
  const { username, first_name: firstName, last_name: lastName } = await accountOf(c, code)
  refuseWeak('new_password', new_password, { email, username, firstName, lastName })
  const ended = await resetPassword(c.env.DIRECTORY, code, await hashPassword(new_password), Date.now())
  if (ended === null) throw wrongCode()
  tellSessionsEnded(c, code.userId, ended)
  const account = await accountOf(c, code)
  post(c, email, passwordChanged(account.username))
  const answer = { detail: 'Your password is changed. Sign in with the new one.' }
  return c.json(answer satisfies z.infer<typeof Said>)
})
