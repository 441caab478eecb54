/** Authentication of requests, in rooms, and of sockets. */
import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { SignJWT } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Api } from '../../src/api/context'
import { authenticateInRoom, authenticateSocket } from '../../src/api/middleware/authenticate'
import { answerError } from '../../src/api/middleware/errors'
import { isOwnOrigin } from '../../src/api/middleware/origins'
import { keyFor } from '../../src/auth/keys'
import { newId } from '../../src/protocol'
import { ask, ORIGIN, type Someone, signIn, signUp } from '../support/api'

/** Paths that tell who came through. */
const doors = new Hono<Api>({ strict: false })
doors.onError(answerError)
doors.get('/rooms/:roomId', authenticateInRoom, (c) => c.json({ ...c.var.caller, roomId: c.var.roomId }))
doors.get('/ws/chat/:roomId', async (c) => c.json((await authenticateSocket(c)).caller))
doors.get('/ws/sidebar', async (c) => c.json((await authenticateSocket(c)).caller))

async function knock(
  path: string,
  headers: Record<string, string> = {},
  more: Partial<Env> = {},
  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect in it
): Promise<[number, any]> {
  const answer = await doors.fetch(new Request(ORIGIN + path, { headers }), { ...env, ...more })
  return [answer.status, await answer.json()]
}

let ada: Someone
let room: number
beforeAll(async () => {
  ada = await signUp('ada', { first_name: 'Ada', last_name: 'Lovelace' })
  room = newId()
  await env.DIRECTORY.prepare('INSERT INTO rooms (id, is_group, created_at) VALUES (?, 1, 0)').bind(room).run()
})

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` })

describe('a request', () => {
  test.each(['Bearer', 'Token', 'bearer', 'TOKEN'])('gets through with Authorization: %s', async (scheme) => {
    const { status } = await ask('GET', '/api/profile', { headers: { Authorization: `${scheme} ${ada.access}` } })
    expect(status).toBe(200)
  })

  test.each([undefined, '', 'Bearer', 'Bearer ', 'Basic YWRhOmFkYQ==', 'Bearer a b'])(
    'with Authorization: %j is asked to sign in',
    async (value) => {
      const { status, body, headers } = await ask('GET', '/api/profile', {
        headers: value === undefined ? {} : { Authorization: value },
      })
      expect([status, body.code]).toEqual([401, 'not_authenticated'])
      expect(headers.get('WWW-Authenticate')).toBe('Bearer')
    },
  )

  test('is refused with a token that is expired, forged, for another use, or of a session that never was', async () => {
    const now = Math.floor(Date.now() / 1_000)
    const make = (claims: object, purpose: Parameters<typeof keyFor>[1] = 'access token') =>
      new SignJWT({
        user_id: ada.id,
        username: 'ada',
        sid: newId(),
        jti: 'x',
        iat: now - 9_000,
        exp: now + 9_000,
        ...claims,
      })
        .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
        .setIssuer('parlour')
        .setAudience('parlour:api')
        .sign(keyFor(env.AUTH_SECRET, purpose))
    for (const token of ['junk', ada.refresh, await make({ exp: now - 1 }), await make({}, 'refresh token')]) {
      const { status, body } = await ask('GET', '/api/profile', { token })
      expect([status, body.code]).toEqual([401, 'token_not_valid'])
    }
    const { status, body } = await ask('GET', '/api/profile', { token: await make({}) })
    expect([status, body.code]).toEqual([401, 'session_ended'])
  })

  test('is refused the moment its session has ended or expired', async () => {
    const phone = await signIn(ada)
    expect((await ask('GET', '/api/profile', { token: phone.access })).status).toBe(200)
    const { body } = await ask('GET', '/api/sessions', { token: phone.access })
    const current = body.find((session: { current: boolean }) => session.current)
    await env.DIRECTORY.prepare('UPDATE sessions SET expires_at = ? WHERE id = ?').bind(Date.now(), current.id).run()
    expect((await ask('GET', '/api/profile', { token: phone.access })).body.code).toBe('session_ended')
  })
})

describe('a room', () => {
  test('that is in the directory can be asked for', async () => {
    const [status, caller] = await knock(`/rooms/${room}`, bearer(ada.access))
    expect(status).toBe(200)
    expect(caller).toEqual({
      id: ada.id,
      username: 'ada',
      full_name: 'Ada Lovelace',
      picture: null,
      version: 0,
      session: expect.any(Number),
      sessionEnds: expect.any(Number),
      origin: ORIGIN,
      roomId: room,
    })
  })

  test.each(['0', '-1', '1.5', 'abc', '1e3', '007', '9007199254740993', '99999999999999999999', '%00', newId()])(
    '%s is absent, for those signed in',
    async (id) => {
      const [status, body] = await knock(`/rooms/${id}`, bearer(ada.access))
      expect([status, body.code]).toEqual([404, 'not_found'])
      expect((await knock(`/rooms/${id}`))[0]).toBe(401)
    },
  )

  test('that was deleted is absent', async () => {
    const gone = newId()
    const insert = 'INSERT INTO rooms (id, is_group, created_at, deleted_at) VALUES (?, 1, 0, 1)'
    await env.DIRECTORY.prepare(insert).bind(gone).run()
    expect((await knock(`/rooms/${gone}`, bearer(ada.access)))[0]).toBe(404)
    expect((await knock(`/ws/chat/${gone}/?token=${ada.access}`))[0]).toBe(404)
  })
})

describe('a socket', () => {
  const ticket = async (who = ada) => (await ask('POST', '/api/socket-ticket/', { token: who.access })).body.ticket

  test('is opened by a ticket, a token in the URL, or a token beside "bearer"', async () => {
    for (const [path, headers] of [
      [`/ws/sidebar/?ticket=${await ticket()}`, {}],
      [`/ws/sidebar/?token=${ada.access}`, {}],
      ['/ws/sidebar/', { 'Sec-WebSocket-Protocol': `bearer, ${ada.access}` }],
      [`/ws/chat/${room}/?ticket=${await ticket()}&after=3`, {}],
    ] as const) {
      const [status, caller] = await knock(path, headers)
      expect([status, caller.id]).toEqual([200, ada.id])
    }
  })

  test('is not opened without a credential, nor by a header that browsers cannot send', async () => {
    for (const headers of [{}, bearer(ada.access), { 'Sec-WebSocket-Protocol': `chat, ${ada.access}` }]) {
      const [status, body] = await knock('/ws/sidebar/', headers as Record<string, string>)
      expect([status, body.code]).toEqual([401, 'not_authenticated'])
    }
  })

  test('is not opened by a refresh token, a forged one, or the token of an ended session', async () => {
    for (const token of [ada.refresh, 'junk']) {
      expect((await knock(`/ws/sidebar/?token=${token}`))[1].code).toBe('token_not_valid')
    }
    const phone = await signIn(ada)
    expect((await knock(`/ws/sidebar/?token=${phone.access}`))[0]).toBe(200)
    await ask('POST', '/api/logout/', { body: { refresh: phone.refresh } })
    expect((await knock(`/ws/sidebar/?token=${phone.access}`))[1].code).toBe('session_ended')
  })

  test('a ticket is a random secret that lasts a minute and is stored only as a digest', async () => {
    const { status, body } = await ask('POST', '/api/socket-ticket', { token: ada.access })
    expect(status).toBe(201)
    expect(body).toEqual({ ticket: expect.stringMatching(/^[\w-]{43}$/), expires_in: 60 })
    const { results } = await env.DIRECTORY.prepare('SELECT * FROM socket_tickets').all()
    expect(results.length).toBeGreaterThan(0)
    expect(JSON.stringify(results)).not.toContain(body.ticket)
  })

  test('of fifty parallel tries with one ticket one succeeds', async () => {
    const one = await ticket()
    const tries = await Promise.all(Array.from({ length: 50 }, () => knock(`/ws/sidebar/?ticket=${one}`)))
    expect(tries.filter(([status]) => status === 200)).toHaveLength(1)
    for (const [status, body] of tries)
      if (status !== 200) expect([status, body.code]).toEqual([401, 'token_not_valid'])
  })

  test('a ticket is of no use after its minute, or once its session has ended', async () => {
    const late = await ticket()
    await env.DIRECTORY.prepare('UPDATE socket_tickets SET expires_at = ?').bind(Date.now()).run()
    expect((await knock(`/ws/sidebar/?ticket=${late}`))[1].code).toBe('token_not_valid')
    const phone = await signIn(ada)
    const orphan = await ticket(phone)
    await ask('POST', '/api/logout/', { body: { refresh: phone.refresh } })
    expect((await knock(`/ws/sidebar/?ticket=${orphan}`))[1].code).toBe('session_ended')
  })

  test('tickets that ran out are swept by the next one', async () => {
    await ticket()
    await env.DIRECTORY.prepare('UPDATE socket_tickets SET expires_at = 1').run()
    await ticket()
    expect(await env.DIRECTORY.prepare('SELECT count(*) FROM socket_tickets').first('count(*)')).toBe(1)
  })

  const production = (ALLOWED_ORIGINS: string) => ({ ENVIRONMENT: 'production', ALLOWED_ORIGINS })
  const from = async (origin: string, settings: Partial<Env>) =>
    (await knock(`/ws/sidebar/?token=${ada.access}`, { Origin: origin }, settings))[0]

  test('may be opened by pages of its own host, and of the origins that were named', async () => {
    const named = production('https://chat.example, https://other.example')
    for (const origin of [ORIGIN, 'https://chat.example', 'https://other.example']) {
      expect(await from(origin, named)).toBe(200)
    }
    expect((await knock(`/ws/sidebar/?token=${ada.access}`, {}, named))[0]).toBe(200)
  })

  test.each([
    'https://evil.example',
    'https://chat.example.evil.example',
    'https://evil.example/chat.example',
    'http://chat.example',
    'https://chat.example:8443',
    'https://CHAT.example.',
    'http://parlour.test.evil.example',
    'http://parlour.test:81',
    'ftp://parlour.test',
    'wss://parlour.test',
    `${ORIGIN}/`,
    'null',
    '*',
    '',
  ])('may not be opened by pages of %j', async (origin) => {
    const [status, body] = await knock(
      `/ws/sidebar/?token=${ada.access}`,
      { Origin: origin },
      production('https://chat.example,*'),
    )
    expect([status, body.code]).toEqual([403, 'origin_not_allowed'])
  })

  test('of https may not be opened by pages of http of the same host, but the other way round', () => {
    expect(isOwnOrigin('https://chat.example', 'https://chat.example/ws/sidebar/')).toBe(true)
    expect(isOwnOrigin('http://chat.example', 'http://chat.example/ws/sidebar/')).toBe(true)
    expect(isOwnOrigin('https://chat.example', 'http://chat.example/ws/sidebar/')).toBe(true)
    expect(isOwnOrigin('http://chat.example', 'https://chat.example/ws/sidebar/')).toBe(false)
  })

  test('may be opened by any page in development', async () => {
    for (const ALLOWED_ORIGINS of ['', '*']) {
      expect(await from('http://localhost:5173', { ENVIRONMENT: 'development', ALLOWED_ORIGINS })).toBe(200)
    }
    expect(await from('http://evil.example', { ENVIRONMENT: 'development', ALLOWED_ORIGINS: 'http://a.test' })).toBe(
      403,
    )
  })
})
