/** Asks a signed-in person for their password, so that a stolen session alone cannot take over the account. */
import { verifyPassword } from '../../auth/passwords'
import { TIMES } from '../../config'
import { sessionStartedAt } from '../../directory/accounts/sessions'
import type { Account } from '../../directory/accounts/users'
import { ChatError, REFUSALS, type RefusalCode, type SessionId } from '../../protocol'
import type { ApiContext } from '../context'
import { countPassword } from './attempts'

/** The field of the password, and the message for a wrong one. */
interface PasswordField {
  field: string
  wrong: string
}

export const OLD_PASSWORD: PasswordField = { field: 'old_password', wrong: 'This is not your present password.' }
export const PASSWORD: PasswordField = { field: 'password', wrong: 'This is not your password.' }

const refusal = (code: RefusalCode, field: string, sentence: string) =>
  new ChatError(code, { fields: { [field]: [sentence] } })

/**
 * Checks the account's password and counts a wrong one.
 * @returns the hash that it was compared with
 * @throws {ChatError} `password_required` without one, `invalid` for a wrong one, `rate_limited`
 */
export async function verifyOwnPassword(
  c: ApiContext,
  session: SessionId,
  { password_hash }: Account,
  password: string | undefined,
  { field, wrong }: PasswordField,
): Promise<string> {
  if (password === undefined) throw refusal('password_required', field, REFUSALS.password_required[1])
  const tries = await countPassword(c, session)
  if (!(await verifyPassword(password, password_hash)) || password_hash === null) throw refusal('invalid', field, wrong)
  await tries.refund()
  return password_hash
}

/** Whether the session is so new that its sign-in counts as proof. */
export async function isRecentSignIn(c: ApiContext, session: SessionId): Promise<boolean> {
  const began = await sessionStartedAt(c.env.DIRECTORY, session)
  return began !== null && Date.now() - began <= TIMES.freshSignIn
}
