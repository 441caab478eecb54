/**
 * The operator's key: an Ed25519 pair of which the deployment knows only the public half. Exporting and restoring a
 * room needs a proof that is signed with the private half, which no staff account and no server has.
 */
import { errors, exportJWK, generateKeyPair, importJWK, type JWK, jwtVerify, SignJWT } from 'jose'

/** The header that carries the proof. */
export const OPERATOR_PROOF = 'Operator-Proof'

const ALGORITHM = 'EdDSA'
const TYPE = 'operator-proof+jwt'
/** The lifetime of a proof and the allowed difference between the two clocks, in seconds. */
const LIFE = 120
const SKEW = 60

/** The one request that a proof is valid for. `path` includes the query string. */
export interface ProvenRequest {
  /** Scheme and host: a proof for one server is invalid at another. */
  origin: string
  method: string
  path: string
}

/** A new pair: the private half as a JWK for a file, the public half as text for the configuration. */
export async function newOperatorKey(): Promise<{ privateKey: JWK; publicKey: string }> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { crv: 'Ed25519', extractable: true })
  const jwk = await exportJWK(privateKey)
  return { privateKey: jwk, publicKey: publicHalf(jwk) }
}

/** The public half of a private key, in the form of `OPERATOR_PUBLIC_KEY`. @throws {Error} when it is no Ed25519 key */
export function publicHalf({ kty, crv, d, x }: JWK): string {
  if (kty !== 'OKP' || crv !== 'Ed25519' || !d || !x) throw new Error('This is not a private Ed25519 key.')
  return x
}

/** Signs a proof for one request. `now` is in milliseconds. */
export async function signOperatorProof(key: JWK, request: ProvenRequest, now: number): Promise<string> {
  const issued = Math.floor(now / 1_000)
  return new SignJWT({ htm: request.method, htu: request.path })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
    .setAudience(request.origin)
    .setIssuedAt(issued)
    .setExpirationTime(issued + LIFE)
    .sign(await importJWK(key, ALGORITHM))
}

/** Whether a recent proof was signed for this request with the private half of `publicKey`. */
export async function isOperatorProof(
  publicKey: string,
  proof: string,
  request: ProvenRequest,
  now: number,
): Promise<boolean> {
  try {
    const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: publicKey }, ALGORITHM)
    const { payload } = await jwtVerify(proof, key, {
      algorithms: [ALGORITHM],
      typ: TYPE,
      audience: request.origin,
      requiredClaims: ['iat', 'exp'],
      maxTokenAge: LIFE,
      clockTolerance: SKEW,
      currentDate: new Date(now),
    })
    return payload.htm === request.method && payload.htu === request.path
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return false
    throw error
  }
}
