/** Tokens: the valid ones, and everything that must be refused. */
import { base64url, decodeProtectedHeader, SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { keyFor, keyIdOf } from '../../src/auth/keys'
import { refreshHash, signAccess, signRefresh, verifyAccess, verifyRefresh } from '../../src/auth/tokens'
import { TIMES } from '../../src/config'

const SECRET = 'a secret of at least thirty-two characters'
const NOW = Date.now()
const PERSON = { id: 7, username: 'ada', full_name: 'Ada Lovelace', picture: null, version: 3 }
const ADA = { person: PERSON, sessionId: 99, sessionEnds: NOW + TIMES.refreshToken }
const FIRST = { userId: 7, sessionId: 99, generation: 0, issuedAt: NOW, expiresAt: NOW + TIMES.refreshToken }

const claimsOf = (token: string) => JSON.parse(new TextDecoder().decode(base64url.decode(token.split('.')[1] ?? '')))
const refused = { name: 'ChatError', code: 'token_not_valid' }

/** A token like ours but for what is given. */
function forge(more: { key?: Uint8Array; header?: object; claims?: object } = {}): Promise<string> {
  const seconds = Math.floor(NOW / 1_000)
  return new SignJWT({
    user_id: 7,
    username: 'ada',
    sid: 99,
    jti: 'x',
    iss: 'parlour',
    aud: 'parlour:api',
    iat: seconds,
    exp: seconds + 3_600,
    ...more.claims,
  })
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', ...more.header })
    .sign(more.key ?? keyFor(SECRET, 'access token'), { crit: { hold: true } })
}

test('an access token says who, which session and until when, an hour at most', async () => {
  const token = await signAccess(SECRET, ADA, NOW)
  expect(await verifyAccess([SECRET], token)).toMatchObject({ user_id: 7, username: 'ada', sid: 99 })
  const claims = claimsOf(token)
  const caller = { full_name: 'Ada Lovelace', picture: null, version: 3, ends: ADA.sessionEnds }
  expect(claims).toMatchObject({ user_id: 7, username: 'ada', sid: 99, caller, jti: expect.any(String) })
  expect(claims.exp - claims.iat).toBe(3_600)
})

test('an access token never outlives its session', async () => {
  const token = await signAccess(SECRET, { ...ADA, sessionEnds: NOW + 60_000 }, NOW)
  expect(claimsOf(token).exp).toBe(Math.floor((NOW + 60_000) / 1_000))
})

test('the forger of the tests below would succeed if nothing were wrong', async () => {
  await expect(verifyAccess([SECRET], await forge())).resolves.toMatchObject({ user_id: 7 })
})

test.each([
  ['of another secret', { key: keyFor('another secret of thirty-two characters', 'access token') }],
  ['signed with the key for refresh tokens', { key: keyFor(SECRET, 'refresh token') }],
  ['signed with the secret itself', { key: new TextEncoder().encode(SECRET) }],
  ['that has expired', { claims: { exp: Math.floor(NOW / 1_000) - 1 } }],
  ['without an end', { claims: { exp: undefined } }],
  ['without a beginning', { claims: { iat: undefined } }],
  ['not valid yet', { claims: { nbf: Math.floor(NOW / 1_000) + 600 } }],
  ['for another audience', { claims: { aud: 'parlour:refresh' } }],
  ['of another issuer', { claims: { iss: 'elsewhere' } }],
  ['of another type', { header: { typ: 'rt+jwt' } }],
  ['of no type', { header: { typ: undefined } }],
  ['of the general type', { header: { typ: 'JWT' } }],
  ['in another algorithm of the same family', { header: { alg: 'HS512' }, key: new Uint8Array(64) }],
  ['that demands an extension', { header: { crit: ['hold'], hold: 1 } }],
  ['whose user is text', { claims: { user_id: '7' } }],
  ['without a session', { claims: { sid: undefined } }],
])('an access token %s is refused', async (_, wrong) => {
  await expect(verifyAccess([SECRET], await forge(wrong))).rejects.toMatchObject(refused)
})

test('keys that a token brings along are not looked at', async () => {
  const key = new Uint8Array(32).fill(1)
  const header = { jwk: { kty: 'oct', k: base64url.encode(key) }, jku: 'https://evil.test/keys', kid: '../../dev/null' }
  await expect(verifyAccess([SECRET], await forge({ key, header }))).rejects.toMatchObject(refused)
})

test.each(['none', 'None', 'NONE'])('an unsigned token (alg %s) is refused', async (alg) => {
  const [, payload, signature] = (await forge()).split('.')
  const header = base64url.encode(JSON.stringify({ alg, typ: 'at+jwt' }))
  await expect(verifyAccess([SECRET], `${header}.${payload}.`)).rejects.toMatchObject(refused)
  await expect(verifyAccess([SECRET], `${header}.${payload}.${signature}`)).rejects.toMatchObject(refused)
})

test.each(['', 'x', 'a.b', 'a.b.c', '...', '{}', 'é.é.é', '\0', 'a.b.c.d.e'])('%j is not a token', async (text) => {
  await expect(verifyAccess([SECRET], text)).rejects.toMatchObject(refused)
  await expect(verifyRefresh([SECRET], text)).rejects.toMatchObject(refused)
})

test('no change of one character makes another valid token', async () => {
  const token = await signAccess(SECRET, ADA, NOW)
  for (let place = 0; place < token.length; place++) {
    const other = token[place] === 'A' ? 'B' : 'A'
    const changed = token.slice(0, place) + other + token.slice(place + 1)
    // The last character of a part carries spare bits, so that two spellings may mean the same bytes.
    const same = changed.split('.').every((part, i) => {
      try {
        return (
          base64url.encode(base64url.decode(part)) === base64url.encode(base64url.decode(token.split('.')[i] ?? ''))
        )
      } catch {
        return false
      }
    })
    if (!same) await expect(verifyAccess([SECRET], changed)).rejects.toMatchObject(refused)
  }
})

test('a token of the secret before a rotation is read, one of a secret given up is not, and its kid decides nothing', async () => {
  const NEXT = 'the secret that came after, of thirty-two characters'
  const before = await signAccess(SECRET, ADA, NOW)
  expect(decodeProtectedHeader(before).kid).toBe(keyIdOf(SECRET))
  expect(keyIdOf(SECRET)).not.toBe(keyIdOf(NEXT))
  expect(await verifyAccess([NEXT, SECRET], before)).toMatchObject({ user_id: 7 })
  // As tokens were before there were key ids.
  expect(await verifyAccess([NEXT, SECRET], await forge())).toMatchObject({ user_id: 7 })
  await expect(verifyAccess([NEXT], before)).rejects.toMatchObject(refused)
  await expect(verifyAccess([NEXT], await forge())).rejects.toMatchObject(refused)
  const lying = await forge({ header: { kid: keyIdOf(NEXT) } })
  await expect(verifyAccess([NEXT, SECRET], lying)).rejects.toMatchObject(refused)
  for (const kid of [0, null, {}, ['x'], '']) {
    await expect(verifyAccess([NEXT, SECRET], await forge({ header: { kid } }))).rejects.toMatchObject(refused)
  }
})

test('neither kind of token passes for the other', async () => {
  await expect(verifyRefresh([SECRET], await signAccess(SECRET, ADA, NOW))).rejects.toMatchObject(refused)
  await expect(verifyAccess([SECRET], await signRefresh(SECRET, FIRST))).rejects.toMatchObject(refused)
})

test('a generation has one refresh token, however often it is asked for', async () => {
  const token = await signRefresh(SECRET, FIRST)
  expect(await signRefresh(SECRET, FIRST)).toBe(token)
  expect(await verifyRefresh([SECRET], token)).toMatchObject({ user_id: 7, sid: 99, gen: 0 })
  expect(await signRefresh(SECRET, { ...FIRST, generation: 1 })).not.toBe(token)
})

test('what is stored of a refresh token differs by session, generation and secret, and is not its id', async () => {
  const { jti } = await verifyRefresh([SECRET], await signRefresh(SECRET, FIRST))
  const hashes = [
    refreshHash(SECRET, 99, 0),
    refreshHash(SECRET, 99, 1),
    refreshHash(SECRET, 9, 90),
    refreshHash(`${SECRET}!`, 99, 0),
    jti,
  ]
  expect(new Set(hashes).size).toBe(hashes.length)
})
