/** A full name that somebody chooses. */
import { isReservedName } from '../../directory/accounts/usernames'
import { ChatError } from '../../protocol'

const RESERVED = 'This name is nobody’s to have. Choose another.'

/** @throws {ChatError} `invalid` at `first_name`, when the two together are a reserved name or look like one */
export async function refuseReservedName(firstName: string, lastName: string): Promise<void> {
  const name = `${firstName} ${lastName}`.trim()
  if (name !== '' && (await isReservedName(name))) {
    throw new ChatError('invalid', { fields: { first_name: [RESERVED] } })
  }
}
