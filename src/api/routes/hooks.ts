/** `/api/chatrooms/{id}/hooks` and `/api/hooks/{code}`: incoming hooks, which admins make and programs post by. */
import { Hono } from 'hono'
import * as z from 'zod'
import { roomStub } from '../../actor/rpc/stubs'
import { fingerprint, newSecret } from '../../auth/keys'
import { roomExists } from '../../directory/rooms/rooms'
import {
  ChatError,
  ClientId,
  Hook,
  HookBody,
  HookMessageBody,
  hookCode,
  Message,
  NewHook,
  roomIdOfHook,
  unwrap,
} from '../../protocol'
import type { Api } from '../context'
import { authenticateInRoom, type SignedInRoom } from '../middleware/authenticate'
import { countedInHandler, limitRate } from '../middleware/rate-limit'
import { body, idInPath } from '../middleware/validate'
import { area, type Operation } from '../openapi/operation'
import { spend } from '../usecases/spending'

export const hooks = new Hono<SignedInRoom>()

hooks.use(authenticateInRoom)

hooks.post('/', limitRate('write'), body(HookBody), async (c) => {
  const { caller, roomId } = c.var
  const secret = newSecret()
  const hook = unwrap(await roomStub(c.env, roomId).createHook(caller, c.req.valid('json').name, fingerprint(secret)))
  return c.json({ ...hook, url: `${caller.origin}/api/hooks/${hookCode(roomId, secret)}/` } satisfies NewHook, 201)
})

hooks.get('/', limitRate('list'), async (c) => c.json(unwrap(await roomStub(c.env, c.var.roomId).hooks(c.var.caller))))

hooks.delete('/:hookId', limitRate('write'), async (c) => {
  unwrap(await roomStub(c.env, c.var.roomId).removeHook(c.var.caller, idInPath(c, 'hookId')))
  return c.body(null, 204)
})

export const hookMessages = new Hono<Api>()

hookMessages.post('/:code', countedInHandler('hook'), body(HookMessageBody), async (c) => {
  const code = c.req.param('code')
  const room = roomIdOfHook(code)
  // Before the room is named, because naming an actor creates it.
  if (room === null || !(await roomExists(c.env.DIRECTORY, room))) throw new ChatError('not_found')
  const hash = fingerprint(code.slice(code.indexOf('-') + 1))
  await spend(c.env, `hook ${hash}`, 'hook')
  const { text, content = text } = c.req.valid('json')
  const key = ClientId.optional().safeParse(c.req.header('Idempotency-Key'))
  if (!key.success) throw new ChatError('invalid', { fields: { client_id: ['At most 64 characters.'] } })
  const { message, created } = unwrap(await roomStub(c.env, room).postByHook(hash, { content, client_id: key.data }))
  return c.json(message, created ? 201 : 200)
})

const describe = area('Hooks')

/** The routes above, as `/api/schema/` describes them. */
export const hooksOperations: Operation[] = [
  describe.post(
    '/api/chatrooms/{roomId}/hooks/',
    'Make an incoming hook; its URL is told once',
    { 201: NewHook },
    { body: HookBody, refusals: ['admins_only', 'direct_room', 'list_full'] },
  ),
  describe.get(
    '/api/chatrooms/{roomId}/hooks/',
    'The incoming hooks, oldest first',
    { 200: z.array(Hook) },
    { refusals: ['admins_only', 'direct_room'] },
  ),
  describe.delete(
    '/api/chatrooms/{roomId}/hooks/{hookId}/',
    'Remove a hook; its URL is unknown from then on',
    { 204: null },
    { refusals: ['admins_only', 'direct_room'] },
  ),
  describe.post(
    '/api/hooks/{code}/',
    'Post by an incoming hook',
    { 200: Message, 201: Message },
    { access: 'anybody', body: HookMessageBody, refusals: ['empty_message', 'quota_exceeded', 'not_found'] },
  ),
]
