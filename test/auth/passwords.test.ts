/** Passwords as they are stored, within what production allows. */
import { expect, test } from 'vitest'
import { assertAffordable, hashPassword, isOutdated, verifyPassword } from '../../src/auth/passwords'
import { BOUNDS } from '../../src/config'
import { payInFull } from '../support/light-passwords'

payInFull()

const CHEAP = { N: 2 ** 4, r: 8, p: 1 }

test('the configured cost is one that production accepts, and one that OWASP names', () => {
  expect(() => assertAffordable(BOUNDS.scrypt)).not.toThrow()
  expect(BOUNDS.scrypt).toEqual({ N: 2 ** 14, r: 8, p: 5 })
})

test('a cost that only production would refuse is refused here too', () => {
  expect(() => assertAffordable({ N: 2 ** 17, r: 8, p: 2 })).toThrow(/N·r·p/)
  // Passes the platform's own check on N·r·p, and would take the whole memory of an isolate.
  expect(() => assertAffordable({ N: 2 ** 17, r: 8, p: 1 })).toThrow(/memory/)
})

test('a password is recognised, another is not, and the stored form says how it was made', async () => {
  const stored = await hashPassword('correct horse')
  expect(stored).toMatch(/^scrypt\$16384\$8\$5\$[\w-]{22}\$[\w-]{43}$/)
  expect(await verifyPassword('correct horse', stored)).toBe(true)
  expect(await verifyPassword('Correct horse', stored)).toBe(false)
  expect(await verifyPassword('correct horse ', stored)).toBe(false)
})

test('two hashes of one password differ', async () => {
  expect(await hashPassword('same', CHEAP)).not.toBe(await hashPassword('same', CHEAP))
})

test('a password hashed at another cost is still recognised, and known to be outdated', async () => {
  const old = await hashPassword('correct horse', CHEAP)
  expect(await verifyPassword('correct horse', old)).toBe(true)
  expect(isOutdated(old)).toBe(true)
  expect(isOutdated(await hashPassword('correct horse'))).toBe(false)
})

test('every character of a long password counts', async () => {
  const long = 'x'.repeat(256)
  const stored = await hashPassword(long, CHEAP)
  expect(await verifyPassword(long, stored)).toBe(true)
  expect(await verifyPassword(long.slice(0, 255), stored)).toBe(false)
})

test('nobody is recognised where no password is stored, after the same work', async () => {
  const timed = async (stored: string | null) => {
    const start = performance.now()
    await verifyPassword('whatever', stored)
    return performance.now() - start
  }
  expect(await verifyPassword('whatever', null)).toBe(false)
  expect(await verifyPassword('', undefined)).toBe(false)
  const stored = await hashPassword('something else')
  const [unknown, known] = [await timed(null), await timed(stored)]
  // A missing dummy hash would make this a factor of thousands.
  expect(unknown).toBeGreaterThan(known / 4)
})

test('a stored form of unknown make is an error, not a match', async () => {
  await expect(verifyPassword('x', 'md5$abc')).rejects.toThrow(/not in a form/)
  await expect(verifyPassword('x', 'scrypt$1048576$8$5$AAAA$AAAA')).rejects.toThrow(RangeError)
})
