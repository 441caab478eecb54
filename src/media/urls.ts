/** Where images and files are: storage keys become URLs only where an answer leaves, signed and for a limited time. */
import { env } from 'cloudflare:workers'
import { isMac, mac } from '../auth/keys'
import { secretsOf, TIMES } from '../config'
import type { UserId } from '../protocol'

/**
 * The owner's id, so that whoever names a key can also name the actor that answers for it, and 128 random bits: a key
 * comes from nothing that a client sends.
 */
const KEY = /^([1-9]\d{0,15})\/[\w-]{22}$/

/** A new storage key for something that this person uploads. */
export function newKey(owner: UserId): string {
  const random = crypto.getRandomValues(new Uint8Array(16))
  return `${owner}/${Buffer.from(random).toString('base64url')}`
}

/** Who uploaded what is stored under a key. @throws {Error} when it is not a storage key */
export function ownerOf(key: string): UserId {
  const owner = KEY.exec(key)?.[1]
  if (owner === undefined) throw new Error('Not a storage key')
  return Number(owner)
}

/** Paths made in this period, by key. They are the same until it ends, and each costs two digests to make. */
const made = new Map<string, string>()
let madeFor = 0

/** Enough for the faces of the largest room and a page of pictures, many times over; some hundred bytes each. */
const MADE_MOST = 10_000

/**
 * The absolute URL of what is stored under a key; null when there is none.
 *
 * Whoever has the URL can fetch it until it expires, so it is made only in answers to people who may see what it shows.
 * `origin` is the viewer's own, or `viewerOrigin()` where many viewers get it. It stays the same for half of `TIMES.mediaUrl`, so that browsers find what they have fetched before.
 *
 * The secret comes from the deployment and not from the caller: rooms, lists and routes name a key and an origin, and
 * none of them handles a secret to do so.
 */
export function imageUrl<K extends string | null>(origin: string, key: K): K extends string ? string : K
export function imageUrl(origin: string, key: string | null): string | null {
  if (key === null) return null
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

/** A URL's permission: good, once good, or never. `expires` is in seconds since 1970. */
export type Permission = { expires: number } | 'expired' | 'forged'

/** What the query of a URL permits for `key`. */
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
