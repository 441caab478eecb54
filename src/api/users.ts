/** `/api/users`: everybody, as others see them. */
import { Hono } from 'hono'
import { findPerson } from '../directory/people'
import { ChatError, UsersQuery } from '../protocol'
import { authenticate, type SignedIn } from './authenticate'
import { toUser } from './people'
import { listPeople } from './people-list'
import { rated } from './rated'
import { idInPath, query } from './validate'

/** `/api/users`. */
export const users = new Hono<SignedIn>()

users.get('/', authenticate, rated('list', { search: 'search' }), query(UsersQuery), async (c) => {
  return c.json(await listPeople(c, c.req.valid('query')))
})

users.get('/:id', authenticate, rated('read'), async (c) => {
  const row = await findPerson(c.env.DIRECTORY, c.var.caller.id, idInPath(c, 'id'))
  if (!row) throw new ChatError('not_found')
  return c.json(toUser(row, c.var.caller.origin))
})
