/** Codes by mail: they verify an address, confirm a login, and replace a forgotten password. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CLOSE, TIMES } from '../../src/config'
import { DetailOnly, LIMITS, OtpRequired, Registered, SignedIn } from '../../src/protocol'
import { type Answer, ask, PASSWORD, type Someone, signIn, signUp } from '../support/api'
import { codeTo, longCodeIn, mailsTo, wrong } from '../support/mail'
import { forward, openFeed, openSidebar, presentTime } from '../support/world'

let names = 0
let ada: Someone
beforeEach(async () => {
  ada = await signUp(`ada${++names}`)
})
afterEach(presentTime)

const REQUIRED = { EMAIL_VERIFICATION: 'required' } as const
const FRESH = 'another long password'

const post = (path: string, body: object, more = {}) => ask('POST', `/api/${path}/`, { body, ...more })
const own = (access: string) => ask('GET', '/api/profile/', { token: access })
const patch = (body: object, who = ada) => ask('PATCH', '/api/profile/', { token: who.access, body })
const verify = (email: string, otp: string) => post('verify-email', { email, otp })
const login = (password = PASSWORD, who = ada) => post('login', { identifier: who.username, password })

function expectWrongCode({ status, body }: Answer): void {
  expect([status, body]).toEqual([400, { code: 'wrong_code', detail: expect.any(String), otp: [expect.any(String)] }])
}

/** Verifies somebody's address with the code that was mailed. */
const verified = async (who = ada) => verify(who.email, await codeTo(who.email))

/** Signs in with the password as far as it goes. @returns the challenge. */
async function challenge(who = ada): Promise<string> {
  const { status, body } = await login(PASSWORD, who)
  expect(status).toBe(202)
  return body.challenge
}

describe('an address', () => {
  test('is verified by the code that registering mails, and signs in', async () => {
    expect((await own(ada.access)).body.email_verified).toBe(false)
    const { status, body } = await verified()
    expect(status).toBe(200)
    expect(SignedIn.parse(body)).toEqual(body)
    expect(body.user).toMatchObject({ id: ada.id, email: ada.email, email_verified: true })
    expect((await own(body.access)).status).toBe(200)
    expect((await post('token/refresh', { refresh: body.refresh })).status).toBe(200)
    expect((await own(ada.access)).body.email_verified).toBe(true)
  })

  test('is written in any case, and the code with blanks or as a number', async () => {
    const code = await codeTo(ada.email)
    expect((await verify(` ${ada.email.toUpperCase()} `, `${code.slice(0, 3)} ${code.slice(3)}`)).status).toBe(200)
    const bob = await signUp(`bob${names}`)
    const number = Number(await codeTo(bob.email))
    expect((await post('verify-email', { email: bob.email, otp: number })).status).toBe(200)
  })

  test('may be verified before the first login where it must be', async () => {
    const email = `eve${names}@parlour.test`
    const registered = await post('register', { email, username: `eve${names}`, password: PASSWORD }, { env: REQUIRED })
    expect(Registered.parse(registered.body)).toMatchObject({ verification_required: true, tokens: null })
    const early = await post('login', { email, password: PASSWORD }, { env: REQUIRED })
    expect([early.status, early.body.code]).toEqual([403, 'email_unverified'])
    expect((await verify(email, await codeTo(email))).status).toBe(200)
    expect((await post('login', { email, password: PASSWORD }, { env: REQUIRED })).status).toBe(200)
  })

  test('gets another code when asked, and none once it is verified', async () => {
    const first = await codeTo(ada.email)
    const asked = await post('resend-otp', { email: ada.email })
    expect(asked.status).toBe(202)
    expect(DetailOnly.parse(asked.body)).toEqual(asked.body)
    const second = await codeTo(ada.email)
    expect(await mailsTo(ada.email)).toHaveLength(2)
    if (first !== second) expectWrongCode(await verify(ada.email, first))
    expect((await verify(ada.email, second)).status).toBe(200)
    expect((await post('resend-otp', { email: ada.email, purpose: 'verify_email' })).status).toBe(202)
    expect(await mailsTo(ada.email)).toHaveLength(2)
  })
})

describe('signing in with a code', () => {
  beforeEach(async () => {
    await verified()
    expect((await patch({ login_otp: true })).body.login_otp).toBe(true)
  })

  test('takes the password first, then the code', async () => {
    const first = await login()
    expect(first.status).toBe(202)
    expect(OtpRequired.parse(first.body)).toEqual(first.body)
    expect(first.body).toMatchObject({ otp_required: true, detail: expect.any(String) })
    const { status, body } = await post('verify-otp', {
      challenge: first.body.challenge,
      otp: await codeTo(ada.email),
    })
    expect(status).toBe(200)
    expect(SignedIn.parse(body)).toEqual(body)
    expect(body.user.id).toBe(ada.id)
    expect((await own(body.access)).status).toBe(200)
  })

  test('sends no code for a wrong password', async () => {
    const before = (await mailsTo(ada.email)).length
    expect((await login('not the password')).status).toBe(400)
    expect(await mailsTo(ada.email)).toHaveLength(before)
  })

  test('needs the code of the same challenge', async () => {
    const bob = await signUp(`bob${names}`)
    await verified(bob)
    await patch({ login_otp: true }, bob)
    const [adas, bobs] = [await challenge(), await challenge(bob)]
    const [adasCode, bobsCode] = [await codeTo(ada.email), await codeTo(bob.email)]
    if (adasCode !== bobsCode) expectWrongCode(await post('verify-otp', { challenge: bobs, otp: adasCode }))
    expectWrongCode(await post('verify-otp', { challenge: 'made up', otp: adasCode }))
    expect((await post('verify-otp', { challenge: adas, otp: adasCode })).body.user.id).toBe(ada.id)
    expect((await post('verify-otp', { challenge: bobs, otp: bobsCode })).body.user.id).toBe(bob.id)
  })

  test('a second login leaves the first one’s challenge good: each has a code of its own', async () => {
    const first = await challenge()
    const early = await codeTo(ada.email)
    const second = await challenge()
    const late = await codeTo(ada.email)
    if (early !== late) expectWrongCode(await post('verify-otp', { challenge: second, otp: early }))
    expect((await post('verify-otp', { challenge: first, otp: early })).status).toBe(200)
    expect((await post('verify-otp', { challenge: second, otp: late })).status).toBe(200)
  })

  test('another code answers the same challenge, and the first does no more', async () => {
    const id = await challenge()
    const first = await codeTo(ada.email)
    expect((await post('resend-otp', { email: ada.email, purpose: 'login' })).status).toBe(202)
    const second = await codeTo(ada.email)
    if (first !== second) expectWrongCode(await post('verify-otp', { challenge: id, otp: first }))
    expect((await post('verify-otp', { challenge: id, otp: second })).status).toBe(200)
    const before = (await mailsTo(ada.email)).length
    expect((await post('resend-otp', { email: ada.email, purpose: 'login' })).status).toBe(202)
    expect(await mailsTo(ada.email)).toHaveLength(before)
  })

  test.each(['changed', 'reset'])('a code is worth nothing once the password has been %s', async (how) => {
    const id = await challenge()
    const otp = await codeTo(ada.email)
    if (how === 'changed') {
      expect((await patch({ old_password: PASSWORD, new_password: FRESH })).status).toBe(200)
    } else {
      await post('forgot-password', { email: ada.email })
      const reset = { email: ada.email, otp: await codeTo(ada.email), new_password: FRESH }
      expect((await post('reset-password', reset)).status).toBe(200)
    }
    expectWrongCode(await post('verify-otp', { challenge: id, otp }))
    expect((await login(FRESH)).status).toBe(202)
  })

  test('is over with the setting', async () => {
    expect((await patch({ login_otp: false, old_password: PASSWORD })).status).toBe(200)
    expect((await login()).status).toBe(200)
  })

  test('is refused to an account that was closed meanwhile', async () => {
    const id = await challenge()
    await env.DIRECTORY.prepare('UPDATE users SET disabled_at = 1 WHERE id = ?').bind(ada.id).run()
    expectWrongCode(await post('verify-otp', { challenge: id, otp: await codeTo(ada.email) }))
  })
})

/** Somebody else's device, on another network. */
const ELSEWHERE = { headers: { 'CF-Connecting-IP': '198.51.100.7', 'User-Agent': 'Another/1' } }
const stranger = (path: string, body: object) => post(path, body, ELSEWHERE)

describe('what others ask for and guess at', () => {
  test.each([
    ['verify-email', {}, (otp: string) => verify(ada.email, otp)],
    [
      'reset-password',
      { new_password: FRESH },
      (otp: string) => post('reset-password', { email: ada.email, otp, new_password: FRESH }),
    ],
  ])('neither uses up nor replaces the code of who asked: %s', async (path, more, use) => {
    const purpose = path === 'verify-email' ? 'verify_email' : 'reset_password'
    await post('resend-otp', { email: ada.email, purpose })
    const otp = await codeTo(ada.email)
    await stranger('resend-otp', { email: ada.email, purpose })
    const theirs = await codeTo(ada.email)
    for (let i = 0; i < 2 * LIMITS.codeTries; i++) {
      expectWrongCode(await stranger(path, { email: ada.email, otp: wrong(theirs), ...more }))
    }
    // A code is of no use but to the device that asked for it, and of no use to that if another asked.
    if (otp !== theirs) expectWrongCode(await use(theirs))
    expectWrongCode(await stranger(path, { email: ada.email, otp, ...more }))
    expect((await use(otp)).status).toBe(200)
  })

  test('a device with a key is the same on every network, and another one with the same address is not', async () => {
    const key = { device_key: 'a-key-of-one-device-0001' }
    await post('forgot-password', { email: ada.email, ...key })
    const otp = await codeTo(ada.email)
    const reset = { email: ada.email, otp, new_password: FRESH }
    for (const device_key of [undefined, 'a-key-of-another-device-2', 'short', 7, null]) {
      expectWrongCode(await post('reset-password', { ...reset, device_key }))
    }
    expect((await stranger('reset-password', { ...reset, ...key })).status).toBe(200)
  })

  test('a mail with a code for a new password brings a longer one that works on any device, once', async () => {
    await stranger('forgot-password', { email: ada.email })
    const [mail] = await mailsTo(ada.email)
    const long = longCodeIn(mail)
    for (const otp of [long.replace(/^./, (letter) => (letter === '0' ? '1' : '0')), long.slice(0, -1), `${long}0`]) {
      expect((await post('reset-password', { email: ada.email, otp, new_password: FRESH })).status).toBe(400)
    }
    const other = await signUp(`other${names}`)
    expectWrongCode(await post('reset-password', { email: other.email, otp: long, new_password: FRESH }))
    forward(TIMES.recoveryCode - 60_000)
    // As people type it: in lower case, with an o for a zero, without hyphens.
    const typed = long.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l').replaceAll('-', ' ')
    const answer = await post('reset-password', { email: ada.email, otp: typed, new_password: FRESH })
    expect(answer.status).toBe(200)
    expect((await login(FRESH)).body.user.email_verified).toBe(true)
    expectWrongCode(await post('reset-password', { email: ada.email, otp: long, new_password: PASSWORD }))
  })

  test('the longer code is worth nothing after a day, nor once the password is another', async () => {
    await post('forgot-password', { email: ada.email })
    const old = longCodeIn((await mailsTo(ada.email))[0])
    forward(TIMES.recoveryCode + 1_000)
    expectWrongCode(await post('reset-password', { email: ada.email, otp: old, new_password: FRESH }))
    presentTime()
    await patch({ old_password: PASSWORD, new_password: FRESH })
    expectWrongCode(await post('reset-password', { email: ada.email, otp: old, new_password: PASSWORD }))
  })
})

describe('a forgotten password', () => {
  const forgot = async (email = ada.email) => {
    expect((await post('forgot-password', { email })).status).toBe(202)
    return codeTo(email)
  }
  const reset = (otp: string, more = {}) =>
    post('reset-password', { email: ada.email, otp, new_password: FRESH, ...more })

  test('is replaced with the code, every session ends, and its owner is told', async () => {
    const phone = await signIn(ada)
    expect((await own(phone.access)).status).toBe(200)
    const { status, body } = await reset(await forgot())
    expect(status).toBe(200)
    expect(DetailOnly.parse(body)).toEqual(body)
    for (const { access, refresh } of [ada, phone]) {
      expect((await own(access)).body.code).toBe('session_ended')
      expect((await post('token/refresh', { refresh })).status).toBe(401)
    }
    expect((await login()).status).toBe(400)
    expect((await login(FRESH)).status).toBe(200)
    expect((await mailsTo(ada.email))[0]?.subject).toBe('Your password was changed')
  })

  test('is replaced, and every open socket of the account closes', async () => {
    const lines = [await openSidebar(ada), await openFeed(await signIn(ada))]
    await reset(await forgot())
    for (const line of lines) await expect.poll(() => line.ended?.code).toBe(CLOSE.sessionEnded)
  })

  test('is replaced by whoever has the mail, so the address counts as verified', async () => {
    await reset(await forgot())
    expect((await login(FRESH)).body.user.email_verified).toBe(true)
  })

  test('takes no code that was sent for something else', async () => {
    const otp = await codeTo(ada.email)
    await forgot()
    if (otp !== (await codeTo(ada.email))) expectWrongCode(await reset(otp))
    await env.DIRECTORY.prepare("DELETE FROM mailed_codes WHERE kind = 'reset_password'").run()
    expectWrongCode(await reset(otp))
    expect((await verify(ada.email, otp)).status).toBe(200)
  })

  test('is not replaced by the code of an address that the account has no more', async () => {
    await verified()
    const otp = await forgot()
    const fresh = `fresh${names}@parlour.test`
    await patch({ email: fresh, old_password: PASSWORD })
    expect((await verify(fresh, await codeTo(fresh))).status).toBe(200)
    expectWrongCode(await reset(otp))
    expect((await login()).status).toBe(200)
  })

  test('is not replaced by a bad one, which costs no try', async () => {
    const otp = await forgot()
    for (let i = 0; i < LIMITS.codeTries; i++) {
      const short = await reset(otp, { new_password: 'short' })
      expect([short.status, short.body.new_password]).toEqual([400, [expect.any(String)]])
    }
    for (const weak of ['iloveyou', ada.email, 'parlour!!']) {
      const refused = await reset(otp, { new_password: weak })
      expect([refused.status, refused.body.new_password]).toEqual([400, [expect.any(String)]])
    }
    const differing = await reset(otp, { confirm_password: 'something else' })
    expect([differing.status, differing.body.confirm_password]).toEqual([400, [expect.any(String)]])
    expect((await reset(otp)).status).toBe(200)
  })

  test('brings nothing to a closed account', async () => {
    await env.DIRECTORY.prepare('UPDATE users SET disabled_at = 1 WHERE id = ?').bind(ada.id).run()
    const before = (await mailsTo(ada.email)).length
    expect((await post('forgot-password', { email: ada.email })).status).toBe(202)
    expect(await mailsTo(ada.email)).toHaveLength(before)
  })
})

test('a changed password is told by mail', async () => {
  await patch({ old_password: PASSWORD, new_password: FRESH })
  expect((await mailsTo(ada.email))[0]?.subject).toBe('Your password was changed')
})

describe('a code', () => {
  test('is good once', async () => {
    const otp = await codeTo(ada.email)
    expect((await verify(ada.email, otp)).status).toBe(200)
    expectWrongCode(await verify(ada.email, otp))
  })

  test('is good for ten minutes and not a millisecond longer', async () => {
    const otp = await codeTo(ada.email)
    const expiry = await env.DIRECTORY.prepare('SELECT expires_at FROM mailed_codes WHERE user_id = ?')
      .bind(ada.id)
      .first<number>('expires_at')
    expect(expiry).toBeGreaterThan(Date.now() + TIMES.code - 60_000)
    const shift = (by: number) =>
      env.DIRECTORY.prepare('UPDATE mailed_codes SET expires_at = ? WHERE user_id = ?').bind(by, ada.id).run()
    await shift(Date.now())
    expectWrongCode(await verify(ada.email, otp))
    await shift(expiry ?? 0)
    forward(TIMES.code - 5_000)
    expect((await verify(ada.email, otp)).status).toBe(200)
  })

  test('is worth nothing after eleven minutes', async () => {
    const otp = await codeTo(ada.email)
    forward(TIMES.code + 60_000)
    expectWrongCode(await verify(ada.email, otp))
  })

  test('is good at the fifth try and not at the sixth', async () => {
    const otp = await codeTo(ada.email)
    for (let i = 1; i < LIMITS.codeTries; i++) expectWrongCode(await verify(ada.email, wrong(otp)))
    expect((await verify(ada.email, otp)).status).toBe(200)

    const bob = await signUp(`bob${names}`)
    const bobs = await codeTo(bob.email)
    for (let i = 0; i < LIMITS.codeTries; i++) expectWrongCode(await verify(bob.email, wrong(bobs)))
    expectWrongCode(await verify(bob.email, bobs))
    await post('resend-otp', { email: bob.email })
    expect((await verify(bob.email, await codeTo(bob.email))).status).toBe(200)
  })

  test.each([
    ['verify-email', { email: 'x@parlour.test' }, 'otp', 'This field is required.'],
    ['verify-email', { otp: '123456' }, 'email', 'This field is required.'],
    ['verify-email', { email: 'x@parlour.test', otp: '12345' }, 'otp', 'Enter the six digits.'],
    ['verify-email', { email: 'x@parlour.test', otp: '١٢٣٤٥٦' }, 'otp', 'Enter the six digits.'],
    ['verify-email', { email: 'x@parlour.test', otp: ['123456'] }, 'otp', 'Must be a valid string.'],
    ['verify-otp', { challenge: '', otp: '123456' }, 'challenge', 'This field may not be blank.'],
    ['verify-otp', { challenge: { $ne: 1 }, otp: '123456' }, 'challenge', 'Must be a valid string.'],
    ['resend-otp', { email: 'nonsense' }, 'email', 'Enter a valid e-mail address.'],
    [
      'resend-otp',
      { email: 'x@parlour.test', purpose: 'fun' },
      'purpose',
      'One of: verify_email, login, reset_password.',
    ],
    ['forgot-password', {}, 'email', 'This field is required.'],
    ['reset-password', { email: 'x@parlour.test', otp: '123456' }, 'new_password', 'This field is required.'],
  ])('%s with %j is refused at the field', async (path, body, field, sentence) => {
    const answer = await post(path, body)
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid'])
    expect(answer.body[field]).toEqual([sentence])
  })
})
