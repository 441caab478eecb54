/** The people whom a message mentions: those whom the room has found, by the room's own grammar. */
import type { Mention } from '../../../client'
import type { FindName } from '../../../markdown'
import { caseless } from '../../../protocol/fold'
import { mentionAt } from '../../../protocol/mentions'

/** Whom a username means, made `caseless`. */
export type FindPerson = (key: string) => number | undefined

/** Somebody who is named in a text, and where such a name mentions them; null before the room has said so. */
export interface NamedPerson {
  kind: 'person'
  id: number
  mentioned: ReadonlySet<number> | null
}

/** Finds the names that the room has found in a message, by its grammar. Of what is not sent yet, the members' names. */
export function personFinder(
  text: string,
  mentions: readonly Mention[] | null,
  findMember: FindPerson,
): FindName<NamedPerson> {
  if (!mentions) return finderOf(findMember, null)
  const nameAt = (start: number, length: number) => caseless(text.slice(start + 1, start + length))
  const ids = new Map(mentions.map(({ id, start, length }) => [nameAt(start, length), id]))
  return finderOf((key) => ids.get(key), new Set(mentions.map(({ start }) => start)))
}

function finderOf(find: FindPerson, mentioned: ReadonlySet<number> | null): FindName<NamedPerson> {
  return (text, at) =>
    mentionAt(text, at, (key): NamedPerson | undefined => {
      const id = find(key)
      return id === undefined ? undefined : { kind: 'person', id, mentioned }
    })
}
