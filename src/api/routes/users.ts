/** `/api/users`: people, as the caller may see them. */
import { Hono } from 'hono'
import * as z from 'zod'
import { settings } from '../../config'
import { findPerson } from '../../directory/people/people'
import { ChatError, User, UsersQuery } from '../../protocol'
import { authenticate, type SignedIn } from '../middleware/authenticate'
import { limitRate } from '../middleware/rate-limit'
import { idInPath, query } from '../middleware/validate'
import { area, type Operation } from '../openapi/operation'
import { toUser } from '../presenters/people'
import { listPeople } from '../usecases/people-list'
import { isVisible } from '../usecases/visibility'

export const users = new Hono<SignedIn>()

users.get('/', authenticate, limitRate('list', { search: 'search' }), query(UsersQuery), async (c) => {
  const { DIRECTORY_VISIBILITY: visibility } = settings(c.env)
  if (visibility === 'none') return c.json([])
  return c.json(await listPeople(c, c.req.valid('query'), visibility === 'rooms' ? 'connected' : 'everybody'))
})

// Works also where nobody is listed, because a friend request names its sender by id.
users.get('/:id', authenticate, limitRate('read'), async (c) => {
  const id = idInPath(c, 'id')
  const row = (await isVisible(c, id)) ? await findPerson(c.env.DIRECTORY, c.var.caller.id, id) : null
  if (!row) throw new ChatError('not_found')
  return c.json(toUser(row, c.var.caller.origin))
})

const describe = area('People')

/** The routes above, as `/api/schema/` describes them. */
export const usersOperations: Operation[] = [
  describe.get('/api/users/', 'Everybody', { 200: z.array(User) }, { query: UsersQuery }),
  describe.get('/api/users/{id}/', 'One person', { 200: User }),
]
