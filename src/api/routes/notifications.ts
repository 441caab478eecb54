/** `/api/notifications`: the caller's notifications. `refreshStale` runs first, so that none is missing. */
import { Hono } from 'hono'
import * as z from 'zod'
import { feedStub, sidebarStub } from '../../actor/rpc/stubs'
import { recordStatement } from '../../directory/operation/audit'
import { findPerson } from '../../directory/people/people'
import { ChatError, ListQuery, Notification, NotificationBody, ReadBody } from '../../protocol'
import { authenticate, authenticateCaller, type SignedIn } from '../middleware/authenticate'
import { limitRate } from '../middleware/rate-limit'
import { body, idInPath, query } from '../middleware/validate'
import { area, type Operation } from '../openapi/operation'
import { cursorKey, listPart } from '../presenters/links'

export const notifications = new Hono<SignedIn>()

notifications.use(authenticateCaller)

for (const [path, which] of [
  ['/', 'list'],
  ['/unread', 'unread'],
] as const) {
  notifications.get(path, limitRate('list'), query(ListQuery), async (c) => {
    const asked = c.req.valid('query')
    const { id } = c.var.caller
    await sidebarStub(c.env, id).refreshStale()
    const found = await feedStub(c.env, id)[which](asked.limit + 1, asked.offset, cursorKey(asked, 'number', 'number'))
    return c.json(listPart(c, asked, found, (each) => [Date.parse(each.timestamp), each.id]))
  })
}

// For the rights: only staff notify others.
notifications.post('/', authenticate, limitRate('notice'), body(NotificationBody), async (c) => {
  const { caller, user } = c.var
  const { message, user_id = caller.id } = c.req.valid('json')
  if (user_id !== caller.id) {
    if (!user?.isStaff) throw new ChatError('staff_only')
    // Before the feed is named, because naming an actor creates it.
    if (!(await findPerson(c.env.DIRECTORY, caller.id, user_id))) throw new ChatError('not_found')
    // The feed is an actor, so this cannot be one transaction. The entry comes first: a superfluous entry is better
    // than a missing one.
    const deed = { actor: caller.id, action: 'user.notified', user: user_id, now: Date.now() } as const
    await recordStatement(c.env.DIRECTORY, deed).run()
  }
  const made = await feedStub(c.env, user_id).announce({
    type: 'system',
    subject: null,
    sender: caller.full_name,
    sender_id: caller.id,
    message,
    content: null,
    chat_name: null,
    room_id: null,
    message_id: null,
  })
  return c.json(made, 201)
})

notifications.post('/mark_all_read', limitRate('notice'), async (c) => {
  const { id } = c.var.caller
  await sidebarStub(c.env, id).refreshStale()
  await feedStub(c.env, id).markAllRead()
  return c.body(null, 204)
})

notifications.get('/:id', limitRate('read'), async (c) => {
  const found = await feedStub(c.env, c.var.caller.id).get(idInPath(c, 'id'))
  if (!found) throw new ChatError('not_found')
  return c.json(found)
})

notifications.on(['PUT', 'PATCH'], '/:id', limitRate('notice'), body(ReadBody), async (c) => {
  const found = await feedStub(c.env, c.var.caller.id).setRead(idInPath(c, 'id'), c.req.valid('json').is_read)
  if (!found) throw new ChatError('not_found')
  return c.json(found)
})

notifications.delete('/:id', limitRate('notice'), async (c) => {
  if (!(await feedStub(c.env, c.var.caller.id).remove(idInPath(c, 'id')))) throw new ChatError('not_found')
  return c.body(null, 204)
})

notifications.post('/:id/mark_read', limitRate('notice'), async (c) => {
  if (!(await feedStub(c.env, c.var.caller.id).setRead(idInPath(c, 'id'), true))) throw new ChatError('not_found')
  return c.body(null, 204)
})

const describe = area('Notifications')

/** The routes above, as `/api/schema/` describes them. */
export const notificationsOperations: Operation[] = [
  describe.get('/api/notifications/', 'Mine, newest first', { 200: z.array(Notification) }, { query: ListQuery }),
  describe.post(
    '/api/notifications/',
    'Note something for myself; for others only staff',
    { 201: Notification },
    {
      body: NotificationBody,
      refusals: ['staff_only', 'not_found'],
    },
  ),
  describe.get('/api/notifications/unread/', 'The unread ones', { 200: z.array(Notification) }, { query: ListQuery }),
  describe.post('/api/notifications/mark_all_read/', 'Mark all read', { 204: null }),
  describe.get('/api/notifications/{id}/', 'One of mine', { 200: Notification }),
  describe.put('/api/notifications/{id}/', 'Mark read or unread', { 200: Notification }, { body: ReadBody }),
  describe.patch('/api/notifications/{id}/', 'Mark read or unread', { 200: Notification }, { body: ReadBody }),
  describe.delete('/api/notifications/{id}/', 'Remove', { 204: null }),
  describe.post('/api/notifications/{id}/mark_read/', 'Mark read', { 204: null }),
]
