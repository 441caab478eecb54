/** Codes under attack: tries, uses and sendings are counted exactly, however many come at once. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { TIMES } from '../../src/config'
import { LIMITS } from '../../src/protocol'
import { type Answer, ask, PASSWORD, type Someone, signUp } from '../support/api'
import { codeTo, mailsTo, wrong } from '../support/mail'
import { forward, presentTime } from '../support/world'

let names = 0
let ada: Someone
beforeEach(async () => {
  ada = await signUp(`ada${++names}`)
})
afterEach(presentTime)

const post = (path: string, body: object, more = {}) => ask('POST', `/api/${path}/`, { body, ...more })
const verify = (email: string, otp: string) => post('verify-email', { email, otp })
const statuses = (answers: Answer[]) => answers.map(({ status }) => status).sort()
const many = (times: number, each: (i: number) => Promise<Answer>) =>
  Promise.all(Array.from({ length: times }, (_, i) => each(i)))

const row = (address: string, kind = 'verify_email') =>
  env.DIRECTORY.prepare('SELECT * FROM codes WHERE address = ? AND kind = ?')
    .bind(address, kind)
    .first<Record<string, unknown>>()

describe('tries', () => {
  test('of two hundred guesses at once five are counted, and the right code comes too late', async () => {
    const code = await codeTo(ada.email)
    const answers = await many(200, () => verify(ada.email, wrong(code)))
    expect(new Set(statuses(answers))).toEqual(new Set([400]))
    expect((await row(ada.email))?.tries).toBe(LIMITS.codeTries)
    expect((await verify(ada.email, code)).status).toBe(400)
    expect((await row(ada.email))?.tries).toBe(LIMITS.codeTries)
  })

  test('of guesses that include the right one no more than five are looked at', async () => {
    // Whoever guesses 200 different codes at once, with the right one among them, succeeds only if it is an early one.
    const code = await codeTo(ada.email)
    const place = 100
    const guesses = Array.from({ length: 200 }, (_, i) => (i === place ? code : wrong(code)))
    const answers = await many(200, (i) => verify(ada.email, guesses[i] as string))
    const { tries, hash } = (await row(ada.email)) as { tries: number; hash: string | null }
    expect(tries).toBe(LIMITS.codeTries)
    expect(answers[place]?.status === 200).toBe(hash === null)
    expect(answers.filter(({ status }) => status === 200).length).toBe(hash === null ? 1 : 0)
  })

  test('at an address that nobody has are counted the same', async () => {
    const email = `nobody${names}@parlour.test`
    await post('resend-otp', { email })
    await many(20, () => verify(email, '123456'))
    expect(await row(email)).toMatchObject({ tries: LIMITS.codeTries, user_id: null })
  })

  test('of one code are none of another', async () => {
    const bob = await signUp(`bob${names}`)
    await many(20, () => verify(bob.email, '000000'))
    await post('forgot-password', { email: ada.email })
    const reset = { email: ada.email, otp: '000000', new_password: PASSWORD }
    await many(20, () => post('reset-password', reset))
    expect((await verify(ada.email, await codeOf('Confirm your e-mail address'))).status).toBe(200)
  })

  const codeOf = async (subject: string) => {
    const mail = (await mailsTo(ada.email)).find((each) => each.subject === subject)
    return /\d{6}/.exec(mail?.text ?? '')?.[0] ?? ''
  }
})

describe('one use', () => {
  test('of fifty who verify at once with the right code one is signed in', async () => {
    const code = await codeTo(ada.email)
    const answers = await many(50, () => verify(ada.email, code))
    expect(statuses(answers)).toEqual([200, ...Array(49).fill(400)])
    const sessions = await env.DIRECTORY.prepare('SELECT count(*) AS n FROM sessions WHERE user_id = ?')
      .bind(ada.id)
      .first('n')
    // Registering began the other.
    expect(sessions).toBe(2)
  })

  test('of fifty who answer one challenge at once one is signed in', async () => {
    await verify(ada.email, await codeTo(ada.email))
    await ask('PATCH', '/api/profile/', { token: ada.access, body: { login_otp: true } })
    const { challenge } = (await post('login', { identifier: ada.username, password: PASSWORD })).body
    const otp = await codeTo(ada.email)
    const answers = await many(50, () => post('verify-otp', { challenge, otp }))
    expect(statuses(answers)).toEqual([200, ...Array(49).fill(400)])
  })

  test('of ten who choose a new password at once one has it', async () => {
    await post('forgot-password', { email: ada.email })
    const otp = await codeTo(ada.email)
    const answers = await many(10, (i) =>
      post('reset-password', { email: ada.email, otp, new_password: `password number ${i}` }),
    )
    expect(statuses(answers)).toEqual([200, ...Array(9).fill(400)])
    const winner = answers.findIndex(({ status }) => status === 200)
    const login = { identifier: ada.username, password: `password number ${winner}` }
    expect((await post('login', login)).status).toBe(200)
  })

  test('a directory that fails while it is used leaves the code good', async () => {
    const code = await codeTo(ada.email)
    const broken = new Proxy(env.DIRECTORY, {
      get(of, name) {
        if (name === 'prepare') {
          return (sql: string) =>
            of.prepare(sql.startsWith('INSERT INTO sessions') ? sql.replace('device', 'no_such') : sql)
        }
        const value: unknown = Reflect.get(of, name)
        return typeof value === 'function' ? value.bind(of) : value
      },
    })
    const body = { email: ada.email, otp: code }
    vi.spyOn(console, 'error').mockImplementationOnce(() => {})
    expect((await post('verify-email', body, { env: { DIRECTORY: broken } })).status).toBe(500)
    const profile = await ask('GET', '/api/profile/', { token: ada.access })
    expect(profile.body.email_verified).toBe(false)
    expect((await post('verify-email', body)).status).toBe(200)
  })
})

describe('sending', () => {
  let networks = 0
  /** With the rates on, each from a network of its own unless it says otherwise. */
  const limited = () => ({
    env: { RATE_LIMITS: 'on' } as const,
    headers: { 'CF-Connecting-IP': `10.1.${++networks >> 8}.${networks & 255}` },
  })
  const forgot = (email: string, more = {}) => post('forgot-password', { email }, { ...limited(), ...more })
  const resets = async (address: string) =>
    (await mailsTo(address)).filter((mail) => mail.subject === 'Your code for a new password').length

  test('of fifty requests for one address at once, from everywhere, five send a code and none tells', async () => {
    const answers = await many(50, () => forgot(ada.email))
    expect(statuses(answers)).toEqual(Array(50).fill(202))
    expect(await resets(ada.email)).toBe(LIMITS.codesPerHour)
  })

  test('begins again when an hour has gone by since the first, one by one', async () => {
    for (let i = 1; i <= LIMITS.codesPerHour; i++) {
      await forgot(ada.email)
      expect(await resets(ada.email)).toBe(i)
      forward(60_000)
    }
    // The first was five minutes ago.
    forward(TIMES.codesCounted - 5 * 60_000 - 10_000)
    await forgot(ada.email)
    expect(await resets(ada.email)).toBe(5)
    forward(11_000)
    await forgot(ada.email)
    await forgot(ada.email)
    expect(await resets(ada.email)).toBe(6)
  })

  test('what registering sends is counted, and what is sent for other purposes is not', async () => {
    const email = ada.email
    await many(6, () => forgot(email))
    await many(6, () => post('resend-otp', { email }, limited()))
    const subjects = (await mailsTo(email)).map((mail) => mail.subject)
    expect(subjects.filter((subject) => subject === 'Confirm your e-mail address')).toHaveLength(5)
    expect(subjects).toHaveLength(10)
  })

  test('a full count leaves the last code good', async () => {
    for (let i = 0; i < LIMITS.codesPerHour; i++) await forgot(ada.email)
    const otp = await codeTo(ada.email)
    await forgot(ada.email)
    const reset = { email: ada.email, otp, new_password: 'another long password' }
    expect((await post('reset-password', reset)).status).toBe(200)
  })

  test('who asks too often is told when to come back, whoever has the address', async () => {
    for (const email of [ada.email, `nobody${names}@parlour.test`]) {
      const here = limited()
      const answers = await many(20, () => forgot(email, here))
      expect(statuses(answers)).toEqual([...Array(5).fill(202), ...Array(15).fill(429)])
      const refused = await forgot(email, here)
      expect(refused.body.code).toBe('rate_limited')
      expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(600)
      expect((await post('resend-otp', { email }, here)).status).toBe(202)
    }
  })

  test('one network cannot ask for codes to everybody', async () => {
    const here = limited()
    const answers = await many(120, (i) => forgot(`person${i}.${names}@parlour.test`, here))
    expect(statuses(answers)).toEqual([...Array(100).fill(202), ...Array(20).fill(429)])
    expect((await forgot(`other${names}@parlour.test`)).status).toBe(202)
  })

  test('nobody else uses up the codes of a login', async () => {
    await verify(ada.email, await codeTo(ada.email))
    await ask('PATCH', '/api/profile/', { token: ada.access, body: { login_otp: true } })
    const resend = () => post('resend-otp', { email: ada.email, purpose: 'login' }, limited())
    const before = (await mailsTo(ada.email)).length
    await many(20, resend)
    expect(await mailsTo(ada.email)).toHaveLength(before)
    const login = () => post('login', { identifier: ada.username, password: PASSWORD }, limited())
    for (let i = 0; i < LIMITS.codesPerHour; i++) expect((await login()).status).toBe(202)
    const refused = await login()
    expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited'])
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(3_000)
    await resend()
    expect(await mailsTo(ada.email)).toHaveLength(before + LIMITS.codesPerHour)
  })

  test('whoever asks for codes to an address keeps nobody from registering with it', async () => {
    const email = `victim${names}@parlour.test`
    await many(10, () => post('resend-otp', { email }, limited()))
    expect((await post('register', { email, password: PASSWORD }, limited())).status).toBe(201)
    expect((await verify(email, await codeTo(email))).status).toBe(200)
  })

  test('a new address that has had enough codes waits, and gets one later', async () => {
    const email = `fresh${names}@parlour.test`
    await many(5, () => post('resend-otp', { email }, limited()))
    const body = { email }
    expect((await ask('PATCH', '/api/profile/', { token: ada.access, body, ...limited() })).status).toBe(200)
    expect(await mailsTo(email)).toEqual([])
    forward(TIMES.codesCounted + 1_000)
    await post('resend-otp', { email }, limited())
    expect((await verify(email, await codeTo(email))).body.user.email).toBe(email)
  })

  test('rows that count no more are swept by the next', async () => {
    await forgot(ada.email)
    expect(await row(ada.email, 'reset_password')).not.toBeNull()
    forward(TIMES.codesCounted + 1_000)
    const bob = await signUp(`bob${names}`)
    expect(await row(bob.email)).not.toBeNull()
    const { results } = await env.DIRECTORY.prepare('SELECT * FROM codes WHERE forget_at <= ?').bind(Date.now()).all()
    expect(results).toEqual([])
  })
})
