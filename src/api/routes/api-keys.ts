/** `/api/admin/api-keys`: keys with which a host's server calls `/api/server/`, made and revoked by staff. */
import { Hono } from 'hono'
import * as z from 'zod'
import { newApiSecret } from '../../auth/api-keys'
import { secretsOf, settings } from '../../config'
import { createApiKey, listApiKeys, revokeApiKey, rotateApiKey } from '../../directory/accounts/api-keys'
import { ApiKey, ApiKeyBody, ChatError, NewApiKey } from '../../protocol'
import { authenticate, type SignedIn } from '../middleware/authenticate'
import { limitRate } from '../middleware/rate-limit'
import { staffOnly } from '../middleware/staff'
import { body, idInPath } from '../middleware/validate'
import { area, type Operation } from '../openapi/operation'
import { toApiKey } from '../presenters/hosted'

const HOUR = 3_600_000

export const apiKeys = new Hono<SignedIn>()

apiKeys.use(authenticate, staffOnly)

apiKeys.get('/', limitRate('staff'), async (c) => c.json((await listApiKeys(c.env.DIRECTORY)).map(toApiKey)))

apiKeys.post('/', limitRate('staff'), body(ApiKeyBody), async (c) => {
  const { name, scopes } = c.req.valid('json')
  const { secret, stored } = newApiSecret(secretsOf(c.env)[0])
  const made = { name, scopes, secret: stored, by: c.var.caller.id, now: Date.now() }
  const key = await createApiKey(c.env.DIRECTORY, made)
  if (!key) throw new ChatError('name_taken', { fields: { name: ['There is a key of this name.'] } })
  return c.json({ ...toApiKey(key), secret } satisfies NewApiKey, 201)
})

apiKeys.post('/:id/rotate', limitRate('staff'), async (c) => {
  const { secret, stored } = newApiSecret(secretsOf(c.env)[0])
  const now = Date.now()
  const previousUntil = now + settings(c.env).API_KEY_OVERLAP_HOURS * HOUR
  const by = c.var.caller.id
  const key = await rotateApiKey(c.env.DIRECTORY, idInPath(c, 'id'), stored, { by, now, previousUntil })
  if (!key) throw new ChatError('not_found')
  return c.json({ ...toApiKey(key), secret } satisfies NewApiKey)
})

apiKeys.delete('/:id', limitRate('staff'), async (c) => {
  const revoked = await revokeApiKey(c.env.DIRECTORY, idInPath(c, 'id'), c.var.caller.id, Date.now())
  if (!revoked) throw new ChatError('not_found')
  return c.body(null, 204)
})

const describe = area('Administration')

/** The routes above, as `/api/schema/` describes them. */
export const apiKeyOperations: Operation[] = [
  describe.get('/api/admin/api-keys/', 'API keys', { 200: z.array(ApiKey) }, { access: 'staff' }),
  describe.post(
    '/api/admin/api-keys/',
    'Make an API key; its secret is shown this once',
    { 201: NewApiKey },
    { access: 'staff', body: ApiKeyBody, refusals: ['name_taken'] },
  ),
  describe.post(
    '/api/admin/api-keys/{id}/rotate/',
    'Give an API key a new secret; the present one works for a while',
    { 200: NewApiKey },
    { access: 'staff' },
  ),
  describe.delete('/api/admin/api-keys/{id}/', 'Revoke an API key', { 204: null }, { access: 'staff' }),
]
