/** Finds the mentions in a message, by the grammar of the room. */
import type { Mention } from '../../../client'
import type { FindName } from '../../../markdown'
import { caseless } from '../../../protocol/fold'
import { mentionAt } from '../../../protocol/mentions'

/** Looks up the user id of a `caseless` username. */
export type FindPerson = (key: string) => number | undefined

/** A person named in a text, and the indexes at which the room mentions them; null until the room has sent these. */
export interface NamedPerson {
  kind: 'person'
  id: number
  mentioned: ReadonlySet<number> | null
}

/** Finds the names in a message: those of the room's mentions, or of the members if the message is not sent yet. */
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
