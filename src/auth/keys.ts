/**
 * The keys of this deployment: one per purpose, all derived from `AUTH_SECRET`. After a rotation the previous secret
 * still verifies what it signed, and signs nothing new.
 */
import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import type { CodeKind } from '../protocol'

/** The purpose of a key. Each purpose has its own key, so that nothing signed for one is valid for another. */
export type Purpose =
  | 'key id'
  | 'access token'
  | 'refresh token'
  | 'refresh token id'
  | `${CodeKind} code`
  | 'device id'
  | 'media url'
  | 'upload id'
  | 'rate limit'
  | 'backup'
  | 'webhook secret'
  | 'api key'

/** The secrets of a deployment: the first signs, and each verifies. */
export type Secrets = readonly [current: string, ...previous: string[]]

const derived = new Map<string, Uint8Array>()

/** The 256-bit key for a purpose, derived once per isolate. */
export function keyFor(secret: string, purpose: Purpose): Uint8Array {
  const name = `${purpose}\n${secret}`
  let key = derived.get(name)
  if (!key) {
    key = new Uint8Array(hkdfSync('sha256', secret, 'parlour', purpose, 32))
    derived.set(name, key)
  }
  return key
}

/** Characters of a key id: enough to distinguish the secrets of one deployment. */
const KEY_ID_LENGTH = 8

/** The public name of a secret, stored beside what it signed. It reveals nothing of the secret. */
export const keyIdOf = (secret: string): string =>
  Buffer.from(keyFor(secret, 'key id')).toString('base64url').slice(0, KEY_ID_LENGTH)

/** A keyed digest of `text`, in base64url. */
export function mac(secret: string, purpose: Purpose, text: string): string {
  return createHmac('sha256', keyFor(secret, purpose)).update(text).digest('base64url')
}

/** Whether `digest` is the keyed digest of `text` by any of the secrets. Runs in constant time. */
export function isMac(secrets: Secrets, purpose: Purpose, text: string, digest: string): boolean {
  const given = Buffer.from(digest)
  const fits = (secret: string) => {
    const expected = Buffer.from(mac(secret, purpose, text))
    return expected.length === given.length && timingSafeEqual(expected, given)
  }
  return secrets.some(fits)
}

/** A random secret of 256 bits that is safe in a URL. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

/**
 * The stored form of a random secret, such as a ticket or a token's id. A plain digest is enough, because 256 bits
 * cannot be guessed.
 */
export const fingerprint = (secret: string): string => createHash('sha256').update(secret).digest('base64url')
