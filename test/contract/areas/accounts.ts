/** Registering, signing in and out, tokens, sessions, tickets. */
import { beforeAll, describe, expect, it } from 'vitest'
import { asked } from '../ask.ts'
import { as, PASSWORD, type Person, signIn, signUp, unique } from '../cast.ts'
import { Listener, upgradeStatus } from '../listener.ts'
import { count, expectShape, id, listOf, object, words } from '../shape.ts'
import { profile, registered, signedIn, tokens } from '../shapes.ts'

let ada: Person
beforeAll(async () => {
  ada = await signUp('ada')
})

/** What a token says of itself. */
const claims = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())

const login = (body: object, status = 200) => asked(status, 'POST', '/api/login/', { body })

describe('registering', () => {
  it('answers the account and tokens that work', async () => {
    const username = unique('grace')
    const email = `${username}@example.com`
    const account = {
      email,
      username,
      password: PASSWORD,
      confirm_password: PASSWORD,
      first_name: 'Grace',
      last_name: 'Hopper',
    }
    const { body } = await asked(201, 'POST', '/api/register/', { body: account })
    expectShape(body, registered)
    expectShape(body.user, profile)
    expect(body.user).toMatchObject({
      username,
      email,
      first_name: 'Grace',
      last_name: 'Hopper',
      full_name: 'Grace Hopper',
    })
    expect(body.tokens).toEqual({ access: body.access, refresh: body.refresh })
    expect((await asked(200, 'GET', '/api/profile/', { token: body.access })).body.id).toBe(body.user.id)
  })

  it('derives a username where none is given', async () => {
    const name = unique('linus').replace('_', '')
    const email = `${name}@example.com`
    const { body } = await asked(201, 'POST', '/api/register/', { body: { email, password: PASSWORD } })
    expect(body.user.username.toLowerCase()).toContain(name.slice(0, 8))
  })

  it.each([
    ['email', { email: 'nobody' }],
    ['email', { email: undefined }],
    ['password', { password: '1234567' }],
    ['password', { password: undefined }],
    ['confirm_password', { confirm_password: 'another one' }],
    ['username', { username: 'two words' }],
  ])('answers 400 with a sentence at %s to %o', async (field, wrong) => {
    const fine = { email: `${unique('x')}@example.com`, username: unique('x'), password: PASSWORD }
    const { body } = await asked(400, 'POST', '/api/register/', { body: { ...fine, ...wrong } })
    expect(body[field]).toEqual([expect.any(String)])
  })

  it('answers 409 to a name or address that is taken, whatever its case', async () => {
    const fresh = { email: `${unique('x')}@example.com`, username: unique('x'), password: PASSWORD }
    const upper = { email: ada.email.toUpperCase(), username: ada.username.toUpperCase() }
    for (const field of ['email', 'username'] as const) {
      const { body } = await asked(409, 'POST', '/api/register/', { body: { ...fresh, [field]: upper[field] } })
      expect(body[field]).toEqual([expect.any(String)])
    }
  })
})

describe('signing in', () => {
  it('takes the name or the address, under each of three keys, in any case', async () => {
    for (const who of [
      { identifier: ada.username },
      { identifier: ada.email },
      { username: ada.username.toUpperCase() },
      { email: ada.email.toUpperCase() },
    ]) {
      const { body } = await login({ ...who, password: PASSWORD })
      expectShape(body, signedIn)
      expect(body.user.id).toBe(ada.id)
    }
  })

  it('answers 400 in the same words to a wrong password and to an unknown name', async () => {
    const wrong = await login({ identifier: ada.username, password: 'not this' }, 400)
    const unknown = await login({ identifier: unique('nobody'), password: 'not this' }, 400)
    expect(wrong.body.non_field_errors).toEqual([expect.any(String)])
    expect(unknown.body).toEqual(wrong.body)
  })

  it('gives an access token of an hour at most that says whose it is', async () => {
    const said = claims((await signIn(ada)).access)
    expect(said).toMatchObject({
      user_id: ada.id,
      username: ada.username,
      jti: expect.any(String),
      exp: expect.any(Number),
    })
    expect(said.exp - Date.now() / 1000).toBeLessThanOrEqual(3_600)
    expect(said.exp - Date.now() / 1000).toBeGreaterThan(60)
  })
})

describe('refreshing', () => {
  it.each(['/api/token/refresh/', '/api/users/token/refresh/'])('at %s answers a new pair', async (path) => {
    const { refresh } = await signIn(ada)
    const { body } = await asked(200, 'POST', path, { body: { refresh } })
    expectShape(body, object({ access: words, refresh: words }))
    expect(body.refresh).not.toBe(refresh)
    await asked(200, 'GET', '/api/profile/', { token: body.access })
  })

  it('with a spent token ends the whole session, and no other', async () => {
    const [first, other] = [await signIn(ada), await signIn(ada)]
    const second = (await asked(200, 'POST', '/api/token/refresh/', { body: { refresh: first.refresh } })).body
    const third = (await asked(200, 'POST', '/api/token/refresh/', { body: { refresh: second.refresh } })).body
    const replay = await asked(401, 'POST', '/api/token/refresh/', { body: { refresh: first.refresh } })
    expect(replay.body.code).toBe('token_not_valid')
    await asked(401, 'POST', '/api/token/refresh/', { body: { refresh: third.refresh } })
    await asked(401, 'GET', '/api/profile/', { token: third.access })
    await asked(200, 'GET', '/api/profile/', { token: other.access })
  })

  it('with a token whose answer was lost gives the same successor, until that is used', async () => {
    const { refresh } = await signIn(ada)
    const spend = (status: number) => asked(status, 'POST', '/api/token/refresh/', { body: { refresh } })
    const lost = (await spend(200)).body
    const again = (await spend(200)).body
    expect(again.refresh).toBe(lost.refresh)
    await asked(200, 'GET', '/api/profile/', { token: again.access })
    await spend(401)
    await asked(401, 'GET', '/api/profile/', { token: again.access })
  })

  it.each(['nonsense', 'a.b.c'])('with %s answers 401', async (refresh) => {
    const { body } = await asked(401, 'POST', '/api/token/refresh/', { body: { refresh } })
    expect(body.code).toBe('token_not_valid')
  })

  it('with an access token answers 401', async () => {
    await asked(401, 'POST', '/api/token/refresh/', { body: { refresh: ada.access } })
  })
})

describe('signing out', () => {
  it.each(['refresh', 'refresh_token'])('with %s ends that session and no other', async (key) => {
    const [here, there] = [await signIn(ada), await signIn(ada)]
    const { body } = await asked(200, 'POST', '/api/logout/', { token: here.access, body: { [key]: here.refresh } })
    expectShape(body, object({ message: words }))
    await asked(401, 'GET', '/api/profile/', { token: here.access })
    await asked(401, 'POST', '/api/token/refresh/', { body: { refresh: here.refresh } })
    await asked(200, 'GET', '/api/profile/', { token: there.access })
  })
})

describe('sessions', () => {
  it('are listed, and each can be ended from any other', async () => {
    const eve = await signUp('eve')
    const there = await signIn(eve)
    const { body } = await as(eve, 200, 'GET', '/api/sessions/')
    expectShape(body, listOf(object({ id })))
    expect(body).toHaveLength(2)
    const mine = claims(eve.access)
    const other = body.find((session: { id: number }) => !Object.values(mine).includes(session.id))
    await as(eve, 204, 'DELETE', `/api/sessions/${other.id}/`)
    await as(there, 401, 'GET', '/api/profile/')
    await as(eve, 200, 'GET', '/api/profile/')
    await as(eve, 404, 'DELETE', `/api/sessions/${other.id}/`)
  })

  it('are ended all but one', async () => {
    const eve = await signUp('eve')
    const there = await signIn(eve)
    await as(eve, 204, 'DELETE', '/api/sessions/')
    await as(there, 401, 'GET', '/api/profile/')
    expect((await as(eve, 200, 'GET', '/api/sessions/')).body).toHaveLength(1)
  })

  it('of others are absent', async () => {
    const eve = await signUp('eve')
    const [session] = (await as(eve, 200, 'GET', '/api/sessions/')).body
    await as(ada, 404, 'DELETE', `/api/sessions/${session.id}/`)
    await as(eve, 200, 'GET', '/api/profile/')
  })
})

describe('a socket ticket', () => {
  it('opens one socket, once', async () => {
    const { body } = await as(ada, 201, 'POST', '/api/socket-ticket/')
    expectShape(body, object({ ticket: words, expires_in: count }))
    expect(body.expires_in).toBeLessThanOrEqual(120)
    const path = `/ws/sidebar/?ticket=${encodeURIComponent(body.ticket)}`
    await (await Listener.openWith(path)).next('snapshot')
    expect((await upgradeStatus(path)).status).toBe(401)
  })

  it('is spent once under 20 tries at the same time', async () => {
    const { body } = await as(ada, 201, 'POST', '/api/socket-ticket/')
    const path = `/ws/sidebar/?ticket=${encodeURIComponent(body.ticket)}`
    const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await upgradeStatus(path)).status))
    expect(statuses.filter((status) => status === 101)).toHaveLength(1)
    expect(statuses.filter((status) => status === 401)).toHaveLength(19)
  })

  it('can be done without: a token in the URL, or among the sub-protocols, which is answered', async () => {
    await (await Listener.openWith(`/ws/sidebar/?token=${ada.access}`)).next('snapshot')
    const socket = await Listener.openWith('/ws/sidebar/', ['bearer', ada.access])
    await socket.next('snapshot')
    expect(socket.protocol).toBe('bearer')
  })
})

it('both shapes of tokens are in every answer that signs in', async () => {
  const { body } = await login({ identifier: ada.username, password: PASSWORD })
  expectShape(body, tokens)
  expect(body.tokens).toEqual({ access: body.access, refresh: body.refresh })
})
