/** A part of a list of people, as the caller may see them, and where it goes on. */
import type { Context } from 'hono'
import type * as z from 'zod'
import { findPeople, orderOf, type PeopleQuery } from '../directory/people'
import type { User, UsersQuery } from '../protocol'
import type { SignedIn } from './authenticate'
import { after, shown } from './links'
import { toUser } from './people'

/** @throws {ChatError} `invalid` when the cursor is not one of a list in this order */
export async function listPeople(
  c: Context<SignedIn>,
  asked: z.output<typeof UsersQuery>,
  among: PeopleQuery['among'] = 'everybody',
): Promise<User[]> {
  const { ordering } = asked
  const [key] = after(asked, ordering.endsWith('id') ? 'number' : 'string') ?? []
  const { id, origin } = c.var.caller
  // One more than asked for tells whether there is more.
  const rows = await findPeople(c.env.DIRECTORY, id, { ...asked, among, limit: asked.limit + 1, after: key })
  return shown(c, asked, rows, (row) => [orderOf(ordering, row)]).map((row) => toUser(row, origin))
}
