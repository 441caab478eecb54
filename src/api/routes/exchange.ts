/** `/api/token/exchange`: trades a token that a host signed for a session here. */
import { Hono } from 'hono'
import { apiSecret } from '../../auth/api-keys'
import {
  type HostClaims,
  invalidHostToken,
  readHostToken,
  verifyIssuerToken,
  verifyKeyToken,
} from '../../auth/host-tokens'
import { secretsOf, settings } from '../../config'
import { apiKeyById } from '../../directory/accounts/api-keys'
import { ChatError, ExchangeBody, ExternalId, Id, LIMITS, nameSchema, SignedIn } from '../../protocol'
import type { Api, ApiContext } from '../context'
import { countedInHandler } from '../middleware/rate-limit'
import { body } from '../middleware/validate'
import { area, type Operation } from '../openapi/operation'
import { namespaceOf, OWN_ISSUER, putHosted, signInHosted } from '../usecases/hosted-people'
import { addressBudget, spend, spendOnAccess } from '../usecases/spending'

/** What a verified token says, and whose it is. */
interface Verified {
  claims: HostClaims
  issuer: string
  isManaged: boolean
}

/** @throws {ChatError} `invalid_host_token` */
async function verify(c: ApiContext, token: string): Promise<Verified> {
  const { alg, kid, iss } = readHostToken(token)
  // Which keys may verify is decided by the algorithm: a public key must never become the secret of an HMAC.
  if (alg === 'HS256') return { claims: await verifyByKey(c, token, kid), issuer: OWN_ISSUER, isManaged: true }
  const issuer = settings(c.env).IDENTITY_ISSUERS.find((each) => each.issuer === iss)
  if (!issuer) throw invalidHostToken('unknown_issuer')
  const claims = await verifyIssuerToken(issuer, token)
  return { claims, issuer: namespaceOf(c.env, issuer.issuer), isManaged: !issuer.editable }
}

async function verifyByKey(c: ApiContext, token: string, kid: string | undefined): Promise<HostClaims> {
  const id = Id.safeParse(kid).data
  const key = id === undefined ? null : await apiKeyById(c.env.DIRECTORY, id)
  if (!key?.scopes.includes('"sign"')) throw invalidHostToken('unknown_key')
  const secrets = secretsOf(c.env)
  const present = apiSecret(secrets, key.salt, key.hash)
  const hasPrevious = key.previous_salt !== null && key.previous_hash !== null && (key.previous_until ?? 0) > Date.now()
  const previous = hasPrevious ? apiSecret(secrets, key.previous_salt ?? '', key.previous_hash ?? '') : null
  if (present === null) throw invalidHostToken('unknown_key')
  try {
    return await verifyKeyToken(present, token)
  } catch (error) {
    const isOlder = error instanceof ChatError && error.reason === 'bad_signature' && previous !== null
    if (!isOlder) throw error
    return verifyKeyToken(previous, token)
  }
}

/** A name or a picture that cannot be shown is left out: the token is no form in which the person could correct it. */
function shown({ name, picture }: HostClaims) {
  const valid = nameSchema(2 * LIMITS.nameLength + 1).safeParse(name)
  return {
    ...(name !== undefined && valid.success && { name: valid.data }),
    ...(picture?.startsWith('https://') && picture.length <= 2_000 && { picture_url: picture }),
  }
}

export const exchange = new Hono<Api>()

exchange.post('/exchange', countedInHandler('session', 'media'), body(ExchangeBody), async (c) => {
  await spend(c.env, addressBudget(c), 'media')
  const { claims, issuer, isManaged } = await verify(c, c.req.valid('json').token)
  if (!ExternalId.safeParse(claims.sub).success) throw invalidHostToken('malformed')
  const { account } = await putHosted(c, { ...shown(claims), issuer, externalId: claims.sub, isManaged })
  await spendOnAccess(c.env, account.id, 'exchange')
  return c.json(await signInHosted(c, account))
})

const describe = area('Accounts')

/** The route above, as `/api/schema/` describes it. */
export const exchangeOperations: Operation[] = [
  describe.post(
    '/api/token/exchange/',
    'Trade a token of the host for a session',
    { 200: SignedIn },
    { access: 'anybody', body: ExchangeBody, refusals: ['invalid_host_token', 'account_disabled'] },
  ),
]
