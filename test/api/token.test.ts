/** `/api/token/refresh`: a session never has two valid refresh tokens. */
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { refreshHash, signRefresh } from '../../src/auth/tokens'
import { TIMES } from '../../src/config'
import { type Answer, ask, PASSWORD, type Someone, signIn, signUp } from '../support/api'
import { meetAfter } from '../support/barrier'
import { tryConnect } from '../support/world'

let ada: Someone
beforeAll(async () => {
  ada = await signUp('ada')
})

const refresh = (token: string, more = {}) => ask('POST', '/api/token/refresh/', { body: { refresh: token }, ...more })
const works = async (access: string) => (await ask('GET', '/api/profile/', { token: access })).status === 200
const isRefused = ({ status, body }: Answer) => status === 401 && body.code === 'token_not_valid'

/** The session that a refresh token is of, as stored. */
const sessionOf = async (token: string) => {
  const { sid } = JSON.parse(atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')))
  return env.DIRECTORY.prepare('SELECT * FROM sessions WHERE id = ?').bind(sid).first<Record<string, number>>()
}

test.each(['/api/token/refresh/', '/api/users/token/refresh/'])('%s gives a new pair', async (path) => {
  const phone = await signIn(ada)
  const { status, body } = await ask('POST', path, { body: { refresh: phone.refresh } })
  expect(status).toBe(200)
  expect(Object.keys(body).sort()).toEqual(['access', 'refresh'])
  expect(body.refresh).not.toBe(phone.refresh)
  expect(await works(body.access)).toBe(true)
  expect(await works(phone.access)).toBe(true)
  expect((await refresh(body.refresh)).status).toBe(200)
})

test('replaying a spent token ends the session: its successor and every access token of it', async () => {
  const phone = await signIn(ada)
  const next = (await refresh(phone.refresh)).body
  expect(await works(next.access)).toBe(true)
  expect(isRefused(await refresh(phone.refresh))).toBe(true)
  expect(isRefused(await refresh(next.refresh))).toBe(true)
  expect(await works(next.access)).toBe(false)
  expect(await works(phone.access)).toBe(false)
  expect(await works(ada.access)).toBe(true)
})

test.each([0, 1, 2, 3])('ancestor %i of five generations ends the session as well', async (ancestor) => {
  const phone = await signIn(ada)
  const line = [phone.refresh]
  let access = ''
  for (let i = 0; i < 4; i++) {
    const { body } = await refresh(line.at(-1) ?? '')
    line.push(body.refresh)
    access = body.access
  }
  expect(await works(access)).toBe(true)
  expect(isRefused(await refresh(line[ancestor] ?? ''))).toBe(true)
  expect(isRefused(await refresh(line[4] ?? ''))).toBe(true)
})

test('twenty requests that truly overlap all get the same one successor', async () => {
  const phone = await signIn(ada)
  const race = meetAfter(20, /FROM sessions s JOIN users u/)
  const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(phone.refresh, { env: race })))
  expect(answers.map((answer) => answer.status)).toEqual(Array(20).fill(200))
  const successors = new Set(answers.map((answer) => answer.body.refresh))
  expect(successors.size).toBe(1)
  expect((await sessionOf(phone.refresh))?.generation).toBe(1)
  const [successor = ''] = successors
  const next = (await refresh(successor)).body
  expect(await works(next.access)).toBe(true)
  expect(isRefused(await refresh(successor))).toBe(true)
})

test('twenty requests of one device, as they come, all get the same one successor, and the session goes on', async () => {
  for (let round = 0; round < 10; round++) {
    const phone = await signIn(ada)
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(phone.refresh)))
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
    const successors = new Set(answers.map(({ body }) => body.refresh))
    expect(successors.size).toBe(1)
    const session = await sessionOf(phone.refresh)
    expect([session?.ended_at, session?.generation]).toEqual([null, 1])
  }
})

test('a token that two devices spend at the same moment ends the session, whichever was first', async () => {
  const phone = await signIn(ada)
  const race = meetAfter(2, /FROM sessions s JOIN users u/)
  const answers = await Promise.all(
    ['a-key-of-one-device-0001', 'a-key-of-another-device-2'].map((device_key) =>
      ask('POST', '/api/token/refresh/', { body: { refresh: phone.refresh, device_key }, env: race }),
    ),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 401])
  const successor = answers.find(({ status }) => status === 200)?.body ?? {}
  expect(await works(successor.access)).toBe(false)
  expect(isRefused(await refresh(successor.refresh))).toBe(true)
})

describe('an answer that was lost', () => {
  const KEY = { device_key: 'a-key-of-one-device-0001' }
  const keyed = (token: string, key: object = KEY, more = {}) =>
    ask('POST', '/api/token/refresh/', { body: { refresh: token, ...key }, ...more })
  const signedIn = async (key: object = KEY) =>
    (await ask('POST', '/api/login/', { body: { identifier: ada.username, password: PASSWORD, ...key } })).body

  test('is given again: the same refresh token, and access that works', async () => {
    const phone = await signedIn()
    const lost = (await keyed(phone.refresh)).body
    const again = await keyed(phone.refresh)
    expect(again.status).toBe(200)
    expect(again.body.refresh).toBe(lost.refresh)
    expect(await works(again.body.access)).toBe(true)
    const next = await keyed(again.body.refresh)
    expect(next.status).toBe(200)
    expect(await works(next.body.access)).toBe(true)
  })

  test.each([
    ['its access token', async ({ access }: { access: string }) => void (await works(access))],
    ['its refresh token', async ({ refresh }: { refresh: string }) => void (await keyed(refresh))],
    ['a socket', async ({ access }: { access: string }) => void (await tryConnect({ ...ada, access }, '/ws/sidebar/'))],
  ])('is given no more once the successor was used, by %s: then the session is over', async (_, use) => {
    const phone = await signedIn()
    const successor = (await keyed(phone.refresh)).body
    await use(successor)
    expect(isRefused(await keyed(phone.refresh))).toBe(true)
    expect(await works(successor.access)).toBe(false)
    expect(isRefused(await keyed(successor.refresh))).toBe(true)
  })

  test.each([
    ['with another key', { device_key: 'a-key-of-another-device-2' }, {}],
    ['without its key', {}, {}],
    ['with a key that is none', { device_key: 'short' }, {}],
  ])('is not given to a device %s, and that ends the session', async (_, key, more) => {
    const phone = await signedIn()
    const successor = (await keyed(phone.refresh)).body
    expect(isRefused(await keyed(phone.refresh, key, more))).toBe(true)
    expect(await works(successor.access)).toBe(false)
  })

  test('is given to a device that sends no key on the same network with the same agent, and to no other', async () => {
    const here = { headers: { 'CF-Connecting-IP': '192.0.2.7', 'User-Agent': 'Engine/1' } }
    const near = { headers: { 'CF-Connecting-IP': '192.0.2.200', 'User-Agent': 'Engine/1' } }
    for (const [again, works] of [
      [here, true],
      [near, true],
      [{ headers: { ...here.headers, 'User-Agent': 'Engine/2' } }, false],
      [{ headers: { ...here.headers, 'CF-Connecting-IP': '198.51.100.7' } }, false],
    ] as const) {
      const phone = await signIn(ada, here.headers)
      expect((await refresh(phone.refresh, here)).status).toBe(200)
      expect((await refresh(phone.refresh, again)).status).toBe(works ? 200 : 401)
    }
  })

  test('is not given for an older ancestor, whose successor was used', async () => {
    const phone = await signedIn()
    const second = (await keyed(phone.refresh)).body
    await keyed(second.refresh)
    expect(isRefused(await keyed(phone.refresh))).toBe(true)
    expect(isRefused(await keyed(second.refresh))).toBe(true)
  })

  test('is given for a successor made before the secret was rotated', async () => {
    const next = `${env.AUTH_SECRET}, and then another`
    const rotated = { env: { AUTH_SECRET: next, AUTH_SECRET_PREVIOUS: env.AUTH_SECRET } }
    const phone = await signedIn()
    const lost = (await keyed(phone.refresh)).body
    const again = await keyed(phone.refresh, KEY, rotated)
    expect([again.status, again.body.refresh]).toEqual([200, lost.refresh])
    const third = await keyed(again.body.refresh, KEY, rotated)
    expect(third.status).toBe(200)
    expect(isRefused(await keyed(third.body.refresh))).toBe(true)
  })
})

test('a token that is not authentic ends nothing', async () => {
  const phone = await signIn(ada)
  const session = await sessionOf(phone.refresh)
  await refresh(phone.refresh)
  const forged = await signRefresh('another secret of thirty-two characters', {
    userId: ada.id,
    sessionId: session?.id as number,
    generation: 0,
    issuedAt: Date.now(),
    expiresAt: Date.now() + 1e6,
  })
  const [head, payload] = phone.refresh.split('.')
  for (const token of [forged, `${head}.${payload}.`, `${head}.${payload}.AAAA`, phone.access, 'junk']) {
    expect(isRefused(await refresh(token))).toBe(true)
  }
  expect(await works(phone.access)).toBe(true)
})

test('a generation that was never given out is refused and ends nothing', async () => {
  const phone = await signIn(ada)
  const session = await sessionOf(phone.refresh)
  const early = await signRefresh(env.AUTH_SECRET, {
    userId: ada.id,
    sessionId: session?.id as number,
    generation: 5,
    issuedAt: Date.now(),
    expiresAt: Date.now() + 1e6,
  })
  expect(isRefused(await refresh(early))).toBe(true)
  expect((await refresh(phone.refresh)).status).toBe(200)
})

test('a session unused for 30 days is over', async () => {
  const phone = await signIn(ada)
  const session = await sessionOf(phone.refresh)
  expect((session?.expires_at ?? 0) - (session?.created_at ?? 0)).toBe(TIMES.refreshToken)
  await env.DIRECTORY.prepare('UPDATE sessions SET expires_at = ? WHERE id = ?')
    .bind(Date.now() - 1, session?.id)
    .run()
  expect(isRefused(await refresh(phone.refresh))).toBe(true)
  expect(await works(phone.access)).toBe(false)
})

test('refreshing prolongs a session, but never beyond 180 days from its beginning', async () => {
  const phone = await signIn(ada)
  const session = await sessionOf(phone.refresh)
  const begun = Date.now() - TIMES.sessionMost + 60_000
  await env.DIRECTORY.prepare('UPDATE sessions SET created_at = ? WHERE id = ?').bind(begun, session?.id).run()
  const { body } = await refresh(phone.refresh)
  expect((await sessionOf(body.refresh))?.expires_at).toBe(begun + TIMES.sessionMost)
  const exp = (token: string) =>
    JSON.parse(atob(token.split('.')[1]?.replaceAll('-', '+').replaceAll('_', '/') ?? '')).exp
  expect(exp(body.access)).toBeLessThanOrEqual((begun + TIMES.sessionMost) / 1_000)
  expect(exp(body.refresh)).toBeLessThanOrEqual((begun + TIMES.sessionMost) / 1_000)
})

test('no token stands in the directory', async () => {
  const phone = await signIn(ada)
  const session = await sessionOf(phone.refresh)
  expect(session?.refresh_hash).toBe(refreshHash(env.AUTH_SECRET, session?.id as number, 0))
  expect(JSON.stringify(session)).not.toContain(phone.refresh.slice(-20))
})

test.each([{}, { refresh: '' }, { refresh: 7 }, { refresh: 'x'.repeat(5_000) }])(
  '%j is not a refresh',
  async (body) => {
    const answer = await ask('POST', '/api/token/refresh/', { body })
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid'])
    expect(answer.body.refresh).toEqual([expect.any(String)])
  },
)
