/**
 * Makes tokens as the server does, and in ways the server never does. It has the server's secret and none of its code.
 */
import { createHmac, createSign, generateKeyPairSync, hkdfSync, randomBytes } from 'node:crypto'
import type { Person } from '../../harness/api-client.ts'

export const encode = (value: object | Uint8Array): string =>
  Buffer.from(value instanceof Uint8Array ? value : JSON.stringify(value)).toString('base64url')

export const decode = (part: string): Buffer => Buffer.from(part, 'base64url')

export const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(decode(token.split('.')[1] ?? '').toString())

/** The key that a server with this `AUTH_SECRET` has for one purpose. */
export const keyFor = (secret: string, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, 'parlour', purpose, 32))

/** A token signed with this key; `hash` is the algorithm that is really used, whatever the header says. */
export function signed(header: object, claims: object, key: string | Uint8Array, hash = 'sha256'): string {
  const text = `${encode(header)}.${encode(claims)}`
  return `${text}.${createHmac(hash, key).update(text).digest('base64url')}`
}

const HEADER = { alg: 'HS256', typ: 'at+jwt' }

/** The name that a server has for this secret. */
const keyId = (secret: string): string => encode(keyFor(secret, 'key id')).slice(0, 8)

/** Every token that nobody must take for Ana's, in words. Most have exactly one thing wrong with them. */
export function forgeries(secret: string, ana: Person, eve: Person): [string, string][] {
  const key = keyFor(secret, 'access token')
  const claims = claimsOf(ana.access)
  const now = Math.floor(Date.now() / 1_000)
  return [
    ...unsigned(ana),
    ...otherAlgorithms(claims, key),
    ...ownKeys(claims),
    ...Object.entries({
      'the server’s kid, signed with another secret': [keyId(secret), keyFor('another secret', 'access token')],
      'the kid of a secret that the server never had': [
        keyId('another secret'),
        keyFor('another secret', 'access token'),
      ],
      'the kid of another secret, signed with the server’s': [keyId('another secret'), key],
      'the server’s kid in lower case': [keyId(secret).toLowerCase(), key],
    }).map(([what, [kid, other]]): [string, string] => [what, signed({ ...HEADER, kid }, claims, other as Buffer)]),
    ...(Object.entries({
      'the secret itself': secret,
      'the key for refresh tokens': keyFor(secret, 'refresh token'),
      'the key for URLs of images': keyFor(secret, 'media url'),
      'no key at all': '',
      'a guess': 'secret',
      'the user’s own id': String(ana.id),
    }).map(([what, other]) => [`signed with ${what}`, signed(HEADER, claims, other)]) as [string, string][]),
    ...(Object.entries({
      'another audience': { aud: 'parlour:refresh' },
      'no audience': { aud: undefined },
      'an empty list of audiences': { aud: [] },
      'another issuer': { iss: 'parlour.example' },
      'no issuer': { iss: undefined },
      'no end': { exp: undefined },
      'an end long ago': { exp: 1 },
      'an end in words': { exp: 'never' },
      'no beginning': { iat: undefined },
      'a beginning in the future': { nbf: now + 3_600 },
      'no session': { sid: undefined },
      'a session that never was': { sid: 4_503_599_627_370_497 },
      'a session in text': { sid: String(claims.sid) },
      'several sessions': { sid: [claims.sid] },
      'a session of zero': { sid: 0 },
      'no user': { user_id: undefined },
      'a user in text': { user_id: String(ana.id) },
      'a user as an object': { user_id: { id: ana.id } },
      'no id': { jti: undefined },
    }).map(([what, more]) => [`with ${what}`, signed(HEADER, { ...claims, ...more }, key)]) as [string, string][]),
    ...(Object.entries({
      'the type of refresh tokens': { ...HEADER, typ: 'rt+jwt' },
      'the general type': { ...HEADER, typ: 'JWT' },
      'no type': { alg: 'HS256' },
      'an extension that must be understood': { ...HEADER, crit: ['exp'], exp: now + 60 },
      'an unencoded payload': { ...HEADER, crit: ['b64'], b64: false },
    }).map(([what, header]) => [`with ${what}`, signed(header, claims, key)]) as [string, string][]),
    ['a refresh token dressed as access', signed(HEADER, claimsOf(ana.refresh), key)],
    [
      'an access token dressed as refresh',
      signed({ alg: 'HS256', typ: 'rt+jwt' }, claims, keyFor(secret, 'refresh token')),
    ],
    ['with the signature of another', `${ana.access.split('.').slice(0, 2).join('.')}.${eve.access.split('.')[2]}`],
    ['with the body of another', [ana.access, eve.access, ana.access].map((token, n) => token.split('.')[n]).join('.')],
    ['twice', `${ana.access}.${ana.access}`],
    ['with a part too many', `${ana.access}.AAAA`],
    ['with a part too few', ana.access.slice(0, ana.access.lastIndexOf('.'))],
    ['as JSON', encode({ payload: ana.access.split('.')[1], signature: ana.access.split('.')[2] })],
    ['of 4,000 characters', 'x'.repeat(4_000)],
  ]
}

function unsigned({ access }: Person): [string, string][] {
  const [, claims, signature] = access.split('.')
  return ['none', 'None', 'NONE', 'nOnE', '', ' none', 'HS256 '].flatMap((alg): [string, string][] => {
    const head = `${encode({ ...HEADER, alg })}.${claims}`
    return [
      [`unsigned (${JSON.stringify(alg)})`, `${head}.`],
      [`unsigned (${JSON.stringify(alg)}) with a signature`, `${head}.${signature}`],
    ]
  })
}

/** Algorithms that would make the one secret key do for something else. */
function otherAlgorithms(claims: object, key: Buffer): [string, string][] {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const text = `${encode({ ...HEADER, alg: 'RS256' })}.${encode(claims)}`
  const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' })
  return [
    ['HS384 with the right key', signed({ ...HEADER, alg: 'HS384' }, claims, key, 'sha384')],
    ['HS512 with the right key', signed({ ...HEADER, alg: 'HS512' }, claims, key, 'sha512')],
    ['HS512 in the header only', signed({ ...HEADER, alg: 'HS512' }, claims, key)],
    ['RS256 in the header only', signed({ ...HEADER, alg: 'RS256' }, claims, key)],
    ['RS256 with a key of its own', `${text}.${createSign('sha256').update(text).sign(rsa.privateKey, 'base64url')}`],
    ['HS256 with a public key as the secret', signed(HEADER, claims, pem)],
    ...['ES256', 'EdDSA', 'PS256', 'HS1', 'dir'].map((alg): [string, string] => [
      `${alg} in the header only`,
      signed({ ...HEADER, alg }, claims, key),
    ]),
  ]
}

/** Keys that a token brings along, or says where to find. */
function ownKeys(claims: object): [string, string][] {
  const key = randomBytes(32)
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const headers = {
    jwk: { jwk: { kty: 'oct', k: encode(key), alg: 'HS256' } },
    'a public jwk': { jwk: publicKey.export({ format: 'jwk' }) },
    jku: { jku: 'http://127.0.0.1:9/keys.json' },
    'jku of a file': { jku: 'file:///dev/null' },
    x5u: { x5u: 'http://127.0.0.1:9/key.pem' },
    x5c: { x5c: [key.toString('base64')] },
    kid: { kid: 'access token' },
    'kid as a path': { kid: '../../../../dev/null' },
    'kid as SQL': { kid: "x' UNION SELECT 'secret" },
    'kid as a command': { kid: '| echo secret' },
    'kid as a number': { kid: 0 },
    'kid as an object': { kid: { __proto__: null } },
  }
  return Object.entries(headers).flatMap(([what, more]): [string, string][] => [
    [`${what}, signed with that key`, signed({ ...HEADER, ...more }, claims, key)],
    [`${what}, signed with nothing`, signed({ ...HEADER, ...more }, claims, '')],
  ])
}
