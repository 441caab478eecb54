/** Access and refresh tokens: signed here, checked here, two kinds that can never be mistaken for each other. */
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import * as z from 'zod'
import { TIMES } from '../config'
import { ChatError, type SessionId, type UserId } from '../protocol'
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
  /** The generation of the refresh token that it was given out with. Tokens of versions before say nothing of it. */
  gen: z.int().min(0).optional(),
  jti: z.string(),
})
/** What an access token says. Only `user_id`, `sid` and `gen` are believed; the rest is there for clients to read. */
export type AccessClaims = z.infer<typeof AccessClaims>

const RefreshClaims = z.object({
  user_id: z.int().positive(),
  sid: z.int().positive(),
  gen: z.int().min(0),
  jti: z.string(),
})
/** What a refresh token says: which generation of which session it is. */
export type RefreshClaims = z.infer<typeof RefreshClaims>

const imported = new Map<Uint8Array, CryptoKey>()

/** The key that tokens of this kind are signed with, imported once per isolate. */
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
 * The secrets that may have signed a token: the one that its `kid` names, or any of them where it names none, as tokens
 * did before there were key ids. A `kid` only chooses among our own secrets.
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

/** @throws {ChatError} `token_not_valid`, whatever is wrong with it: the difference would help only a forger. */
async function verify<T>(secrets: Secrets, kind: Kind, claims: z.ZodType<T>, token: string): Promise<T> {
  for (const secret of signersOf(secrets, token)) {
    try {
      const { payload } = await jwtVerify(token, await keyOf(secret, kind), {
        // The algorithm and the key are ours alone to choose: `alg`, `jwk` and `jku` of the token are not asked.
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

/** An access token, valid for an hour and never longer than its session. */
export function signAccess(
  secret: string,
  of: { userId: UserId; username: string; sessionId: SessionId; sessionEnds: number; generation?: number },
  now: number,
): Promise<string> {
  const { userId, username, sessionId, generation } = of
  const claims = { user_id: userId, username, sid: sessionId, gen: generation, jti: crypto.randomUUID() }
  return sign(secret, ACCESS, claims, now, Math.min(now + TIMES.accessToken, of.sessionEnds))
}

/** @throws {ChatError} `token_not_valid` */
export const verifyAccess = (secrets: Secrets, token: string): Promise<AccessClaims> =>
  verify(secrets, ACCESS, AccessClaims, token)

/** One generation of a session's refresh token. Its times are the session's, so it can be made again to the letter. */
export interface Generation {
  userId: UserId
  sessionId: SessionId
  generation: number
  issuedAt: number
  expiresAt: number
}

/**
 * A refresh token's id is derived, not drawn: two requests that spend the same token at the same moment get the same
 * successor, and there is never a second living one.
 */
const refreshId = (secret: string, sessionId: SessionId, generation: number) =>
  mac(secret, 'refresh token id', `${sessionId}.${generation}`)

/** What is stored of a generation's token. */
export const refreshHash = (secret: string, sessionId: SessionId, generation: number): string =>
  fingerprint(refreshId(secret, sessionId, generation))

/** The refresh token of a generation: the same one each time it is asked for. */
export function signRefresh(secret: string, of: Generation): Promise<string> {
  const jti = refreshId(secret, of.sessionId, of.generation)
  const claims = { user_id: of.userId, sid: of.sessionId, gen: of.generation, jti }
  return sign(secret, REFRESH, claims, of.issuedAt, of.expiresAt)
}

/** @throws {ChatError} `token_not_valid` */
export const verifyRefresh = (secrets: Secrets, token: string): Promise<RefreshClaims> =>
  verify(secrets, REFRESH, RefreshClaims, token)
