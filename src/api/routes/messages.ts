/**
 * `/api/chatrooms/{id}/messages`: history, sending, editing and reactions without a socket. The room decides
 * everything.
 */
import { Hono } from 'hono'
import * as z from 'zod'
import { COSTS } from '../../actor/budget/costs'
import { roomStub } from '../../actor/rpc/stubs'
import {
  ChatError,
  ClientId,
  DetailOnly,
  EditBody,
  EmojiInPath,
  ListQuery,
  Message,
  MessagesQuery,
  pageOf,
  ReadStatus,
  SendBody,
  SystemMessage,
  unwrap,
  Version,
} from '../../protocol'
import { authenticateInRoom, type SignedInRoom } from '../middleware/authenticate'
import { form } from '../middleware/form'
import { countedInHandler, limitRate } from '../middleware/rate-limit'
import { body, idInPath, query, validate } from '../middleware/validate'
import { area, type Operation } from '../openapi/operation'
import { cursorKey, listPart } from '../presenters/links'
import { pageLink, readCursor } from '../presenters/pages'
import { charge, inBackground } from '../usecases/spending'

export const messages = new Hono<SignedInRoom>()

messages.use(authenticateInRoom)

messages.get('/', limitRate('list', { search: 'search' }), query(MessagesQuery), async (c) => {
  const { caller, roomId } = c.var
  const { limit, cursor, search, type, ...asked } = c.req.valid('query')
  const from = readCursor(cursor, 1)
  const range = from ? { [from.side === 'below' ? 'before' : 'after']: from.position[0] } : asked
  const room = roomStub(c.env, roomId)
  const page = unwrap(
    type === 'system'
      ? await room.systemPage(caller, { ...range, limit })
      : await room.page(caller, { ...range, limit }, search),
  )
  if (page.read) inBackground(c, charge(c.env, caller.id, page.read * COSTS.rowRead))
  const [newest] = page.results
  const oldest = page.results.at(-1)
  const end = page.searchedFrom ?? oldest?.id
  const older = page.older && end ? pageLink(c.req.url, { side: 'below', position: [end] }) : null
  const newer = page.newer && newest ? pageLink(c.req.url, { side: 'above', position: [newest.id] }) : null
  // With `after`, which stays in the links, pages go from older to newer. All other pages are newest first.
  if (asked.after !== undefined) {
    return c.json({ next: newer, previous: older, results: page.results.toReversed() })
  }
  return c.json({ next: older, previous: newer, results: page.results })
})

messages.post('/', countedInHandler('send'), form(SendBody, { image: 'image', file: 'file' }), async (c) => {
  const { caller, roomId } = c.var
  const draft = c.req.valid('json')
  const key = c.req.header('Idempotency-Key')
  const client_id = draft.client_id ?? (key === undefined ? undefined : idempotencyKey(key))
  const { image, file } = await c.var.uploads()
  const image_id = image?.id ?? draft.image_id
  const file_id = file?.id ?? draft.file_id
  const sent = { ...draft, client_id, image_id, file_id }
  const { message, created } = unwrap(await roomStub(c.env, roomId).post(caller, sent))
  // The existing message already has its attachments, so the new uploads are discarded.
  if (!created) c.var.uploading.discard()
  return c.json(message, created ? 201 : 200)
})

messages.get('/:messageId', limitRate('read'), async (c) => {
  const { caller, roomId } = c.var
  return c.json(unwrap(await roomStub(c.env, roomId).message(caller, idInPath(c, 'messageId'))))
})

messages.on(['PUT', 'PATCH'], '/:messageId', countedInHandler('send'), body(EditBody), async (c) => {
  const { caller, roomId } = c.var
  const edit = c.req.valid('json')
  return c.json(unwrap(await roomStub(c.env, roomId).edit(caller, idInPath(c, 'messageId'), edit)))
})

messages.delete('/:messageId', limitRate('write'), async (c) => {
  const { caller, roomId } = c.var
  unwrap(await roomStub(c.env, roomId).deleteMessage(caller, idInPath(c, 'messageId')))
  return c.body(null, 204)
})

messages.on(['PUT', 'DELETE'], '/:messageId/reactions/:emoji', countedInHandler('react'), async (c) => {
  const { caller, roomId } = c.var
  const { emoji } = validate(EmojiInPath, { emoji: c.req.param('emoji') })
  const given = c.req.method === 'PUT'
  return c.json(unwrap(await roomStub(c.env, roomId).react(caller, idInPath(c, 'messageId'), emoji, given)))
})

messages.get('/:messageId/history', limitRate('list'), query(ListQuery), async (c) => {
  const { caller, roomId } = c.var
  const asked = c.req.valid('query')
  const [since] = cursorKey(asked, 'number') ?? []
  const id = idInPath(c, 'messageId')
  const found = unwrap(await roomStub(c.env, roomId).messageVersions(caller, id, asked.limit + asked.offset + 1, since))
  const part: Versions = found.slice(asked.offset)
  return c.json(listPart(c, asked, part, (version) => [Date.parse(version.replaced_at)]))
})

messages.post('/:messageId/mark_as_read', limitRate('notice'), async (c) => {
  const { caller, roomId } = c.var
  unwrap(await roomStub(c.env, roomId).markRead(caller, idInPath(c, 'messageId')))
  return c.json({ detail: 'Read up to this message.' })
})

messages.get('/:messageId/message_read_status', limitRate('list'), async (c) => {
  const { caller, roomId } = c.var
  return c.json(unwrap(await roomStub(c.env, roomId).readers(caller, idInPath(c, 'messageId'))))
})

type Versions = z.infer<typeof Version>[]

/** The `Idempotency-Key` header works like `client_id` and follows the same rule. */
function idempotencyKey(header: string): string {
  const key = ClientId.safeParse(header)
  if (!key.success) throw new ChatError('invalid', { fields: { client_id: ['At most 64 characters.'] } })
  return key.data
}

const describe = area('Messages')
const edit = {
  body: EditBody,
  refusals: ['not_your_message', 'message_deleted', 'empty_message', 'quota_exceeded'],
} satisfies Partial<Operation>
const react = {
  refusals: ['invalid', 'message_deleted', 'too_many_reactions', 'blocked'],
} satisfies Partial<Operation>

/** The routes above, as `/api/schema/` describes them. */
export const messagesOperations: Operation[] = [
  describe.get(
    '/api/chatrooms/{roomId}/messages/',
    'The history, newest first; with `after`, oldest first; with `type=system`, system messages instead',
    { 200: pageOf(z.union([Message, SystemMessage])) },
    {
      query: MessagesQuery,
    },
  ),
  describe.post(
    '/api/chatrooms/{roomId}/messages/',
    'Send; repeating a `client_id` answers the first message',
    { 200: Message, 201: Message },
    {
      body: SendBody,
      files: ['image', 'file'],
      refusals: ['empty_message', 'unknown_attachment', 'blocked', 'quota_exceeded'],
    },
  ),
  describe.get('/api/chatrooms/{roomId}/messages/{messageId}/', 'One message', { 200: Message }),
  describe.put('/api/chatrooms/{roomId}/messages/{messageId}/', 'Edit', { 200: Message }, edit),
  describe.patch('/api/chatrooms/{roomId}/messages/{messageId}/', 'Edit', { 200: Message }, edit),
  describe.delete(
    '/api/chatrooms/{roomId}/messages/{messageId}/',
    'Delete; a tombstone stays',
    { 204: null },
    { refusals: ['not_your_message'] },
  ),
  describe.put(
    '/api/chatrooms/{roomId}/messages/{messageId}/reactions/{emoji}/',
    'React with one emoji; repeating it changes nothing',
    { 200: Message },
    react,
  ),
  describe.delete(
    '/api/chatrooms/{roomId}/messages/{messageId}/reactions/{emoji}/',
    'Take a reaction back',
    { 200: Message },
    react,
  ),
  describe.get(
    '/api/chatrooms/{roomId}/messages/{messageId}/history/',
    'Earlier texts, oldest first',
    { 200: z.array(Version) },
    { query: ListQuery },
  ),
  describe.post('/api/chatrooms/{roomId}/messages/{messageId}/mark_as_read/', 'Move my read cursor here', {
    200: DetailOnly,
  }),
  describe.get('/api/chatrooms/{roomId}/messages/{messageId}/message_read_status/', 'Who has read it', {
    200: z.array(ReadStatus),
  }),
]
