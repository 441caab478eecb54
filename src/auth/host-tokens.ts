/** Tokens that a host signs for its people: verified with the host's public keys, or with an API key. */
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose'
import { type IdentityIssuer, TIMES } from '../config'
import { ChatError, type HostTokenReason } from '../protocol'

/** What a host says of a person. */
export interface HostClaims {
  sub: string
  name?: string | undefined
  picture?: string | undefined
}

export const invalidHostToken = (reason: HostTokenReason, detail?: string) =>
  new ChatError('invalid_host_token', { reason, ...(detail !== undefined && { detail }) })

type RemoteKeys = ReturnType<typeof createRemoteJWKSet>

/** Keys of hosts by URL, in this isolate. `at` is the time of the last attempt to fetch them again. */
const remote = new Map<string, { keys: RemoteKeys; at: number }>()

/**
 * Fetched once, again for an unknown `kid` at most once a minute, and every `TIMES.hostKeys`, so that a key that the host took
 * away ends. While the host does not answer, the known keys stay.
 */
async function remoteKeys(url: string): Promise<RemoteKeys> {
  let known = remote.get(url)
  if (!known) {
    const keys = createRemoteJWKSet(new URL(url), {
      cooldownDuration: TIMES.hostKeysCooldown,
      cacheMaxAge: Number.POSITIVE_INFINITY,
      timeoutDuration: TIMES.hostKeysAnswer,
    })
    known = { keys, at: Date.now() }
    remote.set(url, known)
  } else if (known.at < Date.now() - TIMES.hostKeys) {
    known.at = Date.now()
    await known.keys.reload().catch(() => undefined)
  }
  return known.keys
}

async function keysOf(issuer: IdentityIssuer): Promise<JWTVerifyGetKey> {
  if (issuer.public_jwks) return createLocalJWKSet(issuer.public_jwks as unknown as JSONWebKeySet)
  return remoteKeys(issuer.jwks_uri ?? '')
}

/** The reason for an error of jose. Errors of fetching the keys are no fault of the token: they are thrown on. */
function reasonOf(error: unknown): HostTokenReason | null {
  if (error instanceof errors.JWTExpired) return 'expired'
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return 'wrong_audience'
    if (error.claim === 'iss') return 'unknown_issuer'
    return error.claim === 'nbf' || error.claim === 'iat' ? 'not_yet_valid' : 'malformed'
  }
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return 'unknown_key'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'bad_signature'
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return null
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) return 'bad_signature'
  if (error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid) return 'malformed'
  return null
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

function claimsOf(payload: JWTPayload, names: IdentityIssuer['claims'] = {}): HostClaims {
  const sub = text(payload.sub)
  if (sub === undefined || sub.length > 255)
    throw invalidHostToken('malformed', 'The token needs a `sub` of 1 to 255 characters.')
  return { sub, name: text(payload[names.name ?? 'name']), picture: text(payload[names.picture ?? 'picture']) }
}

/** The header and the unverified claims, to choose the keys by. @throws {ChatError} `invalid_host_token` */
export function readHostToken(token: string): {
  alg: string | undefined
  kid: string | undefined
  iss: string | undefined
} {
  try {
    const { alg, kid } = decodeProtectedHeader(token)
    return { alg, kid, iss: decodeJwt(token).iss }
  } catch {
    throw invalidHostToken('malformed')
  }
}

/** Clocks of hosts may differ by this many seconds. */
const TOLERANCE = 30

/** Runs jose's check, and names the reason of a refusal. @throws {ChatError} `invalid_host_token`, `unavailable` */
async function checked(check: () => Promise<{ payload: JWTPayload }>): Promise<JWTPayload> {
  try {
    const { payload } = await check()
    // jose takes a token from the future if it names no `nbf`.
    if ((payload.iat ?? 0) > Date.now() / 1_000 + TOLERANCE) throw invalidHostToken('not_yet_valid')
    return payload
  } catch (error) {
    if (error instanceof ChatError) throw error
    const reason = reasonOf(error)
    if (reason) throw invalidHostToken(reason)
    throw new ChatError('unavailable', { detail: 'The keys of the host cannot be fetched.', retryAfter: 5 })
  }
}

/** @throws {ChatError} `invalid_host_token`; `unavailable` when the host's keys cannot be fetched for the first time */
export async function verifyIssuerToken(issuer: IdentityIssuer, token: string): Promise<HostClaims> {
  const { issuer: iss, audience, algorithms, claims } = issuer
  const payload = await checked(async () =>
    jwtVerify(token, await keysOf(issuer), {
      issuer: iss,
      audience,
      algorithms,
      clockTolerance: TOLERANCE,
      requiredClaims: ['exp', 'sub'],
    }),
  )
  return claimsOf(payload, claims)
}

/** A token that the holder of an API key signed. @throws {ChatError} `invalid_host_token` */
export async function verifyKeyToken(secret: string, token: string): Promise<HostClaims> {
  const payload = await checked(() =>
    jwtVerify(token, new TextEncoder().encode(secret), {
      algorithms: ['HS256'],
      clockTolerance: TOLERANCE,
      requiredClaims: ['exp', 'sub'],
    }),
  )
  if ((payload.exp ?? 0) > (Date.now() + TIMES.hostTokenMost) / 1_000 + TOLERANCE)
    throw invalidHostToken('lasts_too_long', 'A token that an API key signs lasts at most 24 hours.')
  return claimsOf(payload)
}
