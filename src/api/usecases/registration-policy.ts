/** Whether somebody may register, by `REGISTRATION`. */
import { fingerprint } from '../../auth/keys'
import { settings } from '../../config'
import { returnInvite, spendInvite } from '../../directory/accounts/registration-invites'
import { ChatError } from '../../protocol'

/** What lets somebody register. `spentOn` waits for the account, and gives the invitation back if it is not made. */
interface RegistrationPermit {
  returnOnFailure<T>(account: Promise<T>): Promise<T>
}

const UNRESTRICTED: RegistrationPermit = { returnOnFailure: (account) => account }

/**
 * Looks whether the policy, or an invitation, allows this address to register. A use of the invitation is taken at once, so
 * that no more people register at the same time than it is for.
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
