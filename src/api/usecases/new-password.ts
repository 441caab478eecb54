/** A password that somebody chooses. */
import { type PasswordOwner, weaknessOf } from '../../auth/weak-passwords'
import { ChatError } from '../../protocol'

/** @throws {ChatError} `invalid` at `field`, when the password is one that others would try first */
export function refuseWeakPassword(field: string, password: string, owner: PasswordOwner): void {
  const weakness = weaknessOf(password, owner)
  if (weakness !== undefined) throw new ChatError('invalid', { fields: { [field]: [weakness] } })
}
