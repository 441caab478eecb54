/** Registering where addresses must be verified: of several attempts, the reader of the mail confirms one. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { settings, TIMES } from '../../src/config'
import { SignedIn } from '../../src/protocol'
import { type Answer, ask, PASSWORD, type Someone, signUp } from '../support/api'
import { codeTo, longCodeIn, mailsTo, wrong } from '../support/mail'
import { promote } from '../support/staff'
import { forward, presentTime } from '../support/world'

let names = 0
let email: string
beforeEach(() => {
  email = `owner${++names}@parlour.test`
})
afterEach(presentTime)

const REQUIRED = { EMAIL_VERIFICATION: 'required' } as const
/** Somebody else's device, on another network. */
const ELSEWHERE = { 'CF-Connecting-IP': '198.51.100.7', 'User-Agent': 'Another/1' }

const post = (path: string, body: object, headers = {}) =>
  ask('POST', `/api/${path}/`, { body, env: REQUIRED, headers })
const register = (password: string, more = {}, headers = {}) => post('register', { email, password, ...more }, headers)
const verify = (otp: string, headers = {}) => post('verify-email', { email, otp }, headers)
const login = (password: string, headers = {}, identifier = email) => post('login', { identifier, password }, headers)
const count = (table: string) =>
  env.DIRECTORY.prepare(`SELECT count(*) AS n FROM ${table} WHERE ${table === 'users' ? 'email' : 'address'} = ?`)
    .bind(email)
    .first('n')

function expectWrongCode({ status, body }: Answer): void {
  expect([status, body.code]).toEqual([400, 'wrong_code'])
}

const FIRST = 'the first password'
const REAL = 'the password of the owner'

describe('of several who register with one address', () => {
  test('whoever reads its mail has the account, with their own password, and the others have nothing', async () => {
    await register(FIRST, { username: `thief${names}`, first_name: 'Eve' }, ELSEWHERE)
    const theirs = await codeTo(email)
    expect((await register(REAL, { username: `owner${names}`, first_name: 'Ada' })).status).toBe(201)
    const mine = await codeTo(email)
    // The code of another's attempt is of no use here, and so its password comes to nothing.
    if (theirs !== mine) expectWrongCode(await verify(theirs))
    const { status, body } = await verify(mine)
    expect(status).toBe(200)
    expect(SignedIn.parse(body)).toEqual(body)
    expect(body.user).toMatchObject({ username: `owner${names}`, first_name: 'Ada', email, email_verified: true })
    expect((await ask('GET', '/api/profile/', { token: body.access })).status).toBe(200)
    expectWrongCode(await verify(theirs, ELSEWHERE))
    expect([await count('users'), await count('registrations')]).toEqual([1, 0])
    for (const headers of [{}, ELSEWHERE]) {
      expect((await login(FIRST, headers)).body.code).toBe('wrong_credentials')
      expect((await login(FIRST, headers, `thief${names}`)).body.code).toBe('wrong_credentials')
      expect((await login(REAL, headers)).status).toBe(200)
    }
  })

  test('the account is found by its names once it is made, and not before', async () => {
    const searcher = await signUp('searcher')
    const found = async () =>
      (await ask('GET', `/api/users/?search=Adalbert${names}`, { token: searcher.access })).body.map(
        (user: { username: string }) => user.username,
      )
    await register(REAL, { username: `owner${names}`, first_name: `Adalbert${names}` })
    expect(await found()).toEqual([])
    expect((await verify(await codeTo(email))).status).toBe(200)
    expect(await found()).toEqual([`owner${names}`])
  })

  test('none knows of the others before', async () => {
    await register(FIRST, { username: `thief${names}` }, ELSEWHERE)
    await register(REAL, { username: `owner${names}` })
    expect((await login(FIRST, ELSEWHERE)).body.code).toBe('email_unverified')
    expect((await login(REAL)).body.code).toBe('email_unverified')
    expect((await login(REAL, {}, `OWNER${names}`)).body.code).toBe('email_unverified')
    for (const [password, headers] of [
      [FIRST, {}],
      [REAL, ELSEWHERE],
    ] as const) {
      expect((await login(password, headers)).body.code).toBe('wrong_credentials')
    }
  })

  test('each guesses at the code of their own only', async () => {
    await register(FIRST, {}, ELSEWHERE)
    await register(REAL)
    const mine = await codeTo(email)
    for (let n = 0; n < 10; n++) expectWrongCode(await verify(wrong(mine), ELSEWHERE))
    expect((await verify(mine)).status).toBe(200)
  })

  // Behind one address, with one browser and no device key, a thief and the owner look like one asker.
  test.each([
    ['before the owner', [FIRST, REAL], 1],
    ['after the owner', [REAL, FIRST], 0],
  ] as const)(
    'a thief who looks like the same device registers %s: each code brings its own password',
    async (_, passwords, mine) => {
      const codes: string[] = []
      for (const password of passwords) {
        await register(password)
        codes.push(await codeTo(email))
      }
      expect((await verify(codes[mine] ?? '')).status).toBe(200)
      expectWrongCode(await verify(codes[1 - mine] ?? ''))
      expect((await login(FIRST)).body.code).toBe('wrong_credentials')
      expect((await login(REAL)).status).toBe(200)
    },
  )

  test('the newest attempt of one device is what another code is sent for, and only the last three are kept', async () => {
    await register(FIRST)
    const first = await codeTo(email)
    for (let n = 0; n < 2; n++) await register(FIRST)
    await register(REAL)
    expect(await count('registrations')).toBe(3)
    expectWrongCode(await verify(first))
    await post('resend-otp', { email })
    expect((await verify(await codeTo(email))).status).toBe(200)
    expect((await login(REAL)).status).toBe(200)
  })
})

describe('an attempt', () => {
  test('takes neither the address nor the username from anybody', async () => {
    await register(FIRST, { username: `wanted${names}` }, ELSEWHERE)
    const other = await post('register', { email: `x.${email}`, username: `wanted${names}`, password: REAL })
    expect(other.status).toBe(201)
    const { body } = await post('verify-email', { email: `x.${email}`, otp: await codeTo(`x.${email}`) })
    expect(body.user.username).toBe(`wanted${names}`)
    const code = (await mailsTo(email))[0]?.text.match(/\d{6}/)?.[0] ?? ''
    // The second registration gets a similar username.
    expect((await verify(code, ELSEWHERE)).body.user.username).toMatch(new RegExp(`^wanted${names}\\d{5}$`))
  })

  test('ends after a day, and until then can be sent another code', async () => {
    await register(REAL)
    forward(TIMES.registration - 60_000)
    await post('resend-otp', { email })
    const otp = await codeTo(email)
    forward(61_000)
    expect((await login(REAL)).body.code).toBe('wrong_credentials')
    const before = (await mailsTo(email)).length
    await post('resend-otp', { email })
    expect(await mailsTo(email)).toHaveLength(before)
    expectWrongCode(await verify(otp))
  })

  test('at an address that has an account is answered like any other, and comes to nothing', async () => {
    const owner = await signUp(`known${names}`)
    email = owner.email
    const answer = await register(FIRST, { username: `new${names}` }, ELSEWHERE)
    expect([answer.status, answer.body.verification_required]).toEqual([201, true])
    expect((await mailsTo(email))[0]?.subject).toBe('You have an account already')
    for (const otp of ['000000', '123456']) expectWrongCode(await verify(otp, ELSEWHERE))
    // One’s own attempt is met by nothing but a wrong password: the account is what is signed in to.
    expect((await login(FIRST, ELSEWHERE)).body.code).toBe('wrong_credentials')
    expect((await login(PASSWORD)).body.code).toBe('email_unverified')
  })

  test('is over when somebody makes the address that of their account', async () => {
    await register(FIRST, {}, ELSEWHERE)
    const code = await codeTo(email)
    const ada = await signUp(`ada${names}`)
    await ask('PATCH', '/api/profile/', { token: ada.access, body: { email, old_password: PASSWORD } })
    const mine = await codeTo(email)
    expect((await ask('POST', '/api/verify-email/', { body: { email, otp: mine }, token: ada.access })).status).toBe(
      200,
    )
    expectWrongCode(await verify(code, ELSEWHERE))
    expect([await count('users'), await count('registrations')]).toEqual([1, 0])
  })

  test('of fifty who verify it at once one is signed in, and there is one account', async () => {
    await register(REAL, { username: `race${names}` })
    const otp = await codeTo(email)
    const answers = await Promise.all(Array.from({ length: 50 }, () => verify(otp)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(49).fill(400)])
    expect(await count('users')).toBe(1)
  })

  test('whose directory fails while it is verified is still good', async () => {
    await register(REAL)
    const otp = await codeTo(email)
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
    vi.spyOn(console, 'error').mockImplementationOnce(() => {})
    const body = { email, otp }
    const failed = await ask('POST', '/api/verify-email/', { body, env: { ...REQUIRED, DIRECTORY: broken } })
    expect([failed.status, await count('users')]).toEqual([500, 0])
    expect((await verify(otp)).status).toBe(200)
  })

  test('brings no long code: it is for an account, of which there is none', async () => {
    await register(REAL)
    const [mail] = await mailsTo(email)
    expect(() => longCodeIn(mail)).toThrow()
  })
})

test('an account whose address was never verified is verified, and signed in to, only where its password was known', async () => {
  const ada = await signUp(`ada${names}`)
  email = ada.email
  // A stranger who reads the mail may verify the address, and is not signed in by it.
  await post('resend-otp', { email }, ELSEWHERE)
  const { status, body } = await verify(await codeTo(email), ELSEWHERE)
  expect([status, body.access, body.tokens, body.user]).toEqual([200, null, null, null])

  const bob = await signUp(`bob${names}`)
  email = bob.email
  expect((await login(PASSWORD, ELSEWHERE)).body.code).toBe('email_unverified')
  await post('resend-otp', { email }, ELSEWHERE)
  const signedIn = await verify(await codeTo(email), ELSEWHERE)
  expect(signedIn.body.user.id).toBe(bob.id)
})

describe('REGISTRATION', () => {
  const INVITED = { REGISTRATION: 'invite' } as const
  let admin: Someone
  beforeAll(async () => {
    admin = await signUp('doorkeeper')
    await promote(admin)
  })
  let joined = 0
  const join = (set: object, more: object = {}) => {
    const own = `joins${++joined}@parlour.test`
    return ask('POST', '/api/register/', {
      body: { email: own, password: PASSWORD, ...more },
      env: set as Partial<Env>,
    })
  }
  const invite = async (body: object = {}) =>
    (await ask('POST', '/api/admin/invites/', { body, token: admin.access })).body
  const listed = async (id: number) => {
    const { body } = await ask('GET', '/api/admin/invites/', { token: admin.access })
    return body.find((each: { id: number }) => each.id === id)
  }
  const refused = ({ status, body }: Answer) => [
    status,
    body.code,
    Object.keys(body).filter((key) => key !== 'code' && key !== 'detail'),
  ]
  const closed = (...fields: string[]) => [403, 'registration_closed', fields]

  test('open, which is the default, lets everybody register, whatever comes as an invitation', async () => {
    expect(settings(env).REGISTRATION).toEqual({ mode: 'open', domains: [] })
    expect((await join({}, { invite: 'nonsense' })).status).toBe(201)
  })

  test('closed lets nobody register, with an invitation or without', async () => {
    const { id, code } = await invite()
    expect(refused(await join({ REGISTRATION: 'closed' }))).toEqual(closed())
    expect(refused(await join({ REGISTRATION: 'closed' }, { invite: code }))).toEqual(closed())
    expect((await listed(id)).uses).toBe(0)
  })

  test('invite takes an invitation that is good: used up, revoked, expired and invented ones are refused alike', async () => {
    const { id, code, url } = await invite({ max_uses: 2 })
    expect(new URL(url).searchParams.get('invite')).toBe(code)
    for (const missing of [{}, { invite: '' }]) expect(refused(await join(INVITED, missing))).toEqual(closed('invite'))
    for (const expected of [201, 201, 403]) expect((await join(INVITED, { invite: code })).status).toBe(expected)
    expect(await listed(id)).toMatchObject({ uses: 2, max_uses: 2, revoked: false, created_by: admin.id })
    const revoked = await invite()
    const path = `/api/admin/invites/${revoked.id}/`
    for (const _ of [1, 2]) expect((await ask('DELETE', path, { token: admin.access })).status).toBe(204)
    const expired = await invite({ expires_in: 60 })
    await env.DIRECTORY.prepare('UPDATE registration_invites SET expires_at = 1 WHERE id = ?').bind(expired.id).run()
    const answers = []
    for (const bad of [code, revoked.code, expired.code, 'invented', "' OR 1=1 --"]) {
      const { status, body } = await join(INVITED, { invite: bad })
      answers.push(JSON.stringify([status, body]))
    }
    expect(new Set(answers).size).toBe(1)
    expect(answers[0]).toContain('"registration_closed"')
  })

  test('an invitation for one lets one of many in, who come at once', async () => {
    const { id, code } = await invite()
    const answers = await Promise.all(Array.from({ length: 8 }, () => join(INVITED, { invite: code })))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(403)])
    expect((await listed(id)).uses).toBe(1)
  })

  test('an invitation is not used up by an account that is not made', async () => {
    const { id, code } = await invite()
    const taken = await join(INVITED, { invite: code, username: admin.username })
    expect(taken.status).toBe(409)
    expect((await join(INVITED, { invite: code, password: 'short' })).status).toBe(400)
    expect((await listed(id)).uses).toBe(0)
    expect((await join(INVITED, { invite: code })).status).toBe(201)
  })

  test('domain takes addresses there and nowhere else, proves them, and takes invitations', async () => {
    const REGISTRATION = 'domain:works.example, @mills.example'
    const domain = { REGISTRATION }
    expect(settings({ ...env, ...domain } as unknown as Env)).toMatchObject({
      REGISTRATION: { mode: 'domain', domains: ['works.example', 'mills.example'] },
      EMAIL_VERIFICATION: 'required',
    })
    for (const email of ['a@works.example', 'B@MILLS.example']) {
      const { status, body } = await join(domain, { email })
      expect([status, body.verification_required, body.access]).toEqual([201, true, null])
    }
    for (const email of ['a@sub.works.example', 'a@notworks.example', 'a@works.example.evil.example', 'a@works']) {
      expect((await join(domain, { email })).status, email).not.toBe(201)
    }
    expect(refused(await join(domain))).toEqual(closed('email'))
    expect((await join(domain, { invite: (await invite()).code })).status).toBe(201)
  })

  test.each([
    '',
    'opened',
    'domain',
    'domain:',
    'domain:a b',
    'domain:*',
    'invite:',
    'domain:a.example:b',
    'domain:a.example,',
  ])('%j is no setting', (REGISTRATION) => {
    expect(() => settings({ ...env, REGISTRATION } as unknown as Env)).toThrow('REGISTRATION')
  })

  test('it is named by /api/limits/, and no code by the directory', async () => {
    const { code } = await invite()
    expect((await ask('GET', '/api/limits/', { env: INVITED })).body.registration).toEqual({
      mode: 'invite',
      domains: [],
    })
    const { results } = await env.DIRECTORY.prepare('SELECT * FROM registration_invites').all()
    expect(JSON.stringify(results)).not.toContain(code)
    const trail = (await ask('GET', '/api/admin/audit/', { token: admin.access })).body
    expect(trail.slice(0, 1)).toMatchObject([{ action: 'invite.created', actor: { id: admin.id } }])
  })
})
