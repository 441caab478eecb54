/** `/api/server/users`: people of a host, made, changed, signed in and erased by the host's server. */
import { type Context, Hono } from 'hono'
import type * as z from 'zod'
import {
  ChatError,
  ExternalId,
  LIMITS,
  ServerTokenBody,
  ServerUser,
  ServerUserBody,
  ServerUsers,
  ServerUsersBody,
  SignedIn,
} from '../../protocol'
import { authenticateKey, type Hosted, needScope } from '../middleware/api-key'
import { countedInHandler } from '../middleware/rate-limit'
import { strictBody } from '../middleware/server-body'
import { area, type Operation } from '../openapi/operation'
import { toServerUser } from '../presenters/hosted'
import {
  eraseHosted,
  namedPerson,
  OWN_ISSUER,
  putHosted,
  recordAct,
  refuseOwnAccount,
  revokeHosted,
  setDisabled,
  signInHosted,
} from '../usecases/hosted-people'

/** Bytes of a body with a thousand people. */
const MANY_BYTES = 1_000 * (LIMITS.dataBytes + 4_096)
/** People who are stored at once: each takes a few queries, and an isolate has six connections. */
const AT_ONCE = 4

export const serverUsers = new Hono<Hosted>()

serverUsers.use(countedInHandler('server'), authenticateKey, needScope('users'))

const originOf = (c: Context<Hosted>) => new URL(c.req.url).origin
const named = (c: Context<Hosted>) => namedPerson(c, c.req.param('externalId') ?? '')

/** Makes or changes one person. @throws {ChatError} `not_found` for an `id:` that a host did not bring */
async function put(c: Context<Hosted>, externalId: string, { disabled, ...fields }: ServerUserBody) {
  const byNumber = externalId.startsWith('id:') ? await namedPerson(c, externalId) : null
  if (byNumber) refuseOwnAccount(byNumber)
  const person = {
    ...fields,
    issuer: byNumber?.external_issuer ?? OWN_ISSUER,
    externalId: byNumber?.external_id ?? ExternalId.parse(externalId),
    isManaged: true,
  }
  const { account, isNew } = await putHosted(c, person)
  const isDisabled = account.disabled_at !== null
  const stored = disabled === undefined || disabled === isDisabled ? account : await setDisabled(c, account, disabled)
  await recordAct(c, c.var.keyId, isNew ? 'user.created' : 'user.updated', account.id)
  return { stored, isNew }
}

serverUsers.put('/:externalId', countedInHandler('server'), strictBody(ServerUserBody), async (c) => {
  const externalId = c.req.param('externalId')
  if (!externalId.startsWith('id:') && !ExternalId.safeParse(externalId).success)
    throw new ChatError('invalid', {
      fields: { external_id: ['Between 1 and 255 characters, without control characters.'] },
    })
  const { stored, isNew } = await put(c, externalId, c.req.valid('json'))
  return c.json(toServerUser(stored, originOf(c)), isNew ? 201 : 200)
})

serverUsers.get('/:externalId', countedInHandler('server'), async (c) =>
  c.json(toServerUser(await named(c), originOf(c))),
)

serverUsers.delete('/:externalId', countedInHandler('server'), async (c) => {
  const account = await named(c)
  refuseOwnAccount(account)
  // The entry first: a superfluous one is better than a missing one.
  await recordAct(c, c.var.keyId, 'user.erased', account.id)
  await eraseHosted(c, account)
  return c.body(null, 204)
})

serverUsers.post('/', countedInHandler('server'), strictBody(ServerUsersBody, MANY_BYTES), async (c) => {
  const { users } = c.req.valid('json')
  const results: z.infer<typeof ServerUsers>['results'] = []
  const queue = users.entries()
  const store = async () => {
    for (const [at, { external_id, ...fields }] of queue) {
      try {
        const { stored } = await put(c, external_id, fields)
        results[at] = toServerUser(stored, originOf(c))
      } catch (error) {
        if (!(error instanceof ChatError)) throw error
        results[at] = { external_id, code: error.code, detail: error.message }
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, store))
  return c.json({ results })
})

serverUsers.post('/:externalId/token', countedInHandler('server'), strictBody(ServerTokenBody), async (c) => {
  const account = await named(c)
  refuseOwnAccount(account)
  await recordAct(c, c.var.keyId, 'token.issued', account.id)
  return c.json(await signInHosted(c, account, c.req.valid('json').ttl))
})

serverUsers.post('/:externalId/revoke', countedInHandler('server'), async (c) => {
  const account = await named(c)
  refuseOwnAccount(account)
  await revokeHosted(c, account)
  await recordAct(c, c.var.keyId, 'user.revoked', account.id)
  return c.body(null, 204)
})

const describe = area('Server')
const access = { access: 'host' } satisfies Partial<Operation>
const refusals = ['invalid_api_key', 'scope_missing', 'not_found', 'forbidden'] satisfies Operation['refusals']

/** The routes above, as `/api/schema/` describes them. */
export const serverUserOperations: Operation[] = [
  describe.put(
    '/api/server/users/{externalId}/',
    'Make or change a person of the host',
    { 200: ServerUser, 201: ServerUser },
    { ...access, body: ServerUserBody, refusals: [...refusals, 'unknown_field', 'username_taken'] },
  ),
  describe.get('/api/server/users/{externalId}/', 'One person', { 200: ServerUser }, { ...access, refusals }),
  describe.delete('/api/server/users/{externalId}/', 'Erase a person', { 204: null }, { ...access, refusals }),
  describe.post(
    '/api/server/users/',
    'Make or change up to 1,000 people',
    { 200: ServerUsers },
    { ...access, body: ServerUsersBody, refusals: [...refusals, 'unknown_field'] },
  ),
  describe.post(
    '/api/server/users/{externalId}/token/',
    'Sign a person in',
    { 200: SignedIn },
    { ...access, body: ServerTokenBody, refusals: [...refusals, 'unknown_field', 'account_disabled'] },
  ),
  describe.post(
    '/api/server/users/{externalId}/revoke/',
    'End all sessions of a person',
    { 204: null },
    { ...access, refusals },
  ),
]
