/**
 * Passwords: hashed with scrypt, with the cost beside the hash so that it can be raised later.
 *
 * A password is hashed in its NFKC form: keyboards differ in how they write the same character. Hashes made before that
 * have no mark, are compared with the password as it is typed, and are outdated.
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

/** How many passwords this isolate has hashed: what an answer's time mostly consists of. Trials compare it. */
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

/** The stored form of a password: `scrypt$N$r$p$salt$hash$nfkc`; older ones end before the last mark. */
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
 * Whether a password is the one that was stored. Without one (nobody has that name, or the account is erased) the same
 * work is done before the answer is no, so that the time taken does not tell who has an account.
 */
export async function verifyPassword(password: string, stored: string | null | undefined): Promise<boolean> {
  if (!stored) {
    await derive(password, randomBytes(SALT_BYTES), BOUNDS.scrypt)
    return false
  }
  const { cost, salt, hash, isNormalised } = parse(stored)
  return timingSafeEqual(await derive(isNormalised ? password.normalize('NFKC') : password, salt, cost), hash)
}

/** Whether a stored password was hashed at another cost than today's, or as it was typed. */
export function isOutdated(stored: string): boolean {
  const { cost, isNormalised } = parse(stored)
  const { N, r, p } = cost
  return !isNormalised || N !== BOUNDS.scrypt.N || r !== BOUNDS.scrypt.r || p !== BOUNDS.scrypt.p
}
