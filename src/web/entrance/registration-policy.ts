/** Who may register, as the server says: until its answer is there, everybody. Whatever the page shows, the server decides. */
import { useEffect, useState } from 'preact/hooks'
import type { RegistrationPolicy } from '../../protocol'
import { chat } from '../chat'

const OPEN: RegistrationPolicy = { mode: 'open', domains: [] }

export function useRegistrationPolicy(): RegistrationPolicy {
  const [policy, setPolicy] = useState(OPEN)
  useEffect(() => {
    chat.api
      .ask<{ registration?: RegistrationPolicy }>('GET', '/limits/', { anonymous: true })
      .then(({ registration = OPEN }) => setPolicy(registration))
      .catch(() => undefined)
  }, [])
  return policy
}

/** The code of an invitation that the page was opened with. */
export const inviteInUrl = (): string => new URLSearchParams(location.search).get('invite') ?? ''
