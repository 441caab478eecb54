/** Changes of address: the proof they need, their confirmation, and how the owner undoes them. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { RATES, TIMES } from '../../src/config'
import { SignedIn, Verified } from '../../src/protocol'
import { type Answer, ask, PASSWORD, type Someone, signIn, signUp } from '../support/api'
import { codeTo, longCodeIn, mailsTo } from '../support/mail'
import { forward, openSidebar, presentTime } from '../support/world'

let names = 0
let ada: Someone
let fresh: string
beforeEach(async () => {
  ada = await signUp(`ada${++names}`)
  fresh = `fresh${names}@parlour.test`
})
afterEach(presentTime)

const REQUIRED = { env: { EMAIL_VERIFICATION: 'required' } } as const
const NEXT = 'another long password'
/** Somebody else's device, on another network. */
const ELSEWHERE = { headers: { 'CF-Connecting-IP': '198.51.100.7', 'User-Agent': 'Another/1' } }

const post = (path: string, body: object, more = {}) => ask('POST', `/api/${path}/`, { body, ...more })
const own = (who = ada) => ask('GET', '/api/profile/', { token: who.access })
const patch = (body: object, who = ada, more = {}) =>
  ask('PATCH', '/api/profile/', { token: who.access, body, ...more })
const change = (email = fresh, who = ada, more = {}) => patch({ email, old_password: PASSWORD }, who, more)
const verify = (email: string, otp: string, more = {}) => post('verify-email', { email, otp }, more)
const verified = async (who = ada) => verify(who.email, await codeTo(who.email))
const reset = (email: string, otp: string, new_password = NEXT, more = {}) =>
  post('reset-password', { email, otp, new_password }, more)
const subjects = async (address: string) => (await mailsTo(address)).map((mail) => mail.subject)

const CONFIRM = 'Confirm your e-mail address'
const CHANGING = 'Your account is to have another address'
const wayBackTo = async (address: string) =>
  longCodeIn((await mailsTo(address)).find(({ subject }) => subject === CHANGING))

function expectWrongCode({ status, body }: Answer): void {
  expect([status, body]).toEqual([400, { code: 'wrong_code', detail: expect.any(String), otp: [expect.any(String)] }])
}

describe('asking for another address', () => {
  test('takes the password, though one has just signed in, and nothing changes without it', async () => {
    const before = (await own()).body
    const { status, body } = await patch({ email: fresh, bio: 'changed' })
    expect([status, body.code, body.old_password]).toEqual([403, 'password_required', [expect.any(String)]])
    const wrong = await patch({ email: fresh, bio: 'changed', old_password: 'not this one' })
    expect([wrong.status, wrong.body.code, wrong.body.old_password]).toEqual([400, 'invalid', [expect.any(String)]])
    expect((await own()).body).toEqual(before)
    expect(await mailsTo(fresh)).toEqual([])
    expect((await change()).body).toMatchObject({ email: ada.email, pending_email: fresh })
  })

  test('takes none for the address that the account has, or waits for already', async () => {
    expect((await patch({ email: ada.email.toUpperCase(), bio: 'x' })).status).toBe(200)
    await change()
    const mails = (await mailsTo(fresh)).length
    // A form that sends everything back changes nothing by it.
    expect((await patch({ email: ada.email, bio: 'y' })).body).toMatchObject({ bio: 'y', pending_email: fresh })
    expect((await patch({ email: fresh, bio: 'z' })).body).toMatchObject({ bio: 'z', pending_email: fresh })
    expect(await mailsTo(fresh)).toHaveLength(mails)
    expect((await patch({ pending_email: null })).body).toMatchObject({ email: ada.email, pending_email: null })
  })

  test('tells the old address at once, with a code for a way back, and the new one with a code for itself', async () => {
    await change()
    expect((await subjects(ada.email))[0]).toBe(CHANGING)
    expect(await wayBackTo(ada.email)).toBeTruthy()
    expect(await subjects(fresh)).toEqual([CONFIRM])
    // The code in the mail to the new address does not sign in.
    expect(() => longCodeIn({ subject: '', recipient: '', sent_at: 0, text: '' })).toThrow()
    const [mail] = await mailsTo(fresh)
    expect(() => longCodeIn(mail)).toThrow()
  })

  test('ends at its figure: so do the mails', async () => {
    const limited = { env: { RATE_LIMITS: 'on' } }
    for (let n = 0; n < RATES.addressChange.limit; n++)
      expect((await change(`n${n}.${fresh}`, ada, limited)).status).toBe(200)
    const before = (await mailsTo(ada.email)).length
    const refused = await change(fresh, ada, limited)
    expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited'])
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0)
    expect(await mailsTo(fresh)).toEqual([])
    expect(await mailsTo(ada.email)).toHaveLength(before)
    expect((await patch({ bio: 'goes on' }, ada, limited)).status).toBe(200)
  })

  test('for an address that is taken answers 409 where registering does', async () => {
    const bob = await signUp(`bob${names}`)
    expect((await patch({ email: bob.email })).body.code).toBe('email_taken')
    const limited = { env: { RATE_LIMITS: 'on' } }
    const named = await Promise.all(Array.from({ length: 8 }, () => patch({ email: bob.email }, ada, limited)))
    expect(named.map((answer) => answer.status).sort()).toEqual([...Array(5).fill(409), ...Array(3).fill(429)])
    const { status, body } = await change(bob.email.toUpperCase())
    expect([status, body.code, body.email]).toEqual([409, 'email_taken', [expect.any(String)]])
    expect((await own()).body).toMatchObject({ bio: '', pending_email: null })
  })

  test('for an address that is taken answers as for a free one where registering does: its owner is told', async () => {
    const bob = await signUp(`bob${names}`)
    const before = (await mailsTo(bob.email)).length
    const seen = ({ status, headers, body }: Answer) => {
      const { 'x-request-id': _, ...rest } = Object.fromEntries(headers)
      return { status, headers: rest, body: { ...body, pending_email: '' } }
    }
    const taken = await change(bob.email, ada, REQUIRED)
    const free = await change(fresh, ada, REQUIRED)
    expect(taken.status).toBe(200)
    expect(seen(taken)).toEqual(seen(free))
    expect(await subjects(bob.email)).toHaveLength(before + 1)
    expect((await subjects(bob.email))[0]).toBe('Another account asked for your address')
    expect((await mailsTo(bob.email))[0]?.text).toContain(`@${bob.username}`)
    // No code was made for it: not even one that fits by chance is accepted.
    await change(bob.email, ada, REQUIRED)
    const rows = await env.DIRECTORY.prepare('SELECT * FROM mailed_codes WHERE address = ? AND kind = ?')
      .bind(bob.email, 'change_email')
      .all()
    expect(rows.results).toEqual([])
  })
})

describe('what ends while a request is under way', () => {
  /** Does something once, just before the batch that has a statement like this one. */
  function meanwhile(statement: RegExp, act: () => Promise<unknown>): Partial<Env> {
    let isNext = false
    let isDone = false
    return {
      DIRECTORY: new Proxy(env.DIRECTORY, {
        get(of, name) {
          if (name === 'prepare') {
            return (sql: string) => {
              isNext ||= statement.test(sql)
              return of.prepare(sql)
            }
          }
          if (name === 'batch') {
            return async (statements: D1PreparedStatement[]) => {
              if (isNext && !isDone) {
                isDone = true
                await act()
              }
              return of.batch(statements)
            }
          }
          const value: unknown = Reflect.get(of, name)
          return typeof value === 'function' ? value.bind(of) : value
        },
      }),
    }
  }
  const recovered = async () => {
    await post('forgot-password', { email: ada.email })
    expect((await reset(ada.email, await codeTo(ada.email))).status).toBe(200)
  }
  const endedElsewhere = async (home: Someone) =>
    expect((await ask('DELETE', '/api/sessions/', { token: home.access })).status).toBe(204)

  test.each(['a reset', 'the end of all sessions'])('by %s, is not begun after all', async (what) => {
    await verified()
    const home = await signIn(ada)
    const end = () => (what === 'a reset' ? recovered() : endedElsewhere(home))
    const slow = meanwhile(/INTO address_changes/, end)
    expect((await change(fresh, ada, { env: slow })).status).toBe(401)
    const rows = await env.DIRECTORY.prepare('SELECT address FROM address_changes WHERE user_id = ?').bind(ada.id).all()
    expect(rows.results).toEqual([])
    expect(await mailsTo(fresh)).toEqual([])
    expect(await subjects(ada.email)).not.toContain(CHANGING)
  })

  test.each(['a reset', 'the end of all sessions'])('by %s, switches no login codes off', async (what) => {
    await verified()
    const home = await signIn(ada)
    await patch({ login_otp: true }, home)
    const end = () => (what === 'a reset' ? recovered() : endedElsewhere(home))
    const slow = meanwhile(/UPDATE OR IGNORE users/, end)
    const { status } = await patch({ login_otp: false, old_password: PASSWORD }, ada, { env: slow })
    expect(status).toBe(401)
    const account = await env.DIRECTORY.prepare('SELECT login_otp FROM users WHERE id = ?').bind(ada.id).first()
    expect(account).toEqual({ login_otp: 1 })
  })
})

describe('an address that was given up', () => {
  const registered = (email: string) => post('register', { email, password: NEXT })
  const giveUp = async () => {
    await change()
    expect((await verify(fresh, await codeTo(fresh), { token: ada.access })).status).toBe(200)
  }

  test('is kept for seven days if it was verified', async () => {
    await verified()
    await giveUp()
    expect((await registered(ada.email)).body.code).toBe('email_taken')
    forward(TIMES.addressUndo + 1_000)
    expect((await registered(ada.email)).status).toBe(201)
  })

  test('is free for its owner at once if it never was: whoever had it need not be them', async () => {
    await giveUp()
    const wayBack = await wayBackTo(ada.email)
    expect((await registered(ada.email)).status).toBe(201)
    // It is the new account's now, and takes the other with it no more.
    expectWrongCode(await reset(ada.email, wayBack))
  })
})

test('a login that waits for a code ends with a change of address', async () => {
  await verified()
  await patch({ login_otp: true })
  const { body } = await post('login', { email: ada.email, password: PASSWORD })
  const otp = await codeTo(ada.email)
  await change()
  await verify(fresh, await codeTo(fresh), { token: ada.access })
  expectWrongCode(await post('verify-otp', { challenge: body.challenge, otp }))
})

describe('confirming it', () => {
  test('makes it the account’s own and tells the old one; who is signed in stays so, and no session begins', async () => {
    await verified()
    await change()
    const sessions = async () => (await ask('GET', '/api/sessions/', { token: ada.access })).body.length
    const before = await sessions()
    const { status, body } = await verify(fresh, await codeTo(fresh), { token: ada.access })
    expect(status).toBe(200)
    expect(SignedIn.parse(body)).toEqual(body)
    expect(body.user).toMatchObject({ id: ada.id, email: fresh, pending_email: null, email_verified: true })
    // The tokens are of the session that confirmed: the refresh token is the very one that it has.
    expect(body.refresh).toBe(ada.refresh)
    expect((await own({ ...ada, access: body.access })).status).toBe(200)
    expect(await sessions()).toBe(before)
    expect((await post('login', { email: fresh, password: PASSWORD })).status).toBe(200)
    expect((await post('login', { email: ada.email, password: PASSWORD })).status).toBe(400)
    expect((await subjects(ada.email)).slice(0, 2)).toEqual(['Your account has another address now', CHANGING])
  })

  test.each([
    ['nobody', () => ({})],
    ['a token that is none', () => ({ token: 'x.y.z' })],
  ])('signed in as %s changes the address where it was asked for, and gives no tokens', async (_, more) => {
    await change()
    const otp = await codeTo(fresh)
    expectWrongCode(await verify(fresh, otp, ELSEWHERE))
    const { status, body } = await verify(fresh, otp, more())
    expect(status).toBe(200)
    expect(Verified.parse(body)).toEqual(body)
    expect((await own()).body.email).toBe(fresh)
  })

  test('as somebody else gives that person nothing of the account', async () => {
    const eve = await signUp(`eve${names}`)
    await change()
    const { body } = await verify(fresh, await codeTo(fresh), { token: eve.access })
    expect(Verified.parse(body)).toEqual(body)
    expect((await own(eve)).body.email).toBe(eve.email)
  })

  test('works on another device of the account, and another code can be asked for there', async () => {
    const phone = await signIn(ada, ELSEWHERE.headers)
    await change()
    await post('resend-otp', { email: fresh }, { ...ELSEWHERE, token: phone.access })
    expect(await subjects(fresh)).toEqual([CONFIRM, CONFIRM])
    const { body } = await verify(fresh, await codeTo(fresh), { ...ELSEWHERE, token: phone.access })
    expect(body.user.email).toBe(fresh)
  })

  test('is possible for an hour, with a new code each ten minutes', async () => {
    await change()
    forward(TIMES.addressChange - 60_000)
    await post('resend-otp', { email: fresh })
    const otp = await codeTo(fresh)
    forward(61_000)
    expectWrongCode(await verify(fresh, otp))
    expect((await own()).body.pending_email).toBeNull()
    const before = (await mailsTo(fresh)).length
    await post('resend-otp', { email: fresh })
    expect(await mailsTo(fresh)).toHaveLength(before)
  })

  test('of an address that two accounts want is done by one of them', async () => {
    const bob = await signUp(`bob${names}`)
    await change()
    const adas = await codeTo(fresh)
    await change(fresh, bob, ELSEWHERE)
    const bobs = await codeTo(fresh)
    const answers = await Promise.all([verify(fresh, adas), verify(fresh, bobs, ELSEWHERE)])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400])
    const owners = await env.DIRECTORY.prepare('SELECT count(*) AS n FROM users WHERE email = ?').bind(fresh).first('n')
    expect(owners).toBe(1)
  })

  test('comes too late once somebody has registered with it', async () => {
    await change()
    const otp = await codeTo(fresh)
    const owner = await post('register', { email: fresh, password: PASSWORD }, ELSEWHERE)
    expect(owner.status).toBe(201)
    const theirs = await codeTo(fresh)
    expectWrongCode(await verify(fresh, otp))
    expect((await verify(fresh, theirs, ELSEWHERE)).body.user.id).toBe(owner.body.user.id)
    expect((await own()).body.email).toBe(ada.email)
  })

  test('is not possible with the code of a change before, nor of one that was withdrawn', async () => {
    await change()
    const first = await codeTo(fresh)
    await change(`other.${fresh}`)
    expectWrongCode(await verify(fresh, first))
    const second = await codeTo(`other.${fresh}`)
    await patch({ pending_email: null })
    expectWrongCode(await verify(`other.${fresh}`, second))
    expect((await own()).body).toMatchObject({ email: ada.email, pending_email: null })
  })
})

describe('a change of address does not outlive', () => {
  const ways: [string, () => Promise<Answer>][] = [
    [
      'a reset of the password',
      async () => {
        await post('forgot-password', { email: ada.email }, ELSEWHERE)
        return reset(ada.email, await codeTo(ada.email), NEXT, ELSEWHERE)
      },
    ],
    [
      'a new password',
      async () => {
        const tablet = await signIn(ada, ELSEWHERE.headers)
        return patch({ old_password: PASSWORD, new_password: NEXT }, tablet, ELSEWHERE)
      },
    ],
    [
      'the end of all other sessions',
      async () => {
        const tablet = await signIn(ada, ELSEWHERE.headers)
        return ask('DELETE', '/api/sessions/', { token: tablet.access, ...ELSEWHERE })
      },
    ],
    [
      'the end of the session that asked',
      async () => {
        const tablet = await signIn(ada, ELSEWHERE.headers)
        const { body } = await ask('GET', '/api/sessions/', { token: tablet.access })
        const other = body.find((session: { current: boolean }) => !session.current)
        return ask('DELETE', `/api/sessions/${other.id}/`, { token: tablet.access })
      },
    ],
    [
      'the account’s being disabled',
      async () => {
        const staff = await signUp(`staff${names}`)
        await env.DIRECTORY.prepare('UPDATE users SET is_staff = 1 WHERE id = ?').bind(staff.id).run()
        await ask('POST', `/api/admin/users/${ada.id}/disable/`, { token: staff.access })
        return ask('POST', `/api/admin/users/${ada.id}/enable/`, { token: staff.access })
      },
    ],
  ]

  test.each(ways)('%s', async (_, end) => {
    await change()
    const otp = await codeTo(fresh)
    expect((await end()).status).toBeLessThan(300)
    const before = (await mailsTo(fresh)).length
    await post('resend-otp', { email: fresh })
    expect(await mailsTo(fresh)).toHaveLength(before)
    expectWrongCode(await verify(fresh, otp))
    const row = await env.DIRECTORY.prepare('SELECT email FROM users WHERE id = ?').bind(ada.id).first()
    expect(row).toEqual({ email: ada.email })
    const left = await env.DIRECTORY.prepare('SELECT * FROM address_changes WHERE user_id = ?').bind(ada.id).first()
    expect(left).toBeNull()
  })

  test('its owner’s recovery: who registered another’s address first keeps nothing of it', async () => {
    const email = `owner${names}@parlour.test`
    const thief = await post('register', { email, username: `thief${names}`, password: PASSWORD }, ELSEWHERE)
    const as = { token: thief.body.access, ...ELSEWHERE }
    await ask('PATCH', '/api/profile/', { body: { email: fresh, old_password: PASSWORD }, ...as })
    await post('forgot-password', { email })
    expect((await reset(email, await codeTo(email))).status).toBe(200)
    const mine = (await post('login', { email, password: NEXT })).body
    await patch({ login_otp: true }, mine)
    await patch({ old_password: NEXT, new_password: `${NEXT}!` }, mine)
    await post('resend-otp', { email: fresh }, ELSEWHERE)
    const [mail] = await mailsTo(fresh)
    const otp = /\d{6}/.exec(mail?.text ?? '')?.[0] ?? ''
    expectWrongCode(await verify(fresh, otp, ELSEWHERE))
    expect((await own(mine)).body).toMatchObject({ email, login_otp: true, pending_email: null })
  })
})

describe('the way back', () => {
  const taken = async (until = fresh) => {
    await verified()
    await change(until)
    const wayBack = await wayBackTo(ada.email)
    expect((await verify(until, await codeTo(until), { token: ada.access })).status).toBe(200)
    return wayBack
  }

  test('puts the address back, ends every session and takes a new password, for seven days', async () => {
    const wayBack = await taken()
    const thief = await signIn(ada)
    const socket = await openSidebar(thief)
    // The thief has changed everything that a thief can change.
    await post('forgot-password', { email: fresh })
    expect((await reset(fresh, await codeTo(fresh), 'the password of a thief')).status).toBe(200)
    const theirs = (await post('login', { email: fresh, password: 'the password of a thief' })).body
    forward(TIMES.addressUndo - 60_000)
    expect((await reset(ada.email, wayBack, NEXT, ELSEWHERE)).status).toBe(200)
    expect(await mailsTo(ada.email)).not.toEqual([])
    presentTime()
    for (const who of [ada, thief, theirs]) expect((await own(who)).status).toBe(401)
    await expect.poll(() => socket.ended !== undefined).toBe(true)
    const mine = (await post('login', { email: ada.email, password: NEXT })).body
    expect(mine.user).toMatchObject({ id: ada.id, email: ada.email, email_verified: true })
    expect((await post('login', { email: fresh, password: NEXT })).status).toBe(400)
    expectWrongCode(await reset(ada.email, wayBack))
  })

  test('ends after seven days', async () => {
    const wayBack = await taken()
    forward(TIMES.addressUndo + 1_000)
    expectWrongCode(await reset(ada.email, wayBack))
  })

  test('takes a change back that is not confirmed yet', async () => {
    await change()
    const otp = await codeTo(fresh)
    expect((await reset(ada.email, await wayBackTo(ada.email))).status).toBe(200)
    expectWrongCode(await verify(fresh, otp))
    expect((await post('login', { email: ada.email, password: NEXT })).status).toBe(200)
  })

  test('leads back over several changes, and those made after it lead nowhere', async () => {
    const wayBack = await taken()
    await change(`third.${fresh}`)
    const theirs = await wayBackTo(fresh)
    await verify(`third.${fresh}`, await codeTo(`third.${fresh}`), { token: ada.access })
    expect((await reset(ada.email, wayBack)).status).toBe(200)
    expectWrongCode(await reset(fresh, theirs, 'the password of a thief'))
    expect((await post('login', { email: ada.email, password: NEXT })).status).toBe(200)
  })

  test('keeps the address for its owner meanwhile: nobody else gets it', async () => {
    await taken()
    const eve = await signUp(`eve${names}`)
    expect((await change(ada.email, eve)).status).toBe(409)
    expect((await post('register', { email: ada.email, password: PASSWORD })).body.code).toBe('email_taken')
    const squatter = { email: ada.email, username: `squat${names}`, password: PASSWORD }
    expect((await post('register', squatter, REQUIRED)).status).toBe(201)
    const codes = (await mailsTo(ada.email)).filter(({ subject }) => subject === CONFIRM)
    const otp = /\d{6}/.exec(codes[0]?.text ?? '')?.[0] ?? ''
    expectWrongCode(await verify(ada.email, otp, REQUIRED))
    // The account itself may go back to it.
    expect((await change(ada.email)).status).toBe(200)
    expect((await verify(ada.email, await codeTo(ada.email), { token: ada.access })).status).toBe(200)
  })

  test('is of use for its own address and account only', async () => {
    const wayBack = await taken()
    const bob = await signUp(`bob${names}`)
    for (const email of [fresh, bob.email, `nobody${names}@parlour.test`]) expectWrongCode(await reset(email, wayBack))
    expect((await own()).body.email).toBe(fresh)
  })

  test('goes with the account', async () => {
    const wayBack = await taken()
    await ask('DELETE', '/api/profile/', { token: ada.access, body: { password: PASSWORD } })
    expectWrongCode(await reset(ada.email, wayBack))
    expect((await post('register', { email: ada.email, password: PASSWORD })).status).toBe(201)
  })
})
