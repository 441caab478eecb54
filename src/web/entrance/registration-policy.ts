/** The server's registration policy, `open` until it is loaded. The server decides about each registration. */
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

/** The invite code in the URL of the page; empty if there is none. */
export const inviteInUrl = (): string => new URLSearchParams(location.search).get('invite') ?? ''
