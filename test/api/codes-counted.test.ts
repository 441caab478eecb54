/** Codes under attack: tries, uses and mails are counted exactly under concurrency. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { BOUNDS, RATES, TIMES } from '../../src/config'
import { LIMITS } from '../../src/protocol'
import { type Answer, ask, PASSWORD, type Someone, signUp } from '../support/api'
import { codeTo, longCodeIn, mailsTo, wrong } from '../support/mail'
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
  env.DIRECTORY.prepare('SELECT * FROM mailed_codes WHERE address = ? AND kind = ?')
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
    // Of 200 concurrent guesses, the right one succeeds only if it is among the first.
    const code = await codeTo(ada.email)
    const place = 100
    const guesses = Array.from({ length: 200 }, (_, i) => (i === place ? code : wrong(code)))
    const answers = await many(200, (i) => verify(ada.email, guesses[i] as string))
    const left = await row(ada.email)
    // A code that was spent is gone.
    expect(left?.tries ?? LIMITS.codeTries).toBe(LIMITS.codeTries)
    expect(answers[place]?.status === 200).toBe(left === null)
    expect(answers.filter(({ status }) => status === 200).length).toBe(left === null ? 1 : 0)
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

describe('wrong codes', () => {
  test.each(['203.0.113.', '2001:db8:77:'])(
    'from one network (%s) are refused beyond a figure, and a right one is not',
    async (network) => {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
      const from = (n: number) => ({
        env: { RATE_LIMITS: 'on' } as const,
        headers: {
          'CF-Connecting-IP': network.includes('.') ? `${network}${n}` : `${network}${n.toString(16)}::${n}`,
          'User-Agent': `Agent/${n}`,
        },
      })
      const long = 'AAAAA-AAAAA-AAAAA-AAAAA-AAAAA'
      const guess = (n: number) => {
        const email = `guessed${n}.${names}@parlour.test`
        if (n % 3 === 0) return post('verify-email', { email, otp: '123456' }, from(n))
        if (n % 3 === 1) return post('verify-otp', { challenge: `guessed${n}`, otp: '123456' }, from(n))
        return post('reset-password', { email, otp: n % 2 ? '123456' : long, new_password: PASSWORD }, from(n))
      }
      const { limit } = RATES.wrongCode
      const answers = await many(limit + 20, guess)
      expect(statuses(answers)).toEqual([...Array(limit).fill(400), ...Array(20).fill(429)])
      expect(Number(answers.find(({ status }) => status === 429)?.headers.get('Retry-After'))).toBeGreaterThan(0)
      await post('forgot-password', { email: ada.email }, from(200))
      const reset = { email: ada.email, otp: await codeTo(ada.email), new_password: 'another long password' }
      expect((await post('reset-password', reset, from(200))).status).toBe(200)
    },
  )
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
            of.prepare(sql.startsWith('INSERT INTO sessions') ? sql.replace('user_agent', 'no_such') : sql)
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
    headers: { 'CF-Connecting-IP': `10.${++networks >> 8}.${networks & 255}.1` },
  })
  const forgot = (email: string, more = {}) => post('forgot-password', { email }, { ...limited(), ...more })
  const resets = async (address: string) =>
    (await mailsTo(address)).filter((mail) => mail.subject === 'Your code for a new password').length
  const reset = (otp: string, more = {}) =>
    post('reset-password', { email: ada.email, otp, new_password: 'another long password' }, more)

  test('of fifty requests for one address at once, from everywhere, twenty send a code and none tells', async () => {
    const answers = await many(50, () => forgot(ada.email))
    expect(statuses(answers)).toEqual(Array(50).fill(202))
    expect(await resets(ada.email)).toBe(BOUNDS.mailsHourly.limit)
  })

  test('is given back one by one, and ends for the day', async () => {
    await many(30, () => forgot(ada.email))
    for (let n = 1; n <= BOUNDS.mailsDaily.limit; n++) {
      forward(BOUNDS.mailsHourly.per / BOUNDS.mailsHourly.limit)
      await many(2, () => forgot(ada.email))
    }
    const sent = await resets(ada.email)
    expect(sent).toBeGreaterThanOrEqual(BOUNDS.mailsDaily.limit)
    expect(sent).toBeLessThan(BOUNDS.mailsDaily.limit + 5)
  })

  test('for one purpose leaves what is sent for others', async () => {
    await many(30, () => forgot(ada.email))
    await many(3, () => post('resend-otp', { email: ada.email }, limited()))
    const subjects = (await mailsTo(ada.email)).map((mail) => mail.subject)
    // One more came with registering.
    expect(subjects.filter((subject) => subject === 'Confirm your e-mail address')).toHaveLength(4)
  })

  test('goes on for devices that have signed in before, whatever strangers have asked for', async () => {
    const mine = limited()
    await post('login', { identifier: ada.username, password: PASSWORD }, mine)
    await many(60, () => forgot(ada.email))
    const strangers = await resets(ada.email)
    for (let n = 1; n <= LIMITS.codesPerHour; n++) {
      expect((await forgot(ada.email, mine)).status).toBe(202)
      expect(await resets(ada.email)).toBe(strangers + n)
    }
    const otp = await codeTo(ada.email)
    expect((await forgot(ada.email, mine)).status).toBe(429)
    // A full count leaves the last code good.
    expect((await reset(otp, mine)).status).toBe(200)
  })

  test('goes on for a device by its key, also on a network where others have asked too often', async () => {
    const key = { device_key: 'a-key-of-one-device-0001' }
    await post('login', { identifier: ada.username, password: PASSWORD, ...key }, limited())
    const shared = limited()
    await many(110, (n) => forgot(n % 2 ? ada.email : `person${n}.${names}@parlour.test`, shared))
    expect((await forgot(ada.email, shared)).status).toBe(429)
    const before = await resets(ada.email)
    expect((await post('forgot-password', { email: ada.email, ...key }, shared)).status).toBe(202)
    expect(await resets(ada.email)).toBe(before + 1)
    expect(
      (
        await post(
          'reset-password',
          { email: ada.email, otp: await codeTo(ada.email), new_password: 'another long password', ...key },
          shared,
        )
      ).status,
    ).toBe(200)
  })

  test('ten requests of strangers keep nobody out, on whatever device', async () => {
    const [one, two] = [limited(), limited()]
    for (let n = 0; n < 10; n++) await forgot(ada.email, n % 2 ? one : two)
    const mine = limited()
    await forgot(ada.email, mine)
    expect((await reset(await codeTo(ada.email), mine)).status).toBe(200)
  })

  test('when strangers have used up all mails, the long code in any of them still works', async () => {
    await many(60, () => forgot(ada.email))
    const mine = limited()
    const before = await resets(ada.email)
    await forgot(ada.email, mine)
    expect(await resets(ada.email)).toBe(before)
    const [mail] = await mailsTo(ada.email)
    expect((await reset(longCodeIn(mail), mine)).status).toBe(200)
    // A device that has entered a mailed code is known from then on.
    expect((await post('login', { identifier: ada.email, password: 'another long password' }, mine)).status).toBe(200)
    await forgot(ada.email, mine)
    expect(await resets(ada.email)).toBe(before + 1)
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

  test('nobody who does not know the password uses up the codes of a login', async () => {
    await verify(ada.email, await codeTo(ada.email))
    await ask('PATCH', '/api/profile/', { token: ada.access, body: { login_otp: true } })
    const resend = (more = {}) => post('resend-otp', { email: ada.email, purpose: 'login' }, { ...limited(), ...more })
    const before = (await mailsTo(ada.email)).length
    await many(20, () => resend())
    expect(await mailsTo(ada.email)).toHaveLength(before)
    const mine = limited()
    const login = (more = {}) => post('login', { identifier: ada.username, password: PASSWORD }, { ...mine, ...more })
    for (let i = 0; i < LIMITS.codesPerHour; i++) expect((await login()).status).toBe(202)
    const refused = await login()
    expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited'])
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(600)
    await resend()
    expect(await mailsTo(ada.email)).toHaveLength(before + LIMITS.codesPerHour)
    expect((await login(limited())).status).toBe(202)
  })

  test('another code for a login that waits goes to the device that waits, and keeps its challenge', async () => {
    await verify(ada.email, await codeTo(ada.email))
    await ask('PATCH', '/api/profile/', { token: ada.access, body: { login_otp: true } })
    const mine = limited()
    const { body } = await post('login', { identifier: ada.username, password: PASSWORD }, mine)
    const first = await codeTo(ada.email)
    const before = (await mailsTo(ada.email)).length
    await post('resend-otp', { email: ada.email, purpose: 'login' }, mine)
    expect(await mailsTo(ada.email)).toHaveLength(before + 1)
    const second = await codeTo(ada.email)
    const answer = (otp: string) => post('verify-otp', { challenge: body.challenge, otp }, mine)
    if (first !== second) expect((await answer(first)).status).toBe(400)
    expect((await answer(second)).status).toBe(200)
  })

  test('whoever asks for codes to an address keeps nobody from registering with it', async () => {
    const email = `victim${names}@parlour.test`
    await many(10, () => post('resend-otp', { email }, limited()))
    const mine = limited()
    expect((await post('register', { email, password: PASSWORD }, mine)).status).toBe(201)
    expect((await post('verify-email', { email, otp: await codeTo(email) }, mine)).status).toBe(200)
  })

  test('rows that count no more are swept by the next', async () => {
    await forgot(ada.email)
    expect(await row(ada.email, 'reset_password')).not.toBeNull()
    forward(TIMES.codeKept + 1_000)
    const bob = await signUp(`bob${names}`)
    expect(await row(bob.email)).not.toBeNull()
    const { results } = await env.DIRECTORY.prepare('SELECT * FROM mailed_codes WHERE forget_at <= ?')
      .bind(Date.now())
      .all()
    expect(results).toEqual([])
  })
})
