/** Authentication of hosts: an API key with the scope that a route takes. */
import { createMiddleware } from 'hono/factory'
import { API_KEY_PREFIX } from '../../auth/api-keys'
import { fingerprint } from '../../auth/keys'
import { findApiKey } from '../../directory/accounts/api-keys'
import { type ApiKeyScope, ChatError } from '../../protocol'
import type { Api } from '../context'
import { spend } from '../usecases/spending'

/** The context of a route of the server API. */
export interface Hosted extends Api {
  Variables: Api['Variables'] & { keyId: number; scopes: readonly ApiKeyScope[] }
}

const IN_URL = 'This key was sent in a URL, which logs keep. Rotate it, and send it as `Authorization: Bearer`.'

/** @throws {ChatError} `not_authenticated`, `invalid_api_key`, `rate_limited` */
export const authenticateKey = createMiddleware<Hosted>(async (c, next) => {
  const inUrl = Object.values(c.req.query()).some((value) => value.startsWith(API_KEY_PREFIX))
  if (inUrl) throw new ChatError('invalid_api_key', { detail: IN_URL })
  const secret = /^Bearer\s+(\S+)\s*$/i.exec(c.req.header('Authorization') ?? '')?.[1]
  if (!secret) throw new ChatError('not_authenticated', { detail: 'Send an API key: `Authorization: Bearer sk_…`.' })
  const key = secret.startsWith(API_KEY_PREFIX)
    ? await findApiKey(c.env.DIRECTORY, fingerprint(secret), Date.now())
    : null
  if (!key) throw new ChatError('invalid_api_key')
  await spend(c.env, `key ${key.id}`, 'server')
  c.set('keyId', key.id)
  c.set('scopes', JSON.parse(key.scopes) as ApiKeyScope[])
  await next()
})

/** Runs after `authenticateKey`. @throws {ChatError} `scope_missing` */
export const needScope = (scope: ApiKeyScope) =>
  createMiddleware<Hosted>(async (c, next) => {
    if (!c.var.scopes.includes(scope))
      throw new ChatError('scope_missing', { detail: `This API key lacks the scope ${scope}.` })
    await next()
  })
