/** Access and refresh tokens: signed and verified here. Neither kind is valid as the other. */
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import * as z from 'zod'
import { TIMES } from '../config'
import { ChatError, type Person, type SessionId, type UserId } from '../protocol'
import { fingerprint, keyFor, keyIdOf, mac, type Purpose, type Secrets } from './keys'

const ISSUER = 'parlour'
const ALGORITHM = 'HS256'

interface Kind {
  purpose: Purpose
  typ: string
  audience: string
}

const ACCESS: Kind = { purpose: 'access token', typ: 'at+jwt', audience: 'parlour:api' }
const REFRESH: Kind = { purpose: 'refresh token', typ: 'rt+jwt', audience: 'parlour:refresh' }

const AccessClaims = z.object({
  user_id: z.int().positive(),
  username: z.string(),
  sid: z.int().positive(),
  /** The generation of the refresh token that was issued together with this token. Older tokens do not name it. */
  gen: z.int().min(0).optional(),
  /** The caller as the directory had them when the token was issued. Tokens of earlier releases do not have it. */
  caller: z
    .object({
      full_name: z.string(),
      picture: z.string().nullable(),
      version: z.int().min(0),
      is_bot: z.boolean().optional(),
      /** The end of the session, in milliseconds since 1970. */
      ends: z.int(),
    })
    .optional(),
  jti: z.string(),
})
/** The claims of an access token. The username in it is for clients: `caller` has the version that dates it. */
export type AccessClaims = z.infer<typeof AccessClaims>

const RefreshClaims = z.object({
  user_id: z.int().positive(),
  sid: z.int().positive(),
  gen: z.int().min(0),
  jti: z.string(),
})
/** The claims of a refresh token: the session and its generation. */
export type RefreshClaims = z.infer<typeof RefreshClaims>

const imported = new Map<Uint8Array, CryptoKey>()

/** The signing key of this kind of token, imported once per isolate. */
async function keyOf(secret: string, { purpose }: Kind): Promise<CryptoKey> {
  const raw = keyFor(secret, purpose)
  let key = imported.get(raw)
  if (!key) {
    key = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])
    imported.set(raw, key)
  }
  return key
}

const seconds = (milliseconds: number) => Math.floor(milliseconds / 1_000)

async function sign(
  secret: string,
  kind: Kind,
  claims: JWTPayload,
  issuedAt: number,
  expiresAt: number,
): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: ALGORITHM, typ: kind.typ, kid: keyIdOf(secret) })
    .setIssuer(ISSUER)
    .setAudience(kind.audience)
    .setIssuedAt(seconds(issuedAt))
    .setExpirationTime(seconds(expiresAt))
    .sign(await keyOf(secret, kind))
}

/**
 * The secrets that may have signed a token: the one that `kid` names, or all of them for older tokens without `kid`. A
 * `kid` only chooses among this deployment's secrets.
 */
function signersOf(secrets: Secrets, token: string): readonly string[] {
  try {
    const { kid } = decodeProtectedHeader(token)
    return kid === undefined ? secrets : secrets.filter((secret) => keyIdOf(secret) === kid)
  } catch {
    // jose throws a TypeError for a text that is no token.
    return []
  }
}

/** @throws {ChatError} `token_not_valid` for every fault: the difference would help only a forger. */
async function verify<T>(secrets: Secrets, kind: Kind, claims: z.ZodType<T>, token: string): Promise<T> {
  for (const secret of signersOf(secrets, token)) {
    try {
      const { payload } = await jwtVerify(token, await keyOf(secret, kind), {
        // The server chooses algorithm and key. The token's `alg`, `jwk` and `jku` are ignored.
        algorithms: [ALGORITHM],
        typ: kind.typ,
        issuer: ISSUER,
        audience: kind.audience,
        requiredClaims: ['exp', 'iat'],
      })
      return claims.parse(payload)
    } catch (error) {
      if (error instanceof errors.JWSSignatureVerificationFailed) continue
      if (error instanceof errors.JOSEError || error instanceof z.ZodError) break
      throw error
    }
  }
  throw new ChatError('token_not_valid')
}

/** An access token. It expires after an hour, and never after its session. */
export function signAccess(
  secret: string,
  of: { person: Person; sessionId: SessionId; sessionEnds: number; generation?: number },
  now: number,
): Promise<string> {
  const { person, sessionId, sessionEnds: ends, generation } = of
  const { id, username, full_name, picture, version } = person
  // A person without a version is not known well enough: the directory is asked instead.
  const caller = version === undefined ? undefined : { full_name, picture, version, ends }
  const claims = { user_id: id, username, sid: sessionId, gen: generation, caller, jti: crypto.randomUUID() }
  return sign(secret, ACCESS, claims, now, Math.min(now + TIMES.accessToken, of.sessionEnds))
}

/** @throws {ChatError} `token_not_valid` */
export const verifyAccess = (secrets: Secrets, token: string): Promise<AccessClaims> =>
  verify(secrets, ACCESS, AccessClaims, token)

/**
 * One generation of a session's refresh token. All its times come from the session, so signing it again gives the same
 * token.
 */
export interface Generation {
  userId: UserId
  sessionId: SessionId
  generation: number
  issuedAt: number
  expiresAt: number
}

/**
 * The `jti` of a refresh token is derived and not random: two requests that spend the same token at once get the same
 * successor, so that a session never has two valid refresh tokens.
 */
const refreshId = (secret: string, sessionId: SessionId, generation: number) =>
  mac(secret, 'refresh token id', `${sessionId}.${generation}`)

/** The stored form of a generation's refresh token. */
export const refreshHash = (secret: string, sessionId: SessionId, generation: number): string =>
  fingerprint(refreshId(secret, sessionId, generation))

/** The refresh token of a generation. Each call gives the same token. */
export function signRefresh(secret: string, of: Generation): Promise<string> {
  const jti = refreshId(secret, of.sessionId, of.generation)
  const claims = { user_id: of.userId, sid: of.sessionId, gen: of.generation, jti }
  return sign(secret, REFRESH, claims, of.issuedAt, of.expiresAt)
}

/** @throws {ChatError} `token_not_valid` */
export const verifyRefresh = (secrets: Secrets, token: string): Promise<RefreshClaims> =>
  verify(secrets, REFRESH, RefreshClaims, token)
