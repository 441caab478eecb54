/** `/api/users`: everybody, as others see them. */
import { Hono } from 'hono'
import { findPeople, findPerson } from '../directory/people'
import { ChatError, UsersQuery } from '../protocol'
import { authenticate } from './authenticate'
import type { Api } from './context'
import { nextLink } from './links'
import { toUser } from './people'
import { rated } from './rated'
import { idInPath, query } from './validate'

/** `/api/users`. */
export const users = new Hono<Api>()

users.get('/', authenticate, rated('list', { search: 'search' }), query(UsersQuery), async (c) => {
  const asked = c.req.valid('query')
  // One more than asked for tells whether there is more.
  const rows = await findPeople(c.env.DIRECTORY, c.var.caller.id, { ...asked, limit: asked.limit + 1 })
  if (rows.length > asked.limit) c.header('Link', nextLink(c.req.url, asked))
  return c.json(rows.slice(0, asked.limit).map((row) => toUser(row, c.var.caller.origin)))
})

users.get('/:id', authenticate, rated('read'), async (c) => {
  const row = await findPerson(c.env.DIRECTORY, c.var.caller.id, idInPath(c, 'id'))
  if (!row) throw new ChatError('not_found')
  return c.json(toUser(row, c.var.caller.origin))
})
