/** `/api/server/webhooks`: where changes are sent, and what was sent. */
import { type Context, Hono } from 'hono'
import { inTime, webhookStub } from '../../actor/rpc/stubs'
import { newWebhookSalt, webhookSecret } from '../../auth/webhooks'
import { settings, TIMES } from '../../config'
import {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  findWebhook,
  listWebhooks,
} from '../../directory/operation/webhooks'
import { roomExists } from '../../directory/rooms/rooms'
import type { WebhookRow } from '../../directory/schema'
import {
  ChatError,
  DeliveriesQuery,
  DetailOnly,
  Id,
  NewWebhook,
  newId,
  pageOf,
  WebhookBody,
  WebhookDelivery,
  WebhookInfo,
  WebhookPatch,
  WebhookReplay,
  WebhookRotation,
  WebhookTest,
} from '../../protocol'
import { refusesUrl } from '../../webhook/address'
import type { DeliveryRow } from '../../webhook/schema'
import { authenticateKey, type Hosted, needScope } from '../middleware/api-key'
import { countedInHandler } from '../middleware/rate-limit'
import { strictBody } from '../middleware/server-body'
import { query } from '../middleware/validate'
import { area, type Operation } from '../openapi/operation'
import { pageLink, readCursor } from '../presenters/pages'

export const serverWebhooks = new Hono<Hosted>()

serverWebhooks.use(countedInHandler('server'), authenticateKey, needScope('webhooks'))

const rate = countedInHandler('server')

serverWebhooks.post('/', rate, strictBody(WebhookBody), async (c) => {
  const { url, events, room } = c.req.valid('json')
  checkUrl(c, url)
  const row: WebhookRow = {
    id: newId(),
    url,
    events: events ? JSON.stringify(events) : null,
    room_id: room == null ? null : await roomNamed(c, room),
    origin: new URL(c.req.url).origin,
    salt: newWebhookSalt(),
    previous_salt: null,
    previous_until: null,
    created_at: Date.now(),
    disabled_at: null,
    disabled_reason: null,
  }
  await createWebhook(c.env.DIRECTORY, row)
  await webhookStub(c.env, row.id).begin()
  return c.json({ ...toInfo(row), secret: secretOf(c, row) } satisfies NewWebhook, 201)
})

serverWebhooks.get('/', rate, async (c) => c.json((await listWebhooks(c.env.DIRECTORY)).map(toInfo)))

serverWebhooks.get('/:webhookId', rate, async (c) => c.json(toInfo(await named(c))))

serverWebhooks.patch('/:webhookId', rate, strictBody(WebhookPatch), async (c) => {
  const { id } = await named(c)
  const { url, events, enabled } = c.req.valid('json')
  if (url !== undefined) checkUrl(c, url)
  const row = await changeWebhook(c.env.DIRECTORY, id, {
    ...(url !== undefined && { url }),
    ...(events !== undefined && { events: events && JSON.stringify(events) }),
    ...(enabled !== undefined && {
      disabled_at: enabled ? null : Date.now(),
      disabled_reason: enabled ? null : 'host',
    }),
  })
  if (!row) throw new ChatError('not_found')
  await webhookStub(c.env, id).refresh()
  return c.json(toInfo(row))
})

serverWebhooks.delete('/:webhookId', rate, async (c) => {
  const { id } = await named(c)
  await deleteWebhook(c.env.DIRECTORY, id)
  await webhookStub(c.env, id).refresh()
  return c.body(null, 204)
})

serverWebhooks.post('/:webhookId/rotate', rate, strictBody(WebhookRotation), async (c) => {
  const { id, salt: previous_salt } = await named(c)
  const { overlap } = c.req.valid('json')
  const previous_until = Date.now() + (overlap === undefined ? TIMES.webhookOverlap : overlap * 1_000)
  const changes = { salt: newWebhookSalt(), previous_salt, previous_until }
  const row = await changeWebhook(c.env.DIRECTORY, id, changes)
  if (!row) throw new ChatError('not_found')
  await webhookStub(c.env, id).refresh()
  return c.json({ ...toInfo(row), secret: secretOf(c, row) } satisfies NewWebhook)
})

serverWebhooks.post('/:webhookId/test', rate, async (c) => {
  const { id } = await named(c)
  const { status: response_status, error } = await inTime(webhookStub(c.env, id).sendTest(), 2 * TIMES.webhook)
  return c.json({ delivered: error === null, response_status, error })
})

serverWebhooks.get('/:webhookId/deliveries', rate, query(DeliveriesQuery), async (c) => {
  const { id } = await named(c)
  const { status = null, limit, cursor } = c.req.valid('query')
  const before = readCursor(cursor, 1)?.position[0] ?? Number.MAX_SAFE_INTEGER
  const rows = await webhookStub(c.env, id).deliveries(status, before, limit + 1)
  const last = rows.length > limit ? rows[limit - 1] : undefined
  const next = last ? pageLink(c.req.url, { side: 'below', position: [last.updated_at] }) : null
  return c.json({ next, previous: null, results: rows.slice(0, limit).map(toDelivery) })
})

serverWebhooks.post('/:webhookId/deliveries/:deliveryId/resend', rate, async (c) => {
  const { id } = await named(c)
  const sent = await inTime(webhookStub(c.env, id).resend(c.req.param('deliveryId')), 2 * TIMES.webhook)
  if (!sent) throw new ChatError('not_found')
  return c.json(toDelivery(sent))
})

serverWebhooks.post('/:webhookId/replay', rate, strictBody(WebhookReplay), async (c) => {
  const { id, room_id } = await named(c)
  const { room: name, after } = c.req.valid('json')
  const room = await roomNamed(c, name)
  if (room_id !== null && room_id !== room) throw new ChatError('not_found')
  await webhookStub(c.env, id).replay(room, after)
  return c.json({ detail: 'The changes of this room are sent again.' }, 202)
})

async function named(c: Context<Hosted>): Promise<WebhookRow> {
  const id = Id.safeParse(c.req.param('webhookId')).data
  const row = id === undefined ? null : await findWebhook(c.env.DIRECTORY, id)
  if (!row) throw new ChatError('not_found')
  return row
}

/** The id of a room that exists. @throws {ChatError} `not_found` */
async function roomNamed(c: Context<Hosted>, name: string): Promise<number> {
  const id = Id.safeParse(name.replace(/^id:/, '')).data
  if (id === undefined || !(await roomExists(c.env.DIRECTORY, id))) {
    throw new ChatError('not_found', { detail: 'There is no such room.' })
  }
  return id
}

/** @throws {ChatError} `invalid` */
function checkUrl(c: Context<Hosted>, url: string): void {
  const refused = refusesUrl(url, settings(c.env).ENVIRONMENT === 'development')
  if (refused) throw new ChatError('invalid', { fields: { url: [refused] } })
}

const secretOf = (c: Context<Hosted>, { salt }: WebhookRow) => webhookSecret(settings(c.env).AUTH_SECRET, salt)

const isoOrNull = (time: number | null) => (time === null ? null : new Date(time).toISOString())

const toInfo = (row: WebhookRow): WebhookInfo => ({
  id: row.id,
  url: row.url,
  events: row.events === null ? null : JSON.parse(row.events),
  room_id: row.room_id,
  enabled: row.disabled_at === null,
  disabled_reason: row.disabled_reason,
  previous_secret_until: isoOrNull(row.previous_until),
  created_at: new Date(row.created_at).toISOString(),
})

const toDelivery = ({ is_dead, updated_at, ...row }: DeliveryRow): WebhookDelivery => ({
  ...row,
  dead_letter: is_dead === 1,
  updated_at: new Date(updated_at).toISOString(),
})

const describe = area('Server')
const details = {
  access: 'host',
  refusals: ['invalid_api_key', 'scope_missing', 'not_found'],
} satisfies Partial<Operation>
const strict = { ...details, refusals: [...details.refusals, 'unknown_field'] } satisfies Partial<Operation>
const PATH = '/api/server/webhooks/'

/** The routes above, as `/api/schema/` describes them. */
export const serverWebhookOperations: Operation[] = [
  describe.post(PATH, 'Make a webhook; its secret is told once', { 201: NewWebhook }, { ...strict, body: WebhookBody }),
  describe.get(PATH, 'The webhooks, oldest first', { 200: WebhookInfo.array() }, details),
  describe.get(`${PATH}{webhookId}/`, 'One webhook', { 200: WebhookInfo }, details),
  describe.patch(
    `${PATH}{webhookId}/`,
    'Change its URL or events, or switch it on or off',
    { 200: WebhookInfo },
    { ...strict, body: WebhookPatch },
  ),
  describe.delete(`${PATH}{webhookId}/`, 'Delete a webhook', { 204: null }, details),
  describe.post(
    `${PATH}{webhookId}/rotate/`,
    'A new secret; the one before signs as well for a while',
    { 200: NewWebhook },
    { ...strict, body: WebhookRotation },
  ),
  describe.post(`${PATH}{webhookId}/test/`, 'Send a `webhook.test` now', { 200: WebhookTest }, details),
  describe.get(
    `${PATH}{webhookId}/deliveries/`,
    'What was sent and what failed, newest first',
    { 200: pageOf(WebhookDelivery) },
    { ...details, query: DeliveriesQuery },
  ),
  describe.post(
    `${PATH}{webhookId}/deliveries/{deliveryId}/resend/`,
    'Send one delivery again, now',
    { 200: WebhookDelivery },
    details,
  ),
  describe.post(
    `${PATH}{webhookId}/replay/`,
    'Send the changes of a room above a seq again',
    { 202: DetailOnly },
    { ...strict, body: WebhookReplay },
  ),
]
