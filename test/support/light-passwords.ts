/**
 * Makes passwords cheap to hash, an eightieth of the real cost: nearly every test registers people, and would do little
 * else. Nothing else changes; the tests of passwords themselves pay in full.
 */
import { BOUNDS } from '../../src/config'

const full = { ...BOUNDS.scrypt }

export const payLittle = (): void => void Object.assign(BOUNDS.scrypt, { N: 2 ** 10, p: 1 })

/** Back to what the product does, for the rest of a test file. */
export const payInFull = (): void => void Object.assign(BOUNDS.scrypt, full)

payLittle()
