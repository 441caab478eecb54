/** The refusal of a name or address that is somebody else's. */
import type { UniqueField } from '../../directory/accounts/users'
import { ChatError, REFUSALS } from '../../protocol'

/** Says which fields are taken: in the code (the address first) and at each field. */
export function fieldsTaken(fields: UniqueField[]): ChatError {
  const sentences = fields.map((field) => [field, [REFUSALS[`${field}_taken`][1]]])
  return new ChatError(fields.includes('email') ? 'email_taken' : 'username_taken', {
    fields: Object.fromEntries(sentences),
  })
}
