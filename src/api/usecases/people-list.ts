/** A part of a list of people as the caller may see them, with the link to the next part. */
import type { Context } from 'hono'
import type * as z from 'zod'
import { COSTS } from '../../actor/budget/costs'
import { findPeople, type PeopleQuery, sortKeyOf } from '../../directory/people/people'
import { LIMITS, type User, type UsersQuery } from '../../protocol'
import type { SignedIn } from '../middleware/authenticate'
import { cursorKey, listPart } from '../presenters/links'
import { toUser } from '../presenters/people'
import { charge, inBackground } from './spending'

/**
 * Rows that the directory reads for one listed person: their own, their presence, and their relationship to the caller.
 */
const ROWS_PER_PERSON = 9

/** @throws {ChatError} `invalid` when the cursor belongs to another ordering */
export async function listPeople(
  c: Context<SignedIn>,
  asked: z.output<typeof UsersQuery>,
  among: PeopleQuery['among'] = 'everybody',
): Promise<User[]> {
  const { ordering } = asked
  const [key] = cursorKey(asked, ordering.endsWith('id') ? 'number' : 'string') ?? []
  const { id, origin } = c.var.caller
  // One more than requested shows whether there are more.
  const rows = await findPeople(c.env.DIRECTORY, id, { ...asked, among, limit: asked.limit + 1, after: key })
  // The class's own cost covers a page of the default length.
  inBackground(c, charge(c.env, id, (rows.length - LIMITS.listDefault) * ROWS_PER_PERSON * COSTS.rowRead))
  return listPart(c, asked, rows, (row) => [sortKeyOf(ordering, row)]).map((row) => toUser(row, origin))
}
