/** Passwords: hashed with scrypt, with the cost beside the hash so that it can be raised later. */
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
/** What one hash may take of the 128 MB that an isolate shares among all its requests. */
const MEMORY = 64 * 2 ** 20
/** The platform refuses more since May 2026. The local runtime does too, but memory only production limits. */
const WORK = 2 ** 20

/**
 * Refuses a cost that production would refuse, or that would end the isolate there: locally it would just pass.
 * @throws {RangeError}
 */
export function assertAffordable({ N, r, p }: Cost): void {
  if (N * r * p > WORK) throw new RangeError(`scrypt: N·r·p is ${N * r * p}, the platform allows ${WORK}`)
  if (128 * N * r > MEMORY) throw new RangeError(`scrypt: ${128 * N * r} bytes of memory, at most ${MEMORY} are safe`)
}

function derive(password: string, salt: Uint8Array, cost: Cost): Promise<Buffer> {
  assertAffordable(cost)
  const options: ScryptOptions = { ...cost, maxmem: 2 * MEMORY }
  return new Promise((resolve, reject) => {
    scrypt(password, salt, HASH_BYTES, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
}

const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')

/** The stored form of a password: `scrypt$N$r$p$salt$hash`. */
export async function hashPassword(password: string, cost: Cost = BOUNDS.scrypt): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const { N, r, p } = cost
  return ['scrypt', N, r, p, encode(salt), encode(await derive(password, salt, cost))].join('$')
}

function parse(stored: string): { cost: Cost; salt: Buffer; hash: Buffer } {
  const [scheme, N, r, p, salt, hash] = stored.split('$')
  if (scheme !== 'scrypt' || !salt || !hash) throw new Error('A stored password is not in a form this version knows')
  const bytes = (text: string) => Buffer.from(text, 'base64url')
  return { cost: { N: Number(N), r: Number(r), p: Number(p) }, salt: bytes(salt), hash: bytes(hash) }
}

/**
 * Whether a password is the one that was stored. Without one (nobody has that name, or the account is erased) the same
 * work is done before the answer is no, so that the time taken does not tell who has an account.
 */
export async function verifyPassword(password: string, stored: string | null | undefined): Promise<boolean> {
  if (!stored) {
    await derive(password, randomBytes(SALT_BYTES), BOUNDS.scrypt)
    return false
  }
  const { cost, salt, hash } = parse(stored)
  return timingSafeEqual(await derive(password, salt, cost), hash)
}

/** Whether a stored password was hashed at another cost than today's. */
export function isOutdated(stored: string): boolean {
  const { N, r, p } = parse(stored).cost
  return N !== BOUNDS.scrypt.N || r !== BOUNDS.scrypt.r || p !== BOUNDS.scrypt.p
}
