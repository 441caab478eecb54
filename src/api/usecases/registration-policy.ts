/** Whether somebody may register, by `REGISTRATION`. */
import { fingerprint } from '../../auth/keys'
import { settings } from '../../config'
import { returnInvite, spendInvite } from '../../directory/accounts/registration-invites'
import { ChatError } from '../../protocol'

/** What lets somebody register. `spentOn` waits for the account, and gives the invitation back if it is not made. */
interface Admission {
  spentOn<T>(account: Promise<T>): Promise<T>
}

const FREE: Admission = { spentOn: (account) => account }

/**
 * Looks whether the policy, or an invitation, allows this address to register. A use of the invitation is taken at once, so
 * that no more people register at the same time than it is for.
 * @throws {ChatError} `registration_closed`
 */
export async function admit(
  env: Env,
  { email, invite }: { email: string; invite: string | undefined },
): Promise<Admission> {
  const { mode, domains } = settings(env).REGISTRATION
  if (mode === 'open') return FREE
  if (mode === 'closed') throw new ChatError('registration_closed')
  if (mode === 'domain' && domains.includes(email.slice(email.lastIndexOf('@') + 1))) return FREE
  const id = invite === undefined ? null : await spendInvite(env.DIRECTORY, fingerprint(invite), Date.now())
  if (id === null) throw new ChatError('registration_closed', { fields: missing(mode, domains, invite) })
  return {
    spentOn: (account) =>
      account.catch(async (error) => {
        await returnInvite(env.DIRECTORY, id)
        throw error
      }),
  }
}

function missing(mode: 'invite' | 'domain', domains: string[], invite: string | undefined): Record<string, string[]> {
  if (invite !== undefined) return { invite: ['This invitation is not valid, has expired or is used up.'] }
  if (mode === 'invite') return { invite: ['You need an invitation to make an account here.'] }
  return { email: [`Only addresses at ${domains.join(', ')} can make an account here.`] }
}
