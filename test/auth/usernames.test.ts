/** Usernames for people who did not choose one. */
import { expect, test } from 'vitest'
import { usernamesFor } from '../../src/auth/usernames'
import { RegisterBody } from '../../src/protocol'

const ADDRESSES = ['ada@x.test', 'ada.lovelace+chat@x.test', `${'a'.repeat(64)}@x.test`, "o'neill@x.test", '!#$@x.test']

test('the first is the part before the @, without a tag', () => {
  expect([...usernamesFor('ada.lovelace+chat@x.test')][0]).toBe('ada.lovelace')
  expect([...usernamesFor("o'neill@x.test")][0]).toBe('oneill')
})

test.each(ADDRESSES)('each of those for %s could have been chosen', (email) => {
  const names = [...usernamesFor(email)]
  expect(new Set(names).size).toBe(names.length)
  for (const username of names) {
    expect(RegisterBody.safeParse({ email: 'a@x.test', password: 'x'.repeat(8), username }).success).toBe(true)
  }
})
