/** The secrets of API keys: derived, so that they can verify signatures, and recognised by their hash. */
import { randomBytes } from 'node:crypto'
import { fingerprint, mac, type Secrets } from './keys'

/** The beginning of every secret, by which scanners of leaked secrets know it. */
export const API_KEY_PREFIX = 'sk_'

const secretOf = (deployment: string, salt: string) => API_KEY_PREFIX + mac(deployment, 'api key', salt)

/** A new secret of 256 bits, and what is stored of it. */
export function newApiSecret(deployment: string): { secret: string; stored: { salt: string; hash: string } } {
  const salt = randomBytes(32).toString('base64url')
  const secret = secretOf(deployment, salt)
  return { secret, stored: { salt, hash: fingerprint(secret) } }
}

/**
 * The secret of a key, to verify what its holder signed. Null when the deployment's secret was rotated twice since: the key then
 * still works as a credential, by its hash.
 */
export function apiSecret(secrets: Secrets, salt: string, hash: string): string | null {
  return secrets.map((each) => secretOf(each, salt)).find((secret) => fingerprint(secret) === hash) ?? null
}
