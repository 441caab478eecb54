/** The keys of this deployment: one per purpose, all derived from `AUTH_SECRET`. */
import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import type { CodePurpose } from '../protocol'

/** What a key is for. A key serves one purpose, so nothing signed for one can ever pass for another. */
export type Purpose =
  | 'access token'
  | 'refresh token'
  | 'refresh token id'
  | `${CodePurpose} code`
  | 'media url'
  | 'upload id'
  | 'rate limit'

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

/** A keyed digest of `text`, in base64url. */
export function mac(secret: string, purpose: Purpose, text: string): string {
  return createHmac('sha256', keyFor(secret, purpose)).update(text).digest('base64url')
}

/** Whether `digest` is the keyed digest of `text`, in a time that does not tell how much of it was right. */
export function isMac(secret: string, purpose: Purpose, text: string, digest: string): boolean {
  const [expected, given] = [Buffer.from(mac(secret, purpose, text)), Buffer.from(digest)]
  return expected.length === given.length && timingSafeEqual(expected, given)
}

/** A random secret of 256 bits, fit to stand in a URL. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

/**
 * The form in which a random secret (a ticket, a token's id) is stored: whoever reads the table cannot use it. A plain
 * digest is enough for these, because there is nothing to guess: they have 256 bits.
 */
export const fingerprint = (secret: string): string => createHash('sha256').update(secret).digest('base64url')
