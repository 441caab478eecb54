/**
 * The keys of this deployment: one per purpose, all derived from `AUTH_SECRET`. After a rotation the secret before is
 * kept for reading: what was made with it stays good, and nothing new is made with it.
 */
import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import type { CodeKind } from '../protocol'

/** What a key is for. A key serves one purpose, so nothing signed for one can ever pass for another. */
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

/** The secrets of a deployment: everything is made with the first, and what any of them made is read. */
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

/** Characters of a key id: enough to tell the secrets of one deployment apart. */
const KEY_ID_LENGTH = 8

/** The name of a secret, to stand beside what was signed with it. It gives nothing of the secret away. */
export const keyIdOf = (secret: string): string =>
  Buffer.from(keyFor(secret, 'key id')).toString('base64url').slice(0, KEY_ID_LENGTH)

/** A keyed digest of `text`, in base64url. */
export function mac(secret: string, purpose: Purpose, text: string): string {
  return createHmac('sha256', keyFor(secret, purpose)).update(text).digest('base64url')
}

/** Whether `digest` is the keyed digest of `text` by any of the secrets, in a time that does not tell how much of it was right. */
export function isMac(secrets: Secrets, purpose: Purpose, text: string, digest: string): boolean {
  const given = Buffer.from(digest)
  const fits = (secret: string) => {
    const expected = Buffer.from(mac(secret, purpose, text))
    return expected.length === given.length && timingSafeEqual(expected, given)
  }
  return secrets.some(fits)
}

/** A random secret of 256 bits, fit to stand in a URL. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

/**
 * The form in which a random secret (a ticket, a token's id) is stored: whoever reads the table cannot use it. A plain
 * digest is enough for these, because there is nothing to guess: they have 256 bits.
 */
export const fingerprint = (secret: string): string => createHash('sha256').update(secret).digest('base64url')
