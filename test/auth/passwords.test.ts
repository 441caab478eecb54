/** Stored passwords, within the limits of production. */
import { scryptSync } from 'node:crypto'
import { expect, test } from 'vitest'
import common from '../../src/auth/common-passwords.txt'
import { assertAffordable, hashesMade, hashPassword, isOutdated, verifyPassword } from '../../src/auth/passwords'
import { weaknessOf } from '../../src/auth/weak-passwords'
import { BOUNDS, LIMITS } from '../../src/config'
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
  expect(stored).toMatch(/^scrypt\$16384\$8\$5\$[\w-]{22}\$[\w-]{43}\$nfkc$/)
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
  /** The shortest of a few, in milliseconds: the others were kept waiting by what else the machine does. */
  const timed = async (stored: string | null) => {
    const times: number[] = []
    for (let n = 0; n < 4; n++) {
      const start = performance.now()
      await verifyPassword('whatever', stored)
      times.push(performance.now() - start)
    }
    return Math.min(...times)
  }
  expect(await verifyPassword('whatever', null)).toBe(false)
  expect(await verifyPassword('', undefined)).toBe(false)
  const stored = await hashPassword('something else')
  const [unknown, known] = [await timed(null), await timed(stored)]
  // A missing dummy hash would make this a factor of thousands.
  expect(unknown).toBeGreaterThan(known / 4)
})

/** A hash as versions before made it: of the password as it was typed, without a mark. */
const asBefore = async (password: string) => {
  const salt = Buffer.alloc(16, 7)
  const { N, r, p } = CHEAP
  const hash = scryptSync(password, salt, 32, CHEAP)
  return ['scrypt', N, r, p, salt.toString('base64url'), hash.toString('base64url')].join('$')
}

test.each([
  ['composed and decomposed', 'Schlüsselbund', 'Schlu\u0308sselbund'],
  ['wide forms', 'ｐａｓｓｐｈｒａｓｅ', 'passphrase'],
  ['a ligature', 'eﬃcient words', 'efficient words'],
  ['a no-break space', 'two\u00a0long words', 'two long words'],
])('a password is the same however a keyboard writes it: %s', async (_, chosen, typed) => {
  expect(chosen).not.toBe(typed)
  const stored = await hashPassword(chosen, CHEAP)
  expect(await verifyPassword(typed, stored)).toBe(true)
  expect(await verifyPassword(chosen, stored)).toBe(true)
})

test('a password that was hashed as it was typed is still recognised, and outdated', async () => {
  const typed = 'Schlu\u0308sselbund'
  const before = await asBefore(typed)
  expect(await verifyPassword(typed, before)).toBe(true)
  expect(await verifyPassword('another one', before)).toBe(false)
  expect(isOutdated(before)).toBe(true)
  expect(isOutdated(await hashPassword(typed))).toBe(false)
})

test('a password is one hash, whether somebody has it or not, and however it is written', async () => {
  for (const stored of [null, await hashPassword('x', CHEAP), await asBefore('x')]) {
    for (const password of ['x', 'Schlu\u0308sselbund']) {
      const before = hashesMade
      await verifyPassword(password, stored)
      expect(hashesMade - before).toBe(1)
    }
  }
})

const ADA = { email: 'ada.lovelace@analytical.example', username: 'countess', firstName: 'Ada', lastName: 'Byron' }

test.each([
  'password',
  'PassWord',
  '12345678',
  'qwertyuiop',
  'iloveyou',
  'trustno1',
  'aaaaaaaa',
  '00000000',
  'Abababab',
  'abcabcabc',
  '12312312',
  'qwerqwerqwe',
  'abcdefghij',
  '87654321',
  '        ',
  '\u200b\u200b\u200b\u200b\u200b\u200b\u200b\u200b',
  'ｐａｓｓｗｏｒｄ',
  'countess',
  'Countess1!',
  'ada.lovelace',
  'Ada Lovelace 1815',
  'ada.lovelace@analytical.example',
  'analytical',
  'analytical.example',
  'adabyron',
  'Byron, Ada',
  'adaadaada',
  'parlour!',
  'Parlour2026',
  'parlourcountess',
])('%s is refused', (password) => {
  expect(weaknessOf(password, ADA)).toMatch(/Choose another/)
})

test.each([
  'correct horse battery staple',
  'a difference engine',
  'countesses in parlours drink tea',
  'adamantium weather',
  '🐎🔋📎🐎🔋📎🐎🔋',
  'Ada wrote the first program',
  'abcdefghi jkl',
  'hohoho and a bottle',
  'x'.repeat(256),
  'xq7-parlour-2k9-vv',
])('%s is not', (password) => {
  expect(weaknessOf(password, ADA)).toBeUndefined()
})

test('a person of whom little is known may have any other password', () => {
  for (const owner of [{}, { email: null, username: '' }, { email: 'x@y.example', firstName: '', lastName: 'Ng' }]) {
    expect(weaknessOf('analytical', owner)).toBeUndefined()
    expect(weaknessOf('password', owner)).toBeDefined()
  }
})

test('the list of passwords tried first is of words in the form that is looked up', () => {
  const words = common.trimEnd().split('\n')
  expect(words).toHaveLength(10_000)
  for (const word of words) {
    expect(word).toBe(word.normalize('NFKC').toLowerCase())
    expect([...word].length).toBeGreaterThanOrEqual(LIMITS.passwordMin)
  }
})

test('a stored form of unknown make is an error, not a match', async () => {
  await expect(verifyPassword('x', 'md5$abc')).rejects.toThrow(/not in a form/)
  await expect(verifyPassword('x', 'scrypt$1048576$8$5$AAAA$AAAA')).rejects.toThrow(RangeError)
})
