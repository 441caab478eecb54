/** The policy of `REGISTRATION`: permits or refuses a registration. */
import { fingerprint } from '../../auth/keys'
import { settings } from '../../config'
import { returnInvite, spendInvite } from '../../directory/accounts/registration-invites'
import { ChatError } from '../../protocol'

/** A permission to register. `returnOnFailure` gives the invitation back if the account is not made. */
interface RegistrationPermit {
  returnOnFailure<T>(account: Promise<T>): Promise<T>
}

const UNRESTRICTED: RegistrationPermit = { returnOnFailure: (account) => account }

/**
 * Checks whether the policy or an invitation allows this address to register. The use of an invitation is taken at
 * once, so that concurrent registrations cannot exceed it.
 * @throws {ChatError} `registration_closed`
 */
export async function permitRegistration(
  env: Env,
  { email, invite }: { email: string; invite: string | undefined },
): Promise<RegistrationPermit> {
  const { mode, domains } = settings(env).REGISTRATION
  if (mode === 'open') return UNRESTRICTED
  if (mode === 'closed') throw new ChatError('registration_closed')
  if (mode === 'domain' && domains.includes(email.slice(email.lastIndexOf('@') + 1))) return UNRESTRICTED
  const id = invite === undefined ? null : await spendInvite(env.DIRECTORY, fingerprint(invite), Date.now())
  if (id === null) throw new ChatError('registration_closed', { fields: missingPermit(mode, domains, invite) })
  return {
    returnOnFailure: (account) =>
      account.catch(async (error) => {
        await returnInvite(env.DIRECTORY, id)
        throw error
      }),
  }
}

function missingPermit(
  mode: 'invite' | 'domain',
  domains: string[],
  invite: string | undefined,
): Record<string, string[]> {
  if (invite !== undefined) return { invite: ['This invitation is not valid, has expired or is used up.'] }
  if (mode === 'invite') return { invite: ['You need an invitation to make an account here.'] }
  return { email: [`Only addresses at ${domains.join(', ')} can make an account here.`] }
}
