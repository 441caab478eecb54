/** The door for products: API keys, people of a host, and tokens that a host signs. */
import { env } from 'cloudflare:workers'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { API_KEY_SCOPES, ApiKey, newId, ServerUser, SignedIn } from '../../src/protocol'
import { promote } from '../support/staff'
import {
  ask,
  cast,
  connect,
  done,
  type Frame,
  get,
  patch,
  post,
  presentTime,
  remove,
  type Someone,
} from '../support/world'

const ISSUER = 'https://host.example'
let boss: Someone
let ada: Someone
let key: { id: number; secret: string }
let signing: CryptoKey
let other: CryptoKey
let hosted: Env

beforeAll(async () => {
  const people = await cast('boss', 'ada')
  boss = await promote(people.boss)
  ada = people.ada
  key = await newKey('everything', [...API_KEY_SCOPES])
  const pair = await generateKeyPair('ES256')
  signing = pair.privateKey
  other = (await generateKeyPair('ES256')).privateKey
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'ES256' }
  const issuers = [{ issuer: ISSUER, audience: 'parlour', public_jwks: { keys: [jwk] }, claims: { name: 'full_name' } }]
  hosted = { ...env, IDENTITY_ISSUERS: JSON.stringify(issuers) } as Env
})
afterEach(() => {
  vi.restoreAllMocks()
  presentTime()
})

async function newKey(name: string, scopes: string[]): Promise<{ id: number; secret: string }> {
  return (await done(post(boss, '/api/admin/api-keys/', { name, scopes }))) as { id: number; secret: string }
}

const asHost = (method: string, path: string, body?: unknown, secret = key.secret) =>
  ask(method, `/api/server${path}`, { token: secret, ...(body !== undefined && { body }) })

interface Token {
  by?: CryptoKey | Uint8Array
  header?: { alg: string; kid?: string }
  claims?: JWTPayload
  lasts?: number
}
const tokenOf = (
  sub: string,
  { by = signing, header = { alg: 'ES256', kid: 'one' }, claims, lasts = 300 }: Token = {},
) => {
  const now = Math.floor(Date.now() / 1_000)
  const whole = { iss: ISSUER, aud: 'parlour', iat: now, exp: now + lasts, sub, ...claims }
  return new SignJWT(whole).setProtectedHeader(header).sign(by)
}
const exchange = async (token: string | Promise<string>) =>
  ask('POST', '/api/token/exchange/', { body: { token: await token }, env: hosted })
const bySecret = (secret: string, id: number): Token => ({
  by: new TextEncoder().encode(secret),
  header: { alg: 'HS256', kid: String(id) },
})

describe('an API key', () => {
  it('is made by staff, shows its secret once, and is used for the server API only', async () => {
    expect(key.secret).toMatch(/^sk_[\w-]{43}$/)
    const listed = (await get(boss, '/api/admin/api-keys/')).body as Frame[]
    expect(listed.map((each) => ApiKey.parse(each).name)).toContain('everything')
    expect(JSON.stringify(listed)).not.toContain(key.secret)
    expect(JSON.stringify((await env.DIRECTORY.prepare('SELECT * FROM api_keys').all()).results)).not.toContain(
      key.secret.slice(3),
    )
    expect((await asHost('GET', '/users/nobody/')).status).toBe(404)
    expect((await ask('GET', '/api/profile/', { token: key.secret })).status).toBe(401)
    expect((await ask('GET', '/api/server/users/nobody/', { token: ada.access })).body.code).toBe('invalid_api_key')
    expect((await post(ada, '/api/admin/api-keys/', { name: 'mine', scopes: ['users'] })).body.code).toBe('staff_only')
  })

  it('is refused in a URL, without the scope, of a taken name, and with scopes that there are not', async () => {
    const inUrl = await ask('GET', `/api/server/users/nobody/?key=${key.secret}`, { token: key.secret })
    expect(inUrl).toMatchObject({ status: 401, body: { code: 'invalid_api_key' } })
    expect(inUrl.body.detail).toContain('URL')
    const poor = await newKey('only rooms', ['rooms'])
    expect(await asHost('PUT', '/users/u1/', {}, poor.secret)).toMatchObject({
      status: 403,
      body: { code: 'scope_missing' },
    })
    const twin = await post(boss, '/api/admin/api-keys/', { name: 'everything', scopes: ['users'] })
    expect(twin).toMatchObject({ status: 409, body: { code: 'name_taken' } })
    for (const scopes of [[], ['everything'], 'users'])
      expect((await post(boss, '/api/admin/api-keys/', { name: 'odd', scopes })).status).toBe(400)
  })

  it('works beside its successor for the overlap after a rotation, and ends with its revocation', async () => {
    const made = await newKey('rotating', ['users', 'sign'])
    const next = await done(post(boss, `/api/admin/api-keys/${made.id}/rotate/`))
    for (const secret of [made.secret, next.secret]) {
      expect((await asHost('GET', '/users/nobody/', undefined, secret)).status).toBe(404)
      expect((await exchange(tokenOf('rotator', bySecret(secret, made.id)))).status).toBe(200)
    }
    await env.DIRECTORY.prepare('UPDATE api_keys SET previous_until = 1 WHERE id = ?').bind(made.id).run()
    expect((await asHost('GET', '/users/nobody/', undefined, made.secret)).body.code).toBe('invalid_api_key')
    expect((await exchange(tokenOf('rotator', bySecret(made.secret, made.id)))).body.reason).toBe('bad_signature')
    expect((await remove(boss, `/api/admin/api-keys/${made.id}/`)).status).toBe(204)
    expect((await asHost('GET', '/users/nobody/', undefined, next.secret)).body.code).toBe('invalid_api_key')
    expect((await exchange(tokenOf('rotator', bySecret(next.secret, made.id)))).body.reason).toBe('unknown_key')
    const trail = (await get(boss, '/api/admin/audit/?limit=50')).body as Frame[]
    for (const action of ['key.created', 'key.rotated', 'key.revoked'])
      expect(trail.map((each) => each.action)).toContain(action)
  })
})

describe('a person of a host', () => {
  it('is made once, changed by the same call, found by both ids, and erased', async () => {
    const body = { name: 'Grace Hopper', data: { plan: 'pro' }, picture_url: 'https://img.example/grace.png' }
    const made = await asHost('PUT', '/users/grace/', body)
    expect(made.status).toBe(201)
    expect(ServerUser.parse(made.body)).toMatchObject({
      external_id: 'grace',
      name: 'Grace Hopper',
      data: { plan: 'pro' },
    })
    const again = await asHost('PUT', '/users/grace/', { name: 'Grace B. Hopper', username: 'amazing.grace' })
    expect(again).toMatchObject({
      status: 200,
      body: { id: made.body.id, full_name: 'Grace B. Hopper', username: 'amazing.grace', data: { plan: 'pro' } },
    })
    expect(again.body.picture_url).toBe('https://img.example/grace.png')
    expect((await asHost('GET', `/users/id:${made.body.id}/`)).body.external_id).toBe('grace')
    expect((await get(ada, `/api/users/${made.body.id}/`)).body).toMatchObject({
      external_id: 'grace',
      data: { plan: 'pro' },
      profile_pic: 'https://img.example/grace.png',
    })
    expect((await asHost('DELETE', '/users/grace/')).status).toBe(204)
    expect((await asHost('GET', '/users/grace/')).status).toBe(404)
    expect((await asHost('GET', `/users/id:${made.body.id}/`)).status).toBe(404)
    expect((await asHost('PUT', '/users/grace/', {})).status).toBe(201)
  })

  it('is one, however many requests make them at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => asHost('PUT', '/users/crowd/', { name: 'Crowd' })),
    )
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  })

  it('comes a thousand at a time, each with an answer of its own', async () => {
    const users = Array.from({ length: 40 }, (_, n) => ({ external_id: `bulk-${n}`, name: `Bulk ${n}` }))
    const taken = { external_id: 'bulk-taken', username: 'ada' }
    const { body, status } = await asHost('POST', '/users/', { users: [...users, taken] })
    expect(status).toBe(200)
    expect(body.results.slice(0, 40).map((each: Frame) => each.external_id)).toEqual(
      users.map((each) => each.external_id),
    )
    expect(body.results[40]).toMatchObject({ external_id: 'bulk-taken', code: 'username_taken' })
    const many = Array.from({ length: 1_001 }, (_, n) => ({ external_id: `x${n}` }))
    expect((await asHost('POST', '/users/', { users: many })).status).toBe(400)
  })

  it.each([
    ['an unknown field', { nme: 'Ada' }, 'unknown_field'],
    ['5 KB of data', { data: { text: 'x'.repeat(5_000) } }, 'invalid'],
    ['data that is no object', { data: [1] }, 'invalid'],
    ['a picture over http', { picture_url: 'http://img.example/a.png' }, 'invalid'],
    ['a script as a picture', { picture_url: 'javascript:alert(1)' }, 'invalid'],
    ['a name of nothing visible', { name: '\u200b' }, 'invalid'],
    ['a reserved name', { name: 'Deleted User' }, 'invalid'],
    ['a taken username', { username: 'ada' }, 'username_taken'],
  ])('is refused with %s', async (_, body, code) => {
    const refused = await asHost('PUT', '/users/refused/', body)
    expect(refused.body.code).toBe(code)
    expect((await asHost('GET', '/users/refused/')).status).toBe(404)
  })

  it('is no way to somebody who registered here', async () => {
    expect((await asHost('GET', `/users/id:${ada.id}/`)).status).toBe(200)
    for (const [method, path, body] of [
      ['PUT', '', { name: 'Mine' }],
      ['DELETE', '', undefined],
      ['POST', 'token/', {}],
      ['POST', 'revoke/', undefined],
    ] as const)
      expect((await asHost(method, `/users/id:${ada.id}/${path}`, body)).body.code).toBe('forbidden')
    expect((await get(ada, '/api/profile/')).body.external_id).toBeNull()
  })

  it('is signed in by the host, cannot change what the host manages, and is signed out within a second', async () => {
    await asHost('PUT', '/users/kay/', { name: 'Kay Host' })
    const signed = SignedIn.parse((await asHost('POST', '/users/kay/token/', { ttl: 3_600 })).body)
    expect(signed.user.external_id).toBe('kay')
    const kay = { ...ada, id: signed.user.id, access: signed.access } as Someone
    const list = await connect(kay, '/ws/sidebar/')
    await list.next('snapshot')
    for (const change of [{ first_name: 'Other' }, { username: 'other' }, { profile_pic: null }])
      expect((await patch(kay, '/api/profile/', change)).body.code).toBe('managed_by_host')
    expect((await patch(kay, '/api/profile/', { bio: 'Still mine.' })).status).toBe(200)
    expect((await asHost('POST', '/users/kay/revoke/')).status).toBe(204)
    expect((await list.closed()).code).toBe(4401)
    expect((await get(kay, '/api/profile/')).status).toBe(401)
    await asHost('PUT', '/users/kay/', { disabled: true })
    expect((await asHost('POST', '/users/kay/token/', {})).body.code).toBe('account_disabled')
    await asHost('PUT', '/users/kay/', { disabled: false })
    expect((await asHost('POST', '/users/kay/token/', {})).status).toBe(200)
  })
})

describe('a token of a host', () => {
  it('is exchanged for a session of the same person each time, whose name follows the token', async () => {
    const first = await exchange(tokenOf('u-1', { claims: { full_name: 'Una First' } }))
    const { user, access } = SignedIn.parse(first.body)
    expect(user).toMatchObject({ external_id: 'u-1', full_name: 'Una First', email: '' })
    expect((await ask('GET', '/api/profile/', { token: access })).body.id).toBe(user.id)
    const second = await exchange(tokenOf('u-1', { claims: { full_name: 'Una Second' } }))
    expect(second.body.user).toMatchObject({ id: user.id, full_name: 'Una Second' })
    // The server API and the first issuer know the same people.
    expect((await asHost('GET', '/users/u-1/')).body.id).toBe(user.id)
    expect((await exchange(tokenOf('u-1', bySecret(key.secret, key.id)))).body.user.id).toBe(user.id)
  })

  const wrong: [string, () => Promise<string>, string][] = [
    ['that has expired', () => tokenOf('u', { lasts: -120 }), 'expired'],
    ['for somebody else', () => tokenOf('u', { claims: { aud: 'another' } }), 'wrong_audience'],
    ['of a key that there is not', () => tokenOf('u', { header: { alg: 'ES256', kid: 'two' } }), 'unknown_key'],
    ['by another key', () => tokenOf('u', { by: other }), 'bad_signature'],
    [
      'of an issuer that there is not',
      () => tokenOf('u', { claims: { iss: 'https://evil.example' } }),
      'unknown_issuer',
    ],
    ['of tomorrow', () => tokenOf('u', { claims: { nbf: Date.now() / 1_000 + 600 } }), 'not_yet_valid'],
    ['issued tomorrow', () => tokenOf('u', { claims: { iat: Date.now() / 1_000 + 600 } }), 'not_yet_valid'],
    ['without a person', () => tokenOf('', {}), 'malformed'],
    ['that is none', async () => 'a.b.c', 'malformed'],
    ['by a wrong secret', () => tokenOf('u', bySecret('sk_wrong', key.id)), 'bad_signature'],
    ['by a key that there is not', () => tokenOf('u', bySecret(key.secret, newId())), 'unknown_key'],
    [
      'by a key for two days',
      () => tokenOf('u', { ...bySecret(key.secret, key.id), lasts: 172_800 }),
      'lasts_too_long',
    ],
  ]
  it.each(wrong)('%s is refused with its reason', async (_, token, reason) => {
    expect(await exchange(token())).toMatchObject({ status: 401, body: { code: 'invalid_host_token', reason } })
  })

  it('never verifies by a public key used as a secret, nor without a signature', async () => {
    const body = { iss: ISSUER, aud: 'parlour', sub: 'u', exp: Date.now() / 1_000 + 60 }
    const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
    const unsigned = `${encoded({ alg: 'none', kid: 'one' })}.${encoded(body)}.`
    expect((await exchange(unsigned)).body.code).toBe('invalid_host_token')
    const scopeless = await newKey('cannot sign', ['users'])
    expect((await exchange(tokenOf('u', bySecret(scopeless.secret, scopeless.id)))).body.reason).toBe('unknown_key')
  })

  it('is checked with keys that are fetched once, and kept while the host does not answer', async () => {
    const pair = await generateKeyPair('RS256')
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'remote', alg: 'RS256' }
    const issuers = [{ issuer: 'https://far.example', audience: 'parlour', jwks_uri: 'https://far.example/keys' }]
    const far = { ...env, IDENTITY_ISSUERS: JSON.stringify(issuers) } as Env
    const fetched = vi.spyOn(globalThis, 'fetch').mockImplementation(async () => Response.json({ keys: [jwk] }))
    const token = (kid: string) =>
      tokenOf('r', { by: pair.privateKey, header: { alg: 'RS256', kid }, claims: { iss: 'https://far.example' } })
    const asked = async (kid: string) =>
      ask('POST', '/api/token/exchange/', { body: { token: await token(kid) }, env: far })
    expect((await asked('remote')).status).toBe(200)
    expect((await asked('remote')).status).toBe(200)
    expect(fetched).toHaveBeenCalledTimes(1)
    fetched.mockRejectedValue(new Error('The host is down'))
    expect((await asked('remote')).status).toBe(200)
    // An unknown key is asked for at most once a minute.
    for (let n = 0; n < 3; n++) expect((await asked('other')).body.reason).toBe('unknown_key')
  })
})
