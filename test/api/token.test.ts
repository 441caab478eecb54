/** `/api/token/refresh`: one living refresh token per session, always. */
import { env } from 'cloudflare:workers'
import { beforeAll, expect, test } from 'vitest'
import { refreshHash, signRefresh } from '../../src/auth/tokens'
import { TIMES } from '../../src/config'
import { type Answer, ask, type Someone, signIn, signUp } from '../support/api'
import { meetAfter } from '../support/barrier'

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
  for (let i = 0; i < 4; i++) line.push((await refresh(line.at(-1) ?? '')).body.refresh)
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
  expect((await refresh(successor)).status).toBe(200)
  expect(isRefused(await refresh(successor))).toBe(true)
})

test('twenty requests as they come never leave two living successors', async () => {
  for (let round = 0; round < 10; round++) {
    const phone = await signIn(ada)
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(phone.refresh)))
    const successors = new Set(answers.filter(({ status }) => status === 200).map(({ body }) => body.refresh))
    expect(successors.size).toBe(1)
    for (const answer of answers) expect(answer.status === 200 || isRefused(answer)).toBe(true)
    const session = await sessionOf(phone.refresh)
    // Whoever came after the rotation replayed a spent token: then the session is over, and so is the successor.
    expect(session?.ended_at !== null).toBe(answers.some(isRefused))
  }
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
