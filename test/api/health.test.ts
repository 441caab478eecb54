/** `/health` and `/api/limits/`: public facts for monitors and authors of clients. */
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { CLOSE, LIMITS, RATES, TIMES } from '../../src/config'
import { Health, Limits } from '../../src/protocol'
import { ask } from '../support/api'
import { stopwatch } from '../support/stopwatch'

afterEach(() => vi.restoreAllMocks())

/** A binding whose every use ends like this. */
const broken = (how: () => unknown) => new Proxy({}, { get: () => how }) as never

const fails = () => Promise.reject(new Error('D1_ERROR: the secret of the inside'))
const hangs = () => new Promise(() => {})

describe('/health', () => {
  it('says that everything answers, to anybody, never from a cache', async () => {
    const { status, body, headers } = await ask('GET', '/health')
    expect(status).toBe(200)
    expect(Health.parse(body)).toEqual(body)
    expect(body.status).toBe('ok')
    expect(Object.keys(body.checks).sort()).toEqual(['actors', 'directory', 'media'])
    for (const { ok, ms } of Object.values<{ ok: boolean; ms: number }>(body.checks)) {
      expect(ok).toBe(true)
      expect(ms).toBeGreaterThanOrEqual(0)
    }
    expect(headers.get('Cache-Control')).toBe('no-store')
  })

  it.each([
    ['directory', 'DIRECTORY', 'fails', fails],
    ['media', 'MEDIA', 'fails', fails],
    ['actors', 'ROOMS', 'fails', () => ({ figures: fails })],
    ['directory', 'DIRECTORY', 'hangs', hangs],
    ['media', 'MEDIA', 'hangs', hangs],
    ['actors', 'ROOMS', 'hangs', () => ({ figures: hangs })],
    ['actors', 'SIDEBARS', 'fails', () => ({ viewOf: fails })],
    ['actors', 'FEEDS', 'fails', () => ({ get: fails })],
    ['actors', 'UPLOADS', 'hangs', () => ({ use: hangs })],
    ['actors', 'BUDGETS', 'fails', () => ({ take: fails })],
  ] as const)('names %s when its binding %s %s, and nothing of the reason', async (part, binding, _, how) => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const elapsed = stopwatch()
    const it = binding === 'DIRECTORY' ? broken(() => ({ first: how })) : broken(how)
    const { status, body, headers } = await ask('GET', '/health', { env: { [binding]: it } })
    expect(elapsed()).toBeLessThan(TIMES.healthCheck + 1_500)
    expect(status).toBe(503)
    expect(body).toMatchObject({ status: 'failing', code: 'unavailable', detail: `Not answering: ${part}.` })
    for (const [name, { ok }] of Object.entries<{ ok: boolean }>(body.checks)) expect(ok).toBe(name !== part)
    expect(JSON.stringify(body)).not.toContain('secret')
    expect(Number(headers.get('Retry-After'))).toBeGreaterThan(0)
    expect(headers.get('Cache-Control')).toBe('no-store')
    expect(log.mock.calls.join()).toContain('health.failing')
  })

  it('asks the parts about once a second, however many ask it', async () => {
    let asked = 0
    const DIRECTORY = broken(() => ({ first: async () => ++asked }))
    const same = { env: { DIRECTORY } }
    // The bindings of a deployment are one object; `ask` makes a new one each time, as if each were another.
    await Promise.all([ask('GET', '/health', same), ask('GET', '/health', same)])
    expect(asked).toBe(2)
    const { app } = await import('../../src/api/app')
    const bindings = { ...env, DIRECTORY }
    for (let n = 0; n < 20; n++) expect((await app.request('/health', {}, bindings)).status).toBe(200)
    expect(asked).toBe(3)
  })
})

describe('/api/limits', () => {
  it('names every limit, lifetimes in seconds, rates and close codes', async () => {
    const { status, body } = await ask('GET', '/api/limits/')
    expect(status).toBe(200)
    expect(Limits.parse(body)).toEqual(body)
    expect(Object.keys(body.limits)).toHaveLength(Object.keys(LIMITS).length)
    expect(Object.keys(body.rates)).toHaveLength(Object.keys(RATES).length)
    expect(body.limits).toMatchObject({ message_length: LIMITS.messageLength, members: LIMITS.members })
    expect(body.lifetimes).toMatchObject({ access_token: 3_600, socket_ticket: 60 })
    const { limit, per, first, most } = RATES.login
    expect(body.rates.login).toEqual({ limit, per: per / 1_000, first: first / 1_000, most: most / 1_000 })
    expect(body.rates.register).toEqual({ limit: RATES.register.limit, per: RATES.register.per / 1_000 })
    expect(Object.values(body.close_codes).sort()).toEqual(Object.values(CLOSE).sort())
    for (const table of Object.values<object>(body)) {
      for (const name of Object.keys(table)) expect(name).not.toMatch(/[A-Z]/)
    }
  })
})
