/**
 * Passwords, hashed with scrypt. Each hash names its cost, so that the cost can be raised later.
 *
 * A password is hashed in its NFKC form, because keyboards encode the same character differently. Older hashes have no
 * mark: they are compared with the password as it is typed, and are outdated.
 */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { BOUNDS } from '../config'

/** scrypt's cost: N rounds over N·r·128 bytes, p times. */
export interface Cost {
  N: number
  r: number
  p: number
}

const HASH_BYTES = 32
const SALT_BYTES = 16
/** The memory that one hash may take of the 128 MB that an isolate shares among its requests. */
const MEMORY = 64 * 2 ** 20
/** The platform refuses more since May 2026. So does the local runtime, but only production limits memory. */
const WORK = 2 ** 20

/**
 * Refuses a cost that production would refuse or that would end the isolate there. The local runtime would accept it.
 * @throws {RangeError}
 */
export function assertAffordable({ N, r, p }: Cost): void {
  if (N * r * p > WORK) throw new RangeError(`scrypt: N·r·p is ${N * r * p}, the platform allows ${WORK}`)
  if (128 * N * r > MEMORY) throw new RangeError(`scrypt: ${128 * N * r} bytes of memory, at most ${MEMORY} are safe`)
}

/** Passwords that this isolate has hashed. Hashing takes most of a response's time, and trials compare the count. */
export let hashesMade = 0

function derive(password: string, salt: Uint8Array, cost: Cost): Promise<Buffer> {
  assertAffordable(cost)
  hashesMade += 1
  const options: ScryptOptions = { ...cost, maxmem: 2 * MEMORY }
  return new Promise((resolve, reject) => {
    scrypt(password, salt, HASH_BYTES, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
}

const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')

const NORMALISED = 'nfkc'

/** The stored form of a password: `scrypt$N$r$p$salt$hash$nfkc`. Older hashes lack the last mark. */
export async function hashPassword(password: string, cost: Cost = BOUNDS.scrypt): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const { N, r, p } = cost
  const hash = await derive(password.normalize('NFKC'), salt, cost)
  return ['scrypt', N, r, p, encode(salt), encode(hash), NORMALISED].join('$')
}

interface Stored {
  cost: Cost
  salt: Buffer
  hash: Buffer
  isNormalised: boolean
}

function parse(stored: string): Stored {
  const [scheme, N, r, p, salt, hash, mark] = stored.split('$')
  if (scheme !== 'scrypt' || !salt || !hash) throw new Error('A stored password is not in a form this version knows')
  const bytes = (text: string) => Buffer.from(text, 'base64url')
  const cost = { N: Number(N), r: Number(r), p: Number(p) }
  return { cost, salt: bytes(salt), hash: bytes(hash), isNormalised: mark === NORMALISED }
}

/**
 * Whether a password matches the stored hash. Without a hash (no account has the name, or it is erased) the same work
 * is done first, so that the response time does not reveal which accounts exist.
 */
export async function verifyPassword(password: string, stored: string | null | undefined): Promise<boolean> {
  if (!stored) {
    await derive(password, randomBytes(SALT_BYTES), BOUNDS.scrypt)
    return false
  }
  const { cost, salt, hash, isNormalised } = parse(stored)
  return timingSafeEqual(await derive(isNormalised ? password.normalize('NFKC') : password, salt, cost), hash)
}

/** Whether a stored hash has another cost than today's, or is not normalised. */
export function isOutdated(stored: string): boolean {
  const { cost, isNormalised } = parse(stored)
  const { N, r, p } = cost
  return !isNormalised || N !== BOUNDS.scrypt.N || r !== BOUNDS.scrypt.r || p !== BOUNDS.scrypt.p
}
