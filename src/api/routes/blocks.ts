/** `/api/blocks` and `/api/users/{id}/block`: the people whom the caller has blocked. */
import { type Context, Hono } from 'hono'
import * as z from 'zod'
import { block, isBlockListFull, unblock } from '../../directory/people/blocks'
import { ChatError, DetailOnly, FriendsQuery, User, type UserId } from '../../protocol'
import { authenticate, type SignedIn } from '../middleware/authenticate'
import { limitRate } from '../middleware/rate-limit'
import { idInPath, query } from '../middleware/validate'
import { area, type Operation } from '../openapi/operation'
import { deliverOutbox, deliverOutboxBeforeAnswer } from '../usecases/outbox'
import { listPeople } from '../usecases/people-list'
import { isVisible } from '../usecases/visibility'

export const blocks = new Hono<SignedIn>()

blocks.get('/blocks', authenticate, limitRate('list', { search: 'search' }), query(FriendsQuery), async (c) => {
  return c.json(await listPeople(c, c.req.valid('query'), 'blocked'))
})

blocks.post('/users/:id/block', authenticate, limitRate('write'), async (c) => {
  const other = idInPath(c, 'id')
  if (other === c.var.caller.id) throw new ChatError('yourself')
  if (!(await isVisible(c, other))) throw new ChatError('not_found')
  if (await isBlockListFull(c.env.DIRECTORY, c.var.caller.id)) throw new ChatError('list_full')
  await deliverBlockChange(c, other, await block(c.env.DIRECTORY, c.var.caller.id, other, Date.now()))
  return c.json({ detail: 'Blocked.' })
})

blocks.delete('/users/:id/block', authenticate, limitRate('write'), async (c) => {
  const other = idInPath(c, 'id')
  if (!(await isVisible(c, other))) throw new ChatError('not_found')
  await deliverBlockChange(c, other, await unblock(c.env.DIRECTORY, c.var.caller.id, other, Date.now()))
  return c.body(null, 204)
})

/**
 * Delivers the change to the actors before the answer: an answer must not claim a block that is not in force. Both
 * requests can be repeated.
 */
async function deliverBlockChange(c: Context<SignedIn>, other: UserId, isSomebody: boolean): Promise<void> {
  if (!isSomebody) throw new ChatError('not_found')
  // The pending request between the two has ended, and the other person's view of the caller's presence has changed.
  deliverOutbox(c, other)
  await deliverOutboxBeforeAnswer(c, c.var.caller.id)
}

const describe = area('People')

/** The routes above, as `/api/schema/` describes them. */
export const blocksOperations: Operation[] = [
  describe.get('/api/blocks/', 'Those I have blocked', { 200: z.array(User) }, { query: FriendsQuery }),
  describe.post('/api/users/{id}/block/', 'Block somebody', { 200: DetailOnly }, { refusals: ['yourself'] }),
  describe.delete('/api/users/{id}/block/', 'Lift my block', { 204: null }),
]
