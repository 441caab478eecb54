/** `/api/profile`: the caller's own account. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { RATES, TIMES } from '../../src/config'
import { Profile } from '../../src/protocol'
import { ask, PASSWORD, type Someone, signIn, signUp } from '../support/api'
import { forward, presentTime } from '../support/world'

let names = 0
let ada: Someone
beforeEach(async () => {
  ada = await signUp(`ada${++names}`)
})

const own = (who = ada) => ask('GET', '/api/profile/', { token: who.access })
const patch = (body: unknown, who = ada, method = 'PATCH') => ask(method, '/api/profile/', { token: who.access, body })

test('a profile has everything that the contract names', async () => {
  const { body } = await own()
  expect(Profile.parse(body)).toEqual(body)
  expect(body).toEqual({
    id: ada.id,
    username: ada.username,
    email: ada.email,
    email_verified: false,
    pending_email: null,
    first_name: '',
    last_name: '',
    full_name: ada.username,
    bio: '',
    profile_pic: null,
    friends: [],
    online_status: false,
    last_seen: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    login_otp: false,
    who_may_add_me: 'everyone',
    who_sees_me_online: 'everyone',
    is_staff: false,
    is_bot: false,
    external_id: null,
    data: {},
  })
})

test.each(['PATCH', 'PUT'])('%s changes what is sent and leaves the rest', async (method) => {
  await patch({ bio: 'Countess' })
  const { status, body } = await patch({ first_name: ' Ada ', last_name: 'Lovelace' }, ada, method)
  expect(status).toBe(200)
  expect(body).toMatchObject({ full_name: 'Ada Lovelace', first_name: 'Ada', bio: 'Countess', username: ada.username })
  expect((await own()).body).toEqual(body)
})

test('a form changes a profile as well, and nothing at all changes nothing', async () => {
  const form = new FormData()
  form.set('bio', 'From a form')
  form.set('profile_pic', 'ignored until it is a picture')
  expect((await patch(form)).body.bio).toBe('From a form')
  const before = (await own()).body
  expect((await patch({})).body).toEqual(before)
  expect((await ask('PATCH', '/api/profile', { token: ada.access })).body).toEqual(before)
})

test('a blank bio clears it', async () => {
  await patch({ bio: 'Countess' })
  expect((await patch({ bio: '  ' })).body.bio).toBe('')
})

test('what the server owns cannot be set', async () => {
  const before = (await own()).body
  const sent = {
    id: 1,
    is_staff: true,
    email_verified: true,
    password_hash: 'x',
    disabled_at: 1,
    friends: [1],
    full_name: 'X',
  }
  const polluted = `{"__proto__":{"is_staff":true},"constructor":{"prototype":{"is_staff":true}},"bio":"x"}`
  expect((await patch(sent)).body).toEqual(before)
  expect((await patch(polluted)).body).toEqual({ ...before, bio: 'x' })
})

test('a username can be changed, in case too, but not to one that somebody has', async () => {
  const bob = await signUp(`bob${names}`)
  expect((await patch({ username: ada.username.toUpperCase() })).body.username).toBe(ada.username.toUpperCase())
  const taken = await patch({ username: bob.username.toUpperCase(), bio: 'changed' })
  expect(taken.status).toBe(409)
  expect(taken.body).toMatchObject({ code: 'username_taken', username: [expect.any(String)] })
  expect((await own()).body).toMatchObject({ username: ada.username.toUpperCase(), bio: '' })
})

test('of two who want one username at once, one gets it', async () => {
  const bob = await signUp(`bob${names}`)
  const wanted = { username: `wanted${names}` }
  const answers = await Promise.all([patch(wanted), patch(wanted, bob)])
  expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409])
})

test('a new address waits for verification, also where none is required to sign in', async () => {
  const fresh = `fresh${names}@parlour.test`
  const { status, body } = await patch({ email: fresh.toUpperCase(), old_password: PASSWORD })
  expect(status).toBe(200)
  expect(body).toMatchObject({ email: ada.email, pending_email: fresh })
  expect((await ask('POST', '/api/login', { body: { email: fresh, password: PASSWORD } })).status).toBe(400)
  expect((await ask('POST', '/api/login', { body: { email: ada.email, password: PASSWORD } })).status).toBe(200)
  // Waiting for an address does not keep it from whoever has it.
  expect((await ask('POST', '/api/register', { body: { email: fresh, password: PASSWORD } })).status).toBe(201)
})

test('a new password ends every other session at once and keeps this one', async () => {
  const phone = await signIn(ada)
  const tablet = await signIn(ada)
  expect((await own(phone)).status).toBe(200)
  const { status } = await patch({ old_password: PASSWORD, new_password: 'another long password' }, tablet)
  expect(status).toBe(200)
  expect((await own(tablet)).status).toBe(200)
  for (const other of [ada, phone]) {
    expect((await own(other)).status).toBe(401)
    expect((await ask('POST', '/api/token/refresh', { body: { refresh: other.refresh } })).status).toBe(401)
  }
  expect((await ask('POST', '/api/token/refresh', { body: { refresh: tablet.refresh } })).status).toBe(200)
  const login = (password: string) => ask('POST', '/api/login', { body: { identifier: ada.username, password } })
  expect((await login(PASSWORD)).status).toBe(400)
  expect((await login('another long password')).status).toBe(200)
})

test.each([
  [{ old_password: 'wrong', new_password: 'another long password' }, 'old_password'],
  [{ old_password: PASSWORD, new_password: 'short' }, 'new_password'],
  [{ old_password: PASSWORD, new_password: 'password1' }, 'new_password'],
  [{ old_password: PASSWORD, new_password: 'Parlour.test' }, 'new_password'],
  [{ old_password: PASSWORD, new_password: 'another long password', confirm_password: 'else' }, 'confirm_password'],
  [{ bio: 'x'.repeat(1_001) }, 'bio'],
  [{ bio: 'a\0b' }, 'bio'],
  [{ bio: ['x'] }, 'bio'],
  [{ first_name: null }, 'first_name'],
  [{ username: '' }, 'username'],
  [{ email: 'nonsense' }, 'email'],
  [{ login_otp: 'perhaps' }, 'login_otp'],
])('%j is refused at the field and changes nothing', async (body, field) => {
  const before = (await own()).body
  const answer = await patch({ last_name: 'Changed', ...body })
  expect([answer.status, answer.body.code]).toEqual([400, 'invalid'])
  expect(answer.body[field]).toEqual([expect.any(String)])
  expect((await own()).body).toEqual(before)
})

test('login codes can be asked for only where there is a verified address to send them to', async () => {
  const early = await patch({ login_otp: true })
  expect([early.status, early.body.code]).toEqual([403, 'email_unverified'])
  await env.DIRECTORY.prepare('UPDATE users SET email_verified_at = 1 WHERE id = ?').bind(ada.id).run()
  expect((await patch({ login_otp: true })).body).toMatchObject({ login_otp: true, email_verified: true })
  expect((await patch({ login_otp: 'false', old_password: PASSWORD })).body.login_otp).toBe(false)
})

describe('the password is asked for again', () => {
  afterEach(presentTime)

  const refused = async (body: object) => {
    const before = (await own()).body
    const answer = await patch({ bio: 'changed', ...body })
    expect([answer.status, answer.body.code, answer.body.old_password]).toEqual([
      403,
      'password_required',
      [expect.any(String)],
    ])
    expect((await own()).body).toEqual(before)
  }

  test('for a new password, another address, and for switching login codes off', async () => {
    await env.DIRECTORY.prepare('UPDATE users SET email_verified_at = 1 WHERE id = ?').bind(ada.id).run()
    await patch({ login_otp: true })
    await refused({ new_password: 'another long password' })
    await refused({ email: `fresh${names}@parlour.test` })
    await refused({ login_otp: false })
    // Repeating a present value changes nothing.
    expect((await patch({ login_otp: true, email: ada.email })).status).toBe(200)
  })

  test('for switching login codes on, unless one has just signed in', async () => {
    await env.DIRECTORY.prepare('UPDATE users SET email_verified_at = 1 WHERE id = ?').bind(ada.id).run()
    forward(TIMES.freshSignIn + 1_000)
    await refused({ login_otp: true })
    expect((await patch({ login_otp: true, old_password: PASSWORD })).body.login_otp).toBe(true)
  })

  test('and guesses at it are counted: by the session, so that no other device of the person waits', async () => {
    const limited = { env: { RATE_LIMITS: 'on' } }
    const guess = (who: Someone, old_password: string) =>
      ask('PATCH', '/api/profile/', {
        token: who.access,
        body: { old_password, new_password: 'another long password' },
        ...limited,
      })
    const erase = (who: Someone, password: string) =>
      ask('DELETE', '/api/profile/', { token: who.access, body: { password }, ...limited })
    const phone = await signIn(ada)
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) => (n % 2 ? guess(phone, 'wrong one') : erase(phone, 'wrong one'))),
    )
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 400)).toHaveLength(RATES.password.limit)
    expect(statuses.filter((status) => status === 429)).toHaveLength(40 - RATES.password.limit)
    expect((await guess(phone, PASSWORD)).status).toBe(429)
    expect((await erase(phone, PASSWORD)).status).toBe(429)
    expect((await ask('PATCH', '/api/profile/', { token: phone.access, body: { bio: 'x' }, ...limited })).status).toBe(
      200,
    )
    expect((await guess(ada, PASSWORD)).status).toBe(200)
  })

  test('and a password that nothing asks for is no way to guess it', async () => {
    for (const old_password of ['wrong one', PASSWORD])
      expect((await patch({ bio: 'x', old_password })).status).toBe(200)
  })
})

test('presence comes from the directory', async () => {
  const seen = Date.now() - 5_000
  await env.DIRECTORY.prepare('INSERT OR REPLACE INTO presence (user_id, online, last_seen) VALUES (?, 1, ?)')
    .bind(ada.id, seen)
    .run()
  expect((await own()).body).toMatchObject({ online_status: true, last_seen: new Date(seen).toISOString() })
})
