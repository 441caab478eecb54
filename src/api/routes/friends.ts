/** `/api/friends`: the caller's friends. */
import { type Context, Hono } from 'hono'
import * as z from 'zod'
import { endFriendship } from '../../directory/people/friends'
import { findPerson } from '../../directory/people/people'
import { ChatError, DetailOnly, FriendsQuery, User } from '../../protocol'
import { authenticate, type SignedIn } from '../middleware/authenticate'
import { limitRate } from '../middleware/rate-limit'
import { idInPath, query } from '../middleware/validate'
import { area, type Operation } from '../openapi/operation'
import { toUser } from '../presenters/people'
import { deliverOutbox } from '../usecases/outbox'
import { listPeople } from '../usecases/people-list'

export const friends = new Hono<SignedIn>()

friends.use(authenticate)

for (const path of ['/', '/list_friends']) {
  friends.get(path, limitRate('list', { search: 'search' }), query(FriendsQuery), async (c) => {
    return c.json(await listPeople(c, c.req.valid('query'), 'friends'))
  })
}

friends.get('/:id', limitRate('read'), async (c) => {
  const row = await findPerson(c.env.DIRECTORY, c.var.caller.id, idInPath(c, 'id'))
  if (!row?.is_friend) throw new ChatError('not_found')
  return c.json(toUser(row, c.var.caller.origin))
})

friends.post('/:id/remove_friend', limitRate('write'), async (c) => {
  await end(c)
  return c.json({ detail: 'You are no longer friends.' })
})

friends.delete('/:id', limitRate('write'), async (c) => {
  await end(c)
  return c.body(null, 204)
})

/** Ends the friendship with the person in the path. @throws {ChatError} `not_found` when there is none */
async function end(c: Context<SignedIn>): Promise<void> {
  const other = idInPath(c, 'id')
  const { id } = c.var.caller
  if (!(await endFriendship(c.env.DIRECTORY, id, other, Date.now()))) throw new ChatError('not_found')
  for (const friend of [id, other]) deliverOutbox(c, friend)
}

const describe = area('People')

/** The routes above, as `/api/schema/` describes them. */
export const friendsOperations: Operation[] = [
  describe.get('/api/friends/', 'My friends', { 200: z.array(User) }, { query: FriendsQuery }),
  describe.get(
    '/api/friends/list_friends/',
    'My friends, as older clients ask',
    { 200: z.array(User) },
    { query: FriendsQuery },
  ),
  describe.get('/api/friends/{id}/', 'One friend', { 200: User }),
  describe.post('/api/friends/{id}/remove_friend/', 'End a friendship, as older clients do', { 200: DetailOnly }),
  describe.delete('/api/friends/{id}/', 'End a friendship', { 204: null }),
]
