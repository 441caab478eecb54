/** A part of a list of people, as the caller may see them, and where it goes on. */
import type { Context } from 'hono'
import type * as z from 'zod'
import { COSTS } from '../../actor/budget/costs'
import { findPeople, type PeopleQuery, sortKeyOf } from '../../directory/people/people'
import { LIMITS, type User, type UsersQuery } from '../../protocol'
import type { SignedIn } from '../middleware/authenticate'
import { cursorKey, listPart } from '../presenters/links'
import { toUser } from '../presenters/people'
import { charge, inBackground } from './spending'

/** Rows that are read for one person of a list: their own, their presence, and what stands between the two. */
const ROWS_PER_PERSON = 9

/** @throws {ChatError} `invalid` when the cursor is not one of a list in this order */
export async function listPeople(
  c: Context<SignedIn>,
  asked: z.output<typeof UsersQuery>,
  among: PeopleQuery['among'] = 'everybody',
): Promise<User[]> {
  const { ordering } = asked
  const [key] = cursorKey(asked, ordering.endsWith('id') ? 'number' : 'string') ?? []
  const { id, origin } = c.var.caller
  // One more than asked for tells whether there is more.
  const rows = await findPeople(c.env.DIRECTORY, id, { ...asked, among, limit: asked.limit + 1, after: key })
  // What a usual page reads is in the cost of its class.
  inBackground(c, charge(c.env, id, (rows.length - LIMITS.listDefault) * ROWS_PER_PERSON * COSTS.rowRead))
  return listPart(c, asked, rows, (row) => [sortKeyOf(ordering, row)]).map((row) => toUser(row, origin))
}
