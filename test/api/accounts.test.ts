/** `/api/register`, `/api/login`, `/api/logout`: signing in and out. */

import { env } from 'cloudflare:workers'
import { scryptSync } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { hashPassword } from '../../src/auth/passwords'
import { Profile, Registered, SignedIn } from '../../src/protocol'
import { ask, PASSWORD, type Someone, signIn, signUp } from '../support/api'
import { meetAfter } from '../support/barrier'
import { payInFull } from '../support/light-passwords'
import { codeTo } from '../support/mail'

let ada: Someone
beforeAll(async () => {
  ada = await signUp('Ada')
})

const REQUIRED = { EMAIL_VERIFICATION: 'required' } as const
const register = (body: object, more = {}) => ask('POST', '/api/register/', { body, ...more })
const login = (body: object, more = {}) => ask('POST', '/api/login/', { body, ...more })
const verify = (email: string, otp: string) => ask('POST', '/api/verify-email/', { body: { email, otp } })
const profile = (token: string) => ask('GET', '/api/profile/', { token })

const set = (column: string, value: unknown, id: number) =>
  env.DIRECTORY.prepare(`UPDATE users SET ${column} = ?1 WHERE id = ?2`).bind(value, id).run()

const COMMON = 'This is one of the passwords that are tried first. Choose another.'
const NAME = 'This is little more than a name or an address. Choose another.'

test.each([
  ['256 characters of four bytes', '🐎🔋'.repeat(128), '🐎🔋'.repeat(128)],
  ['eight characters, composed and decomposed', 'äöüßéèçñ', 'a\u0308o\u0308u\u0308ße\u0301e\u0300c\u0327n\u0303'],
])('a password may be of %s', async (name, chosen, typed) => {
  const email = `${name.length}@passwords.test`
  expect((await register({ email, password: chosen })).status).toBe(201)
  expect((await login({ email, password: typed })).status).toBe(200)
})

test('a password hashed as it was typed, by a version before, is accepted and hashed anew', async () => {
  const typed = 'Schlu\u0308sselbund'
  const zoe = await signUp('zoe')
  const [scheme, N, r, p, salt, hash] = (await hashPassword('plain', { N: 2 ** 4, r: 8, p: 1 })).split('$')
  const raw = scryptSync(typed, Buffer.from(salt ?? '', 'base64url'), 32, { N: 2 ** 4, r: 8, p: 1 })
  expect(hash).toHaveLength(raw.toString('base64url').length)
  await set('password_hash', [scheme, N, r, p, salt, raw.toString('base64url')].join('$'), zoe.id)
  expect((await login({ identifier: 'zoe', password: 'Schlüsselbund' })).status).toBe(400)
  expect((await login({ identifier: 'zoe', password: typed })).status).toBe(200)
  expect((await login({ identifier: 'zoe', password: 'Schlüsselbund' })).status).toBe(200)
})

test('registering answers the account and both tokens, and signs in', async () => {
  const { status, body } = await register({
    email: ' Bob@Parlour.TEST ',
    username: 'bob',
    password: PASSWORD,
    confirm_password: PASSWORD,
    first_name: ' Bob ',
    last_name: 'Builder',
    is_staff: true,
    id: 1,
    favourite_colour: 'red',
  })
  expect(status).toBe(201)
  expect(Registered.parse(body)).toEqual(body)
  expect(body).toMatchObject({ verification_required: false, tokens: { access: body.access, refresh: body.refresh } })
  expect(body.user).toMatchObject({ email: 'bob@parlour.test', full_name: 'Bob Builder', is_staff: false, friends: [] })
  expect(body.user.id).toBeGreaterThan(1)
  expect((await profile(body.access)).body).toEqual(body.user)
})

test('a form registers as well as JSON', async () => {
  const fields = { email: 'form@parlour.test', password: PASSWORD, first_name: 'Form' }
  const url = await ask('POST', '/api/register', { body: new URLSearchParams(fields) })
  expect(url.status).toBe(201)
  const form = new FormData()
  form.set('email', 'multipart@parlour.test')
  form.set('password', PASSWORD)
  const multipart = await ask('POST', '/api/register', { body: form })
  expect(multipart.body.user).toMatchObject({ username: 'multipart' })
})

test('a username is made from the address when none is given, and another when that is taken', async () => {
  const first = await register({ email: 'grace.hopper+chat@parlour.test', password: PASSWORD })
  const second = await register({ email: 'Grace.Hopper@elsewhere.test', password: PASSWORD })
  expect(first.body.user.username).toBe('grace.hopper')
  expect(second.body.user.username).toMatch(/^grace\.hopper\d{5}$/)
})

test('an address and a username belong to one account, whatever their case', async () => {
  const email = await register({ email: 'ADA@parlour.test', username: 'somebody', password: PASSWORD })
  expect(email.status).toBe(409)
  expect(email.body).toEqual({ detail: expect.any(String), code: 'email_taken', email: [expect.any(String)] })
  const username = await register({ email: 'new@parlour.test', username: 'aDa', password: PASSWORD })
  expect(username.status).toBe(409)
  expect(username.body).toEqual({ detail: expect.any(String), code: 'username_taken', username: [expect.any(String)] })
  const both = await register({ email: 'ada@parlour.test', username: 'ada', password: PASSWORD })
  expect(both.body).toMatchObject({ code: 'email_taken', email: [expect.any(String)], username: [expect.any(String)] })
})

test('usernames that only look different are the same', async () => {
  expect((await register({ email: 'z1@parlour.test', username: 'ﬁnn', password: PASSWORD })).status).toBe(201)
  expect((await register({ email: 'z2@parlour.test', username: 'FINN', password: PASSWORD })).status).toBe(409)
})

test('of eight parallel registers of one address one succeeds, and nothing of the others remains', async () => {
  const count = async () => (await env.DIRECTORY.prepare('SELECT count(*) FROM sessions').first('count(*)')) as number
  const before = await count()
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, i) =>
      register({ email: 'race@parlour.test', username: `racer${i}`, password: PASSWORD }),
    ),
  )
  expect(answers.map((answer) => answer.status).sort()).toEqual([201, ...Array(7).fill(409)])
  expect(await count()).toBe(before + 1)
})

test('eight people with one name at eight providers all get an account', async () => {
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, i) => register({ email: `john@mail${i}.test`, password: PASSWORD })),
  )
  expect(answers.map((answer) => answer.status)).toEqual(Array(8).fill(201))
  expect(new Set(answers.map((answer) => answer.body.user.username)).size).toBe(8)
})

test.each([
  ['no address', { password: PASSWORD }, 'email', 'This field is required.'],
  ['an address that is none', { email: 'ada', password: PASSWORD }, 'email', 'Enter a valid e-mail address.'],
  ['an address of another type', { email: { $ne: null }, password: PASSWORD }, 'email', 'Must be a valid string.'],
  ['no password', { email: 'x@parlour.test' }, 'password', 'This field is required.'],
  ['a short password', { email: 'x@parlour.test', password: 'short' }, 'password', 'At least 8 characters.'],
  [
    'an endless password',
    { email: 'x@parlour.test', password: 'x'.repeat(257) },
    'password',
    'At most 256 characters.',
  ],
  ['one of the passwords that are tried first', { email: 'x@parlour.test', password: 'PassWord1' }, 'password', COMMON],
  [
    'the own name as password',
    { email: 'x@parlour.test', username: 'nightingale', password: 'Nightingale1' },
    'password',
    NAME,
  ],
  [
    'the address as password',
    { email: 'long.name@parlour.test', password: 'long.name@parlour.test' },
    'password',
    NAME,
  ],
  ['the product as password', { email: 'x@example.test', password: 'Parlour-2026' }, 'password', NAME],
  [
    'seven characters in fourteen units',
    { email: 'x@parlour.test', password: '🐎'.repeat(7) },
    'password',
    'At least 8 characters.',
  ],
  [
    '257 characters of two units',
    { email: 'x@parlour.test', password: '🐎'.repeat(257) },
    'password',
    'At most 256 characters.',
  ],
  ['a number as password', { email: 'x@parlour.test', password: 12345678 }, 'password', 'Must be a valid string.'],
  [
    'two passwords',
    { email: 'x@parlour.test', password: PASSWORD, confirm_password: 'other' },
    'confirm_password',
    'The two passwords differ.',
  ],
  [
    'a username with an @',
    { email: 'x@parlour.test', password: PASSWORD, username: 'a@b' },
    'username',
    'Letters, digits and . _ + - only.',
  ],
  [
    'a blank username',
    { email: 'x@parlour.test', password: PASSWORD, username: ' ' },
    'username',
    'This field may not be blank.',
  ],
  [
    'a name with a line break',
    { email: 'x@parlour.test', password: PASSWORD, first_name: 'a\nb' },
    'first_name',
    'No line breaks or control characters.',
  ],
])('%s is refused with a sentence at the field', async (_, body, field, sentence) => {
  const answer = await register(body)
  expect(answer.status).toBe(400)
  expect(answer.body).toMatchObject({ code: 'invalid', detail: expect.any(String) })
  expect(answer.body[field]).toContain(sentence)
  for (const value of Object.values(answer.body).flat()) expect(value).toBeTypeOf('string')
})

test('where verification is required, registering gives no tokens and signing in waits for it', async () => {
  const { status, body } = await register(
    { email: 'eve@parlour.test', username: 'eve', password: PASSWORD },
    { env: REQUIRED },
  )
  expect(status).toBe(201)
  expect(Registered.parse(body)).toEqual(body)
  expect(body).toMatchObject({ verification_required: true, access: null, refresh: null, tokens: null })

  const early = await login({ identifier: 'eve', password: PASSWORD }, { env: REQUIRED })
  expect([early.status, early.body.code]).toEqual([403, 'email_unverified'])
  const wrong = await login({ identifier: 'eve', password: 'not the password' }, { env: REQUIRED })
  expect([wrong.status, wrong.body.code]).toEqual([400, 'wrong_credentials'])

  expect((await verify('eve@parlour.test', await codeTo('eve@parlour.test'))).body.user.id).toBe(body.user.id)
  expect((await login({ identifier: 'eve', password: PASSWORD }, { env: REQUIRED })).status).toBe(200)
})

test.each(['identifier', 'email', 'username'])(
  'one signs in with address or username as %s, in any case',
  async (field) => {
    for (const name of ['ada', 'ADA', ' Ada@Parlour.Test ']) {
      const { status, body } = await login({ [field]: name, password: PASSWORD })
      expect(status).toBe(200)
      expect(SignedIn.parse(body)).toEqual(body)
      expect(body).toMatchObject({ tokens: { access: body.access, refresh: body.refresh }, user: { id: ada.id } })
      expect(Profile.parse(body.user)).toMatchObject({ username: 'Ada' })
    }
  },
)

test('a wrong password and an unknown name are answered alike', async () => {
  const wrong = await login({ identifier: 'ada', password: 'not the password' })
  const unknown = await login({ identifier: 'nobody at all', password: 'not the password' })
  expect(wrong.status).toBe(400)
  expect(wrong.body).toEqual({
    detail: expect.any(String),
    code: 'wrong_credentials',
    non_field_errors: ['No account matches these credentials.'],
  })
  expect([unknown.status, unknown.body]).toEqual([wrong.status, wrong.body])
})

test.each([
  [{ password: PASSWORD }, 'identifier'],
  [{ identifier: 'ada' }, 'password'],
  [{ identifier: 'ada', password: '' }, 'password'],
  [{ identifier: ['ada'], password: PASSWORD }, 'identifier'],
  [{ identifier: 'ada', password: { $gt: '' } }, 'password'],
])('signing in with %j is refused at the field', async (body, field) => {
  const answer = await login(body)
  expect([answer.status, answer.body.code]).toEqual([400, 'invalid'])
  expect(answer.body[field]).toEqual([expect.any(String)])
})

test('a disabled account is refused, and only its owner is told so', async () => {
  const mallory = await signUp('mallory')
  expect((await profile(mallory.access)).status).toBe(200)
  await set('disabled_at', Date.now(), mallory.id)
  const right = await login({ identifier: 'mallory', password: PASSWORD })
  expect([right.status, right.body.code]).toEqual([403, 'account_disabled'])
  expect((await login({ identifier: 'mallory', password: 'not the password' })).body.code).toBe('wrong_credentials')
  expect((await profile(mallory.access)).status).toBe(401)
  expect((await ask('POST', '/api/token/refresh/', { body: { refresh: mallory.refresh } })).status).toBe(401)
})

test('an erased account matches no credentials', async () => {
  const gone = await signUp('gone')
  await set('erased_at', Date.now(), gone.id)
  expect((await login({ identifier: 'gone', password: PASSWORD })).body.code).toBe('wrong_credentials')
  expect((await profile(gone.access)).status).toBe(401)
})

test('a password hashed at an old cost is hashed anew when its owner signs in', async () => {
  payInFull()
  const stored = () =>
    env.DIRECTORY.prepare('SELECT password_hash FROM users WHERE id = ?').bind(ada.id).first('password_hash')
  await set('password_hash', await hashPassword(PASSWORD, { N: 2 ** 4, r: 8, p: 1 }), ada.id)
  await signIn(ada)
  expect(await stored()).toMatch(/^scrypt\$16384\$8\$5\$/)
  const kept = await stored()
  await signIn(ada)
  expect(await stored()).toBe(kept)
})

test('who signs out while their password is being changed is told that, and keeps the password', async () => {
  const dora = await signUp('dora')
  const { DIRECTORY } = env
  let isOut = false
  const leaving = {
    prepare: DIRECTORY.prepare.bind(DIRECTORY),
    batch: async (statements: D1PreparedStatement[]) => {
      if (!isOut) await ask('POST', '/api/logout/', { body: { refresh: dora.refresh } })
      isOut = true
      return DIRECTORY.batch(statements)
    },
  } as D1Database
  const { status, body } = await ask('PATCH', '/api/profile/', {
    token: dora.access,
    body: { old_password: PASSWORD, new_password: 'another long password' },
    env: { DIRECTORY: leaving },
  })
  expect([isOut, status, body.code]).toEqual([true, 401, 'session_ended'])
  await signIn(dora)
})

test('a login that races a password change does not outlive it', async () => {
  const carol = await signUp('carol')
  // Both have read the old password; then one of them changes it.
  const race = meetAfter(2, /FROM users u LEFT JOIN presence p .* WHERE u\.(id|username_key) = /s)
  const [change, late] = await Promise.all([
    ask('PATCH', '/api/profile/', {
      token: carol.access,
      body: { old_password: PASSWORD, new_password: 'another long password' },
      env: race,
    }),
    login({ identifier: 'carol', password: PASSWORD }, { env: race }),
  ])
  expect(change.status).toBe(200)
  if (late.status === 200) expect((await profile(late.body.access)).status).toBe(401)
  else expect(late.body.code).toBe('wrong_credentials')
})

test.each(['refresh', 'refresh_token'])(
  'signing out with %s ends that session at once, and no other',
  async (field) => {
    const phone = await signIn(ada)
    expect((await profile(phone.access)).status).toBe(200)
    const out = await ask('POST', '/api/logout/', { body: { [field]: phone.refresh } })
    expect(out.status).toBe(200)
    expect(out.body).toEqual({ message: expect.any(String) })
    expect(out.headers.get('Clear-Site-Data')).toBe('"cache"')
    const late = await profile(phone.access)
    expect([late.status, late.body.code]).toEqual([401, 'session_ended'])
    const again = await ask('POST', '/api/token/refresh/', { body: { refresh: phone.refresh } })
    expect([again.status, again.body.code]).toEqual([401, 'token_not_valid'])
    expect((await profile(ada.access)).status).toBe(200)
  },
)

test('signing out twice is signing out', async () => {
  const phone = await signIn(ada)
  await ask('POST', '/api/logout/', { body: { refresh: phone.refresh } })
  expect((await ask('POST', '/api/logout/', { body: { refresh: phone.refresh } })).status).toBe(200)
})

test('signing out needs a real refresh token', async () => {
  const phone = await signIn(ada)
  const missing = await ask('POST', '/api/logout/')
  expect([missing.status, missing.body.refresh]).toEqual([400, [expect.any(String)]])
  for (const refresh of ['junk', phone.access]) {
    const answer = await ask('POST', '/api/logout/', { body: { refresh } })
    expect([answer.status, answer.body.code]).toEqual([401, 'token_not_valid'])
  }
  expect((await profile(phone.access)).status).toBe(200)
})
