/** Refusals of names, passwords and addresses that people choose for an account. */
import { type PasswordOwner, weaknessOf } from '../../auth/weak-passwords'
import type { UniqueField } from '../../directory/accounts/new-accounts'
import { isReservedName } from '../../directory/accounts/usernames'
import { ChatError, REFUSALS } from '../../protocol'

const RESERVED = 'This name is nobody’s to have. Choose another.'

/** @throws {ChatError} `invalid` at `first_name` when the full name is reserved or looks like a reserved name */
export async function refuseReservedName(firstName: string, lastName: string): Promise<void> {
  const name = `${firstName} ${lastName}`.trim()
  if (name !== '' && (await isReservedName(name))) {
    throw new ChatError('invalid', { fields: { first_name: [RESERVED] } })
  }
}

/** @throws {ChatError} `invalid` at `field` when the password is weak */
export function refuseWeakPassword(field: string, password: string, owner: PasswordOwner): void {
  const weakness = weaknessOf(password, owner)
  if (weakness !== undefined) throw new ChatError('invalid', { fields: { [field]: [weakness] } })
}

/** The refusal of a taken address or username: the code names the address first, and each field has its message. */
export function fieldsTaken(fields: UniqueField[]): ChatError {
  const sentences = fields.map((field) => [field, [REFUSALS[`${field}_taken`][1]]])
  return new ChatError(fields.includes('email') ? 'email_taken' : 'username_taken', {
    fields: Object.fromEntries(sentences),
  })
}
