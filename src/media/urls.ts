/** Signed URLs of images and files: storage keys become URLs only in answers, for a limited time. */
import { env } from 'cloudflare:workers'
import { isMac, mac } from '../auth/keys'
import { secretsOf, TIMES } from '../config'
import type { UserId } from '../protocol'

/**
 * The owner's id, which leads from a key to the owner's uploads actor, and 128 random bits: nothing of a key comes from a
 * client.
 */
const KEY = /^([1-9]\d{0,15})\/[\w-]{22}$/

/** A new storage key for an upload of this user. */
export function newKey(owner: UserId): string {
  const random = crypto.getRandomValues(new Uint8Array(16))
  return `${owner}/${Buffer.from(random).toString('base64url')}`
}

/** The user who uploaded an object. @throws {Error} when it is not a storage key */
export function ownerOf(key: string): UserId {
  const owner = KEY.exec(key)?.[1]
  if (owner === undefined) throw new Error('Not a storage key')
  return Number(owner)
}

/** Paths of this period, by key: they stay the same until it ends, and each costs two digests. */
const made = new Map<string, string>()
let madeFor = 0

/** Many times the pictures of the largest room and of a page of messages; some hundred bytes each. */
const MADE_MOST = 10_000

/**
 * The absolute URL of an object; null for none.
 *
 * Anybody with the URL can fetch the object until it expires, so only answers to users who may see the object contain it.
 * `origin` is the viewer's, or `viewerOrigin()` in an event for many viewers. The URL stays the same for half of
 * `TIMES.mediaUrl`, so that browsers use their caches.
 *
 * The secret comes from the deployment: rooms, lists and routes pass a key and an origin, and handle no secret.
 */
export function imageUrl<K extends string | null>(origin: string, key: K): K extends string ? string : K
export function imageUrl(origin: string, key: string | null): string | null {
  if (key === null) return null
  // A host's picture of a person: its own server has it.
  if (key.startsWith('https://')) return key
  const expires = expiry(Date.now())
  if (expires !== madeFor || made.size >= MADE_MOST) made.clear()
  madeFor = expires
  let path = made.get(key)
  if (path === undefined) {
    path = `/media/${key}?expires=${expires}&signature=${mac(env.AUTH_SECRET, 'media url', signed(key, expires))}`
    made.set(key, path)
  }
  return origin + path
}

/** What a URL permits. `expires` is in seconds since 1970. */
export type Permission = { expires: number } | 'expired' | 'forged'

/** Checks the query of a URL for `key`. */
export function urlPermission(key: string, query: { expires?: string; signature?: string }, now: number): Permission {
  const { expires = '', signature = '' } = query
  if (!KEY.test(key) || !/^\d{1,12}$/.test(expires)) return 'forged'
  if (!isMac(secretsOf(env), 'media url', signed(key, Number(expires)), signature)) return 'forged'
  return Number(expires) * 1_000 > now ? { expires: Number(expires) } : 'expired'
}

const signed = (key: string, expires: number) => `${key}\n${expires}`

/** Between one and one and a half times `TIMES.mediaUrl` from now, in seconds: the same for all of a half period. */
function expiry(now: number): number {
  const step = TIMES.mediaUrl / 2
  return (Math.floor(now / step) * step + step + TIMES.mediaUrl) / 1_000
}
