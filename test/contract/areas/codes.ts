/** Codes by mail: verifying an address, signing in with one, a forgotten password. Needs a server in development. */
import { describe, expect, it } from 'vitest'
import { asked } from '../ask.ts'
import { as, PASSWORD, type Person, signIn, signUp, unique } from '../cast.ts'
import { anotherThan, codeFor, mailTo } from '../mailbox.ts'
import { expectShape, object, oneOf, words } from '../shape.ts'
import { signedIn } from '../shapes.ts'

const profileOf = async (who: Person) => (await as(who, 200, 'GET', '/api/profile/')).body

/** Asks for a code and reads it. */
async function newCode(email: string, purpose: string): Promise<string> {
  const before = (await mailTo(email)).length
  await asked(202, 'POST', '/api/resend-otp/', { body: { email, purpose } })
  return codeFor(email, before + 1)
}

/** Registers somebody and verifies their address. */
async function verified(name: string): Promise<Person> {
  const who = await signUp(name)
  const otp = await newCode(who.email, 'verify_email')
  await asked(200, 'POST', '/api/verify-email/', { body: { email: who.email, otp } })
  return who
}

describe('verifying an address', () => {
  it('takes the code that was mailed, once, and signs in', async () => {
    const ada = await signUp('ada')
    expect((await profileOf(ada)).email_verified).toBe(false)
    const otp = await newCode(ada.email, 'verify_email')
    const body = { email: ada.email, otp }
    const wrong = await asked(400, 'POST', '/api/verify-email/', { body: { ...body, otp: anotherThan(otp) } })
    expect(wrong.text).not.toContain(otp)
    const answer = await asked(200, 'POST', '/api/verify-email/', { body })
    expectShape(answer.body, signedIn)
    expect((await profileOf(ada)).email_verified).toBe(true)
    await asked(200, 'GET', '/api/profile/', { token: answer.body.access })
    await asked(400, 'POST', '/api/verify-email/', { body })
  })

  it('of a new address puts it in the place of the old one', async () => {
    const ada = await verified('ada')
    const email = `${unique('new')}@example.com`
    await as(ada, 200, 'PATCH', '/api/profile/', { email, old_password: PASSWORD })
    const otp = await codeFor(email)
    expect((await profileOf(ada)).email).toBe(ada.email)
    // Signed in or not: it takes the code, and signs nobody in.
    const answer = await asked(200, 'POST', '/api/verify-email/', { body: { email, otp } })
    expect([answer.body.access, answer.body.tokens]).toEqual([null, null])
    expect(await profileOf(ada)).toMatchObject({ email, email_verified: true })
    await asked(200, 'POST', '/api/login/', { body: { identifier: email, password: PASSWORD } })
    await asked(400, 'POST', '/api/login/', { body: { identifier: ada.email, password: PASSWORD } })
  })

  it('is over after five wrong codes, the right one included', async () => {
    const ada = await signUp('ada')
    const otp = await newCode(ada.email, 'verify_email')
    const guess = (code: string, status: number) =>
      asked(status, 'POST', '/api/verify-email/', { body: { email: ada.email, otp: code } })
    for (let tries = 0; tries < 5; tries++) await guess(anotherThan(otp), 400)
    await guess(otp, 400)
    expect((await profileOf(ada)).email_verified).toBe(false)
  })
})

describe('asking for a code', () => {
  it('is answered in the same words, whether or not there is such an address', async () => {
    const ada = await signUp('ada')
    const nobody = `${unique('nobody')}@example.com`
    for (const [path, more] of [
      ['/api/resend-otp/', { purpose: 'verify_email' }],
      ['/api/resend-otp/', {}],
      ['/api/forgot-password/', {}],
    ] as const) {
      const known = await asked(202, 'POST', path, { body: { email: ada.email, ...more } })
      const unknown = await asked(202, 'POST', path, { body: { email: nobody, ...more } })
      expect(unknown.body).toEqual(known.body)
      expect(known.text).not.toMatch(/\d{6}/)
    }
    expect(await mailTo(nobody)).toEqual([])
  })
})

describe('signing in with a code', () => {
  it('is asked for with a challenge when the account has it on', async () => {
    const ada = await verified('ada')
    expect((await as(ada, 200, 'PATCH', '/api/profile/', { login_otp: true })).body.login_otp).toBe(true)
    const before = (await mailTo(ada.email)).length
    const login = await asked(202, 'POST', '/api/login/', { body: { identifier: ada.username, password: PASSWORD } })
    expectShape(login.body, object({ otp_required: oneOf(true), challenge: words, detail: words }))
    expect(login.body).not.toHaveProperty('access')
    const otp = await codeFor(ada.email, before + 1)
    const { challenge } = login.body
    await asked(400, 'POST', '/api/verify-otp/', { body: { challenge, otp: anotherThan(otp) } })
    await asked(400, 'POST', '/api/verify-otp/', { body: { challenge: 'made-up', otp } })
    const { body } = await asked(200, 'POST', '/api/verify-otp/', { body: { challenge, otp } })
    expectShape(body, signedIn)
    await asked(200, 'GET', '/api/profile/', { token: body.access })
    await asked(400, 'POST', '/api/verify-otp/', { body: { challenge, otp } })
  })
})

describe('a change of address', () => {
  it('is told to the old address at once, with a code that takes it back', async () => {
    const ada = await verified('ada')
    const email = `${unique('thief')}@example.com`
    await as(ada, 200, 'PATCH', '/api/profile/', { email, old_password: PASSWORD })
    await asked(200, 'POST', '/api/verify-email/', { token: ada.access, body: { email, otp: await codeFor(email) } })
    const wayBack = (await mailTo(ada.email))
      .map(({ text }) => /(?:[0-9A-Z]{5}-){4}[0-9A-Z]{5}/.exec(text)?.[0])
      .find(Boolean)
    const reset = { email: ada.email, otp: wayBack, new_password: 'a password to remember' }
    await asked(200, 'POST', '/api/reset-password/', { body: reset })
    await as(ada, 401, 'GET', '/api/profile/')
    await asked(400, 'POST', '/api/login/', { body: { identifier: email, password: reset.new_password } })
    await asked(200, 'POST', '/api/login/', { body: { identifier: ada.email, password: reset.new_password } })
  })
})

describe('a forgotten password', () => {
  it('is set anew with a code, and every session of the account ends', async () => {
    const ada = await verified('ada')
    const elsewhere = await signIn(ada)
    const before = (await mailTo(ada.email)).length
    await asked(202, 'POST', '/api/forgot-password/', { body: { email: ada.email } })
    const otp = await codeFor(ada.email, before + 1)
    const reset = { email: ada.email, otp, new_password: 'a password to remember' }
    await asked(400, 'POST', '/api/reset-password/', { body: { ...reset, otp: anotherThan(otp) } })
    await asked(400, 'POST', '/api/reset-password/', { body: { ...reset, new_password: 'short' } })
    await asked(200, 'POST', '/api/reset-password/', { body: reset })
    for (const who of [ada, elsewhere]) await as(who, 401, 'GET', '/api/profile/')
    await asked(400, 'POST', '/api/login/', { body: { identifier: ada.username, password: PASSWORD } })
    await signIn(ada, reset.new_password)
    await asked(400, 'POST', '/api/reset-password/', { body: reset })
  })

  it('takes no code that was mailed for something else', async () => {
    const ada = await signUp('ada')
    const otp = await newCode(ada.email, 'verify_email')
    await asked(400, 'POST', '/api/reset-password/', {
      body: { email: ada.email, otp, new_password: 'a new password' },
    })
    await signIn(ada)
  })
})
