/** The people whom a request names by id. */
import { activePeople, type NamedPerson } from '../../directory/people/people'
import { ChatError, type Person, type UserId, unreachable, unwrap } from '../../protocol'
import { toPerson } from '../presenters/people'
import type { CallerContext } from '../presenters/room-detail'
import { invisibleAmong } from './visibility'

/** The purpose of naming people: a group, or a direct room. */
type Purpose = 'group' | 'direct'

const CAN_BE_REACHED: Record<Purpose, (person: NamedPerson) => boolean> = {
  group: ({ is_closed }) => is_closed === 0,
  direct: ({ is_blocked }) => is_blocked === 0,
}

/**
 * The people behind the ids of `field`.
 * @throws {ChatError} `unknown_users`, or `blocked` when one of them cannot be reached. Both name the field.
 */
export async function namedPeople(c: CallerContext, ids: UserId[], field: string, purpose: Purpose): Promise<Person[]> {
  const invisible = await invisibleAmong(c, ids)
  const found = await activePeople(c.env.DIRECTORY, ids, c.var.caller.id)
  const people = found.filter(({ id }) => !invisible.has(id))
  if (people.length < ids.length) {
    const known = new Set(people.map((person) => person.id))
    const unknown = ids.filter((id) => !known.has(id))
    throw new ChatError('unknown_users', { fields: { [field]: unknown.map((id) => `There is no person ${id}.`) } })
  }
  const closed = people.filter((person) => !CAN_BE_REACHED[purpose](person))
  if (closed.length > 0) unwrap(unreachable(field, closed))
  return people.map(toPerson)
}
