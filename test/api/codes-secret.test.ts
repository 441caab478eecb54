/** Answers to requests for codes reveal neither which accounts exist nor anything of the code. */
import { env } from 'cloudflare:workers'
import { afterEach, expect, test, vi } from 'vitest'
import { codeHash, isCode, newCode } from '../../src/auth/codes'
import { Registered } from '../../src/protocol'
import { type Answer, ask, PASSWORD, signUp } from '../support/api'
import { codeTo, mailsTo } from '../support/mail'

afterEach(() => vi.restoreAllMocks())

let networks = 0
const REQUIRED = { env: { EMAIL_VERIFICATION: 'required' } } as const
const post = (path: string, body: object, more = {}) => ask('POST', `/api/${path}/`, { body, ...more })

/** All that a client sees of an answer, but for what is random in it. */
const seen = ({ status, headers, body }: Answer) => {
  const { 'x-request-id': _, ...rest } = Object.fromEntries(headers)
  return { status, headers: rest, body }
}

test.each([
  ['resend-otp', {}],
  ['resend-otp', { purpose: 'verify_email' }],
  ['resend-otp', { purpose: 'login' }],
  ['resend-otp', { purpose: 'reset_password' }],
  ['forgot-password', {}],
  ['verify-email', { otp: '000000' }],
  ['reset-password', { otp: '000000', new_password: PASSWORD }],
])('%s %j answers the same for an address that has an account and for one that has none', async (path, more) => {
  const name = `known${crypto.randomUUID().slice(0, 8)}`
  const { email } = await signUp(name)
  const unknown = email.replace('known', 'never')
  const sends = ['resend-otp', 'forgot-password'].includes(path)
  const headers = { 'CF-Connecting-IP': `10.2.0.${++networks}` }
  const limited = { env: { RATE_LIMITS: 'on' }, headers }
  for (let i = 0; i < 7; i++) {
    const known = seen(await post(path, { email, ...more }, limited))
    expect(known.status).toBe(sends ? (i < 5 ? 202 : 429) : 400)
    const nobody = seen(await post(path, { email: unknown, ...more }, limited))
    // Seconds to wait: they may differ by the one that passed between the two.
    const later = (answer: typeof known) => ({ ...answer, headers: { ...answer.headers, 'retry-after': '' } })
    expect(later(nobody)).toEqual(later(known))
  }
  expect(await mailsTo(unknown)).toEqual([])
})

test('where addresses must be verified, registering answers the same for one that is taken; its owner gets a mail', async () => {
  const taken = await signUp('taken')
  const before = (await mailsTo(taken.email)).length
  const fields = { password: PASSWORD, first_name: 'New', last_name: 'Comer' }
  const free = await post('register', { email: 'free@parlour.test', username: 'comer', ...fields }, REQUIRED)
  const pretended = await post('register', { email: taken.email, username: 'gomer', ...fields }, REQUIRED)
  expect(free.status).toBe(201)
  expect(Registered.parse(pretended.body)).toEqual(pretended.body)
  const blurred = (answer: Answer) => {
    const { status, headers, body } = seen(answer)
    const { id: _, last_seen: __, email, username, full_name, ...user } = body.user
    return { status, headers, body: { ...body, user } }
  }
  expect(blurred(pretended)).toEqual(blurred(free))
  expect(pretended.body.user).toMatchObject({ email: taken.email, username: 'gomer', full_name: 'New Comer' })

  const mails = await mailsTo(taken.email)
  expect(mails).toHaveLength(before + 1)
  expect(mails[0]?.subject).toBe('You have an account already')
  expect(mails[0]?.text).toContain('@taken')
  expect((await post('login', { email: taken.email, password: PASSWORD }, REQUIRED)).body.code).toBe('email_unverified')
  expect((await env.DIRECTORY.prepare("SELECT 1 FROM users WHERE username = 'gomer'").first()) === null).toBe(true)
})

test('a username made from an address does not tell that somebody has that name, and so the address', async () => {
  await signUp('grace')
  for (const email of ['grace@parlour.test', 'grace@elsewhere.test']) {
    const { body } = await post('register', { email, password: PASSWORD }, REQUIRED)
    expect(body.user.username).toBe('grace')
  }
  // The owner of the address gets a similar username.
  const email = 'grace@elsewhere.test'
  const { body } = await post('verify-email', { email, otp: await codeTo(email) }, REQUIRED)
  expect(body.user.username).toMatch(/^grace\d{5}$/)
})

test('a taken username is refused as ever, without a word about the address', async () => {
  const bob = await signUp('bob')
  for (const email of [bob.email, 'somebody.else@parlour.test']) {
    const { status, body } = await post('register', { email, username: 'bob', password: PASSWORD }, REQUIRED)
    expect([status, body]).toEqual([
      409,
      { code: 'username_taken', detail: expect.any(String), username: [expect.any(String)] },
    ])
  }
})

test('the owner of an address is not told more often than codes are sent', async () => {
  const carol = await signUp('carol')
  const limited = { env: { ...REQUIRED.env, RATE_LIMITS: 'on' } }
  for (let i = 0; i < 8; i++) {
    const answer = await post('register', { email: carol.email, username: `c${i}`, password: PASSWORD }, limited)
    expect(answer.status).toBe(201)
  }
  const told = (await mailsTo(carol.email)).filter((mail) => mail.subject === 'You have an account already')
  expect(told).toHaveLength(5)
})

test('who registered with another’s address loses the account to its owner', async () => {
  const email = 'owner@parlour.test'
  const thief = await post('register', { email, username: 'thief', password: 'known to the thief' })
  await post('forgot-password', { email })
  const otp = await codeTo(email)
  expect((await post('reset-password', { email, otp, new_password: PASSWORD })).status).toBe(200)
  expect((await ask('GET', '/api/profile/', { token: thief.body.access })).status).toBe(401)
  expect((await post('login', { email, password: 'known to the thief' })).status).toBe(400)
  expect((await post('login', { email, password: PASSWORD }, REQUIRED)).status).toBe(200)
})

test('no code stands in an answer, a log or the directory', async () => {
  const lines: unknown[] = []
  for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, level).mockImplementation((...line) => lines.push(...line))
  }
  const answers: string[] = []
  const keep = async (asked: Promise<Answer>) => {
    const answer = await asked
    answers.push(JSON.stringify([answer.body, [...answer.headers]]))
    return answer
  }
  const codes: string[] = []
  const register = { email: 'dan@parlour.test', username: 'dan', password: PASSWORD }
  const { access } = (await keep(post('register', register))).body
  codes.push(await codeTo(register.email))
  await keep(post('resend-otp', { email: register.email }))
  codes.push(await codeTo(register.email))
  const tables = async () => {
    const { results } = await env.DIRECTORY.prepare('SELECT * FROM mailed_codes').all()
    return JSON.stringify(results)
  }
  const stored = [await tables()]
  await keep(post('verify-email', { email: register.email, otp: codes[1] }))
  await ask('PATCH', '/api/profile/', { token: access, body: { login_otp: true } })
  const { challenge } = (await keep(post('login', register))).body
  codes.push(await codeTo(register.email))
  stored.push(await tables())
  await keep(post('verify-otp', { challenge, otp: codes[2] }))
  await keep(post('forgot-password', { email: register.email }))
  codes.push(await codeTo(register.email))
  stored.push(await tables())
  await keep(post('reset-password', { email: register.email, otp: codes[3], new_password: 'another long password' }))

  expect(new Set(codes).size).toBeGreaterThan(1)
  for (const code of codes) {
    // Not as part of a longer number either side of which are digits: ids and times are such.
    const bare = new RegExp(`(?<!\\d)${code}(?!\\d)`)
    for (const text of [...answers, ...stored, ...lines.map(String)]) expect(text).not.toMatch(bare)
  }
  expect(stored.join()).not.toContain(challenge)
})

test('a stored code fits its purpose, address, attempt, owner, password and secret alone', () => {
  const of = { kind: 'login', address: 'ada@parlour.test', attempt: 'x', owner: 7, passwordHash: 'scrypt$1' } as const
  const secret = 'a secret of at least thirty-two characters'
  const hash = codeHash(secret, '123456', of)
  expect(isCode([secret], '123456', of, hash)).toBe(true)
  expect(isCode([secret], '123457', of, hash)).toBe(false)
  expect(isCode([`${secret}!`], '123456', of, hash)).toBe(false)
  for (const other of [
    { kind: 'verify_email' },
    { kind: 'change_email' },
    { address: 'eve@parlour.test' },
    { attempt: 'y' },
    { owner: 8 },
    { owner: null },
    { passwordHash: 'scrypt$2' },
    { passwordHash: null },
  ] as const) {
    expect(isCode([secret], '123456', { ...of, ...other }, hash)).toBe(false)
  }
})

test('codes are six digits, spread over all there are', () => {
  const codes = Array.from({ length: 20_000 }, newCode)
  for (const code of codes) expect(code).toMatch(/^\d{6}$/)
  const firsts = Array<number>(10).fill(0)
  for (const code of codes) firsts[Number(code[0])] = (firsts[Number(code[0])] ?? 0) + 1
  // Each first digit is expected 2,000 times with a deviation of 42: ten deviations either way never happen.
  for (const count of firsts) expect(Math.abs(count - 2_000)).toBeLessThan(420)
  expect(new Set(codes).size).toBeGreaterThan(19_000)
})
