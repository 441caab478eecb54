/** The people of a room, as they are named in its messages: what is shown as a mention is what the room takes for one. */
import { createContext } from 'preact'
import { useMemo } from 'preact/hooks'
import type { Participant } from '../../../client'
import { caseless } from '../../../protocol/fold'
import type { FindPerson } from './find-people'

export const MemberNames = createContext<FindPerson>(() => undefined)

/** Stays the same while the names do. */
export function useMemberNames(members: readonly Participant[]): FindPerson {
  const names = members.map(({ id, username }) => `${id} ${username}`).join('\n')
  // biome-ignore lint/correctness/useExhaustiveDependencies: the names are all that is read of the members
  return useMemo(() => {
    const ids = new Map(members.map(({ id, username }) => [caseless(username), id]))
    return (key) => ids.get(key)
  }, [names])
}
