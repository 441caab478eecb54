/** The usernames of a room's members, for messages that are not sent yet. */
import { createContext } from 'preact'
import { useMemo } from 'preact/hooks'
import type { Participant } from '../../../client'
import { caseless } from '../../../protocol/fold'
import type { FindPerson } from './find-people'

export const MemberNames = createContext<FindPerson>(() => undefined)

/** The same function while the names stay the same. */
export function useMemberNames(members: readonly Participant[]): FindPerson {
  const names = members.map(({ id, username }) => `${id} ${username}`).join('\n')
  // biome-ignore lint/correctness/useExhaustiveDependencies: the names are all that is read of the members
  return useMemo(() => {
    const ids = new Map(members.map(({ id, username }) => [caseless(username), id]))
    return (key) => ids.get(key)
  }, [names])
}
