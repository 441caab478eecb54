/** The people whom a request names. */
import { peopleAmong } from '../directory/people'
import { ChatError, type Person, type UserId } from '../protocol'
import { toPerson } from './people'
import type { Asking } from './room-detail'

/**
 * The people behind ids that came in `field` of a body, in whose company the caller may be put.
 * @throws {ChatError} `unknown_users`, or `blocked` when one of them has blocked the caller; both name the field.
 */
export async function namedPeople(c: Asking, ids: UserId[], field: string): Promise<Person[]> {
  const people = await peopleAmong(c.env.DIRECTORY, ids, c.var.caller.id)
  if (people.length < ids.length) {
    const known = new Set(people.map((person) => person.id))
    const unknown = ids.filter((id) => !known.has(id))
    throw new ChatError('unknown_users', { fields: { [field]: unknown.map((id) => `There is no person ${id}.`) } })
  }
  // Otherwise a group of two would be the way around a block.
  const closed = people.filter((person) => person.has_blocked_asker === 1)
  if (closed.length > 0) {
    throw new ChatError('blocked', { fields: { [field]: closed.map(({ id }) => `Person ${id} has blocked you.`) } })
  }
  return people.map(toPerson)
}
