/** Behaviour that all answers share: paths, bodies, headers, errors. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { app } from '../../src/api/app'
import { BOUNDS } from '../../src/config'
import { LIMITS } from '../../src/protocol'
import { type Asking, ask, ORIGIN, PASSWORD, type Someone, signUp } from '../support/api'

let ada: Someone
beforeAll(async () => {
  ada = await signUp('ada')
})

/** Each path of the API with each method it answers. */
const routes = [
  ...new Set(
    app.routes
      .filter(({ method, path }) => method !== 'ALL' && path.startsWith('/api'))
      .map(({ method, path }) => `${method} ${path}`),
  ),
].map((route) => route.split(' ') as [method: string, path: string])

const inPath = (path: string) => path.replaceAll(/:\w+/g, '4503599627370497')

describe('a path', () => {
  test('is known to these tests', () => expect(routes.length).toBeGreaterThan(12))

  test.each(routes)('%s %s answers the same with and without a slash at its end', async (method, path) => {
    for (const asking of [{}, { token: ada.access }]) {
      const bare = await ask(method, inPath(path), asking)
      const slashed = await ask(method, `${inPath(path)}/`, asking)
      expect(bare.status).not.toBe(405)
      expect([slashed.status, slashed.body?.code]).toEqual([bare.status, bare.body?.code])
    }
  })

  test.each(['/api/nothing', '/api', '/', '/api/users/1/2/3', '/api/../etc/passwd', '/api/%2e%2e/x', '/api/%zz'])(
    '%s that does not exist is a 404 in the usual form',
    async (path) => {
      const { status, body } = await ask('GET', path)
      expect([status, body]).toEqual([404, { detail: expect.any(String), code: 'not_found' }])
    },
  )

  test.each([
    ['GET', '/api/login/', 'POST'],
    ['POST', '/api/profile/x/../', 'GET, HEAD, PUT, PATCH, DELETE'],
    ['POST', '/api/users/7', 'GET, HEAD'],
    ['PURGE', '/api/users/', 'GET, HEAD'],
  ])('%s %s is a 405 that names the methods there are', async (method, path, allow) => {
    const { status, body, headers } = await ask(method, path)
    expect([status, body.code]).toEqual([405, 'method_not_allowed'])
    for (const known of allow.split(', ')) expect(headers.get('Allow')?.split(', ')).toContain(known)
  })

  test('answers HEAD as GET, without a body', async () => {
    const { status, body } = await ask('HEAD', '/api/profile/', { token: ada.access })
    expect([status, body]).toEqual([200, null])
  })
})

describe('a body', () => {
  const login = (asking: Asking) => ask('POST', '/api/login/', asking)
  const good = { identifier: 'ada', password: PASSWORD }

  test.each(['{', '{"identifier":', 'identifier=ada', '\0', '{"a":1}{"b":2}', "{'a':1}"])(
    '%j that is announced as JSON is malformed',
    async (body) => {
      const answer = await login({ body })
      expect([answer.status, answer.body.code]).toEqual([400, 'malformed'])
    },
  )

  test('that is a broken form is malformed', async () => {
    const headers = { 'Content-Type': 'multipart/form-data; boundary=x' }
    const answer = await login({ body: 'not a form', headers })
    expect([answer.status, answer.body.code]).toEqual([400, 'malformed'])
    const unbounded = await login({ body: 'x', headers: { 'Content-Type': 'multipart/form-data' } })
    expect([unbounded.status, unbounded.body.code]).toEqual([400, 'malformed'])
  })

  test.each(['[]', '7', 'null', '"text"', 'true', '[{"identifier":"ada"}]'])('%s is not an object', async (body) => {
    const answer = await login({ body })
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid'])
    expect(answer.body.non_field_errors).toEqual(['Send an object.'])
  })

  test.each(['text/plain', 'application/xml', 'application/octet-stream', 'application/jsonx', 'nonsense'])(
    'of type %s is not accepted',
    async (type) => {
      const answer = await login({ body: JSON.stringify(good), headers: { 'Content-Type': type } })
      expect([answer.status, answer.body.code]).toEqual([415, 'unsupported_type'])
    },
  )

  test.each(['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/vnd.api+json'])(
    'of type %s is JSON',
    async (type) => {
      expect((await login({ body: JSON.stringify(good), headers: { 'Content-Type': type } })).status).toBe(200)
    },
  )

  test('that is missing or empty has no fields, whatever its type is said to be', async () => {
    for (const headers of [{}, { 'Content-Type': 'application/json' }, { 'Content-Type': 'text/plain' }]) {
      for (const body of [undefined, '']) {
        const answer = await login({ body, headers: headers as Record<string, string> })
        expect([answer.status, answer.body.code]).toEqual([400, 'invalid'])
        expect(answer.body.password).toEqual(['This field is required.'])
      }
    }
  })

  test('above the limit is refused, below it is read, with and without a stated length', async () => {
    const padded = (bytes: number) => {
      const rest = JSON.stringify({ ...good, padding: '' }).length
      return JSON.stringify({ ...good, padding: 'x'.repeat(bytes - rest) })
    }
    const sent = (text: string): Asking[] => [
      { body: text, headers: { 'Content-Length': String(text.length) } },
      { body: new Blob([text]).stream(), headers: { 'Content-Type': 'application/json' } },
    ]
    for (const asking of sent(padded(LIMITS.bodyBytes))) expect((await login(asking)).status).toBe(200)
    for (const asking of sent(padded(LIMITS.bodyBytes + 1))) {
      const answer = await login(asking)
      expect([answer.status, answer.body.code]).toEqual([413, 'too_large'])
    }
  })

  test('nested ten thousand deep harms nothing', async () => {
    const answer = await login({ body: `${'['.repeat(10_000)}${']'.repeat(10_000)}` })
    expect(answer.status).toBe(400)
  })

  test('with a field twice in a form is an array, which no text field takes', async () => {
    const answer = await login({ body: new URLSearchParams('identifier=ada&identifier=bob&password=x') })
    expect(answer.body).toMatchObject({ code: 'invalid', identifier: ['Must be a valid string.'] })
  })

  test('cannot bring its own detail or code into an error', async () => {
    const answer = await login({ body: { detail: 7, code: 7 } })
    expect(answer.body).toMatchObject({ code: 'invalid', detail: expect.any(String) })
  })
})

describe('an answer', () => {
  test.each([
    ['GET', '/api/profile/', 200],
    ['GET', '/api/profile/x', 404],
    ['GET', '/api/login/', 405],
    ['POST', '/api/login/', 400],
    ['GET', '/api/users/1', 404],
  ])('to %s %s (%i) has the headers that make it safe', async (method, path, status) => {
    const answer = await ask(method, path, { token: ada.access })
    expect(answer.status).toBe(status)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'content-type': 'application/json',
      'referrer-policy': 'no-referrer',
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'x-request-id': expect.stringMatching(/^[\w-]{36}$/),
    })
  })

  const production = (ALLOWED_ORIGINS: string) => ({ ENVIRONMENT: 'production', ALLOWED_ORIGINS })
  const allowed = async (origin: string, env: Partial<Env>, method = 'GET') => {
    const { headers } = await ask(method, '/api/profile/', { headers: { Origin: origin }, env })
    return headers.get('Access-Control-Allow-Origin')
  }

  test('may be read by pages of the origins that were named, and of no other', async () => {
    const named = production('https://chat.example,https://other.example')
    expect(await allowed('https://chat.example', named)).toBe('https://chat.example')
    expect(await allowed('https://other.example', named)).toBe('https://other.example')
    for (const origin of ['https://evil.example', 'https://chat.example.evil.example', 'http://chat.example', 'null']) {
      expect(await allowed(origin, named)).toBeNull()
    }
    expect(await allowed('https://evil.example', production('*'))).toBeNull()
    expect(await allowed('https://evil.example', production(''))).toBeNull()
    expect(await allowed('http://localhost:5173', { ENVIRONMENT: 'development', ALLOWED_ORIGINS: '' })).not.toBeNull()
  })

  test('to a preflight allows the methods and headers that clients use', async () => {
    const { status, headers } = await ask('OPTIONS', '/api/profile/', {
      headers: {
        Origin: 'https://chat.example',
        'Access-Control-Request-Method': 'PATCH',
        'Access-Control-Request-Headers': 'authorization,x-evil',
      },
      env: production('https://chat.example'),
    })
    expect(status).toBe(204)
    expect(headers.get('Access-Control-Allow-Origin')).toBe('https://chat.example')
    expect(headers.get('Access-Control-Allow-Methods')).toContain('PATCH')
    expect(headers.get('Access-Control-Allow-Headers')).toBe('authorization,content-type,idempotency-key')
    expect(headers.get('Access-Control-Allow-Credentials')).toBeNull()
  })

  test('keeps a request’s own id, if it is harmless', async () => {
    const idOf = async (id: string) =>
      (await ask('GET', '/api/profile/', { headers: { 'X-Request-Id': id } })).headers.get('X-Request-Id')
    expect(await idOf('trace-7')).toBe('trace-7')
    expect(await idOf('a b"c')).not.toBe('a b"c')
  })
})

describe('a failure', () => {
  afterEach(() => vi.restoreAllMocks())

  /** The directory as it is when each question fails with this. */
  const failing = (message: string): Partial<Env> => ({
    DIRECTORY: new Proxy(env.DIRECTORY, {
      get: () => () => {
        throw new Error(message)
      },
    }),
  })
  const logged = () => {
    const lines: string[] = []
    vi.spyOn(console, 'error').mockImplementation((line) => lines.push(line))
    return lines
  }

  test.each([
    'D1_ERROR: Network connection lost.',
    'D1_ERROR: D1 DB reset because its code was updated.',
    'D1_ERROR: Internal error while starting up D1 DB storage caused object to be reset.',
    'D1_ERROR: Cannot resolve D1 DB due to transient issue on remote node.',
    'D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.',
    'D1_ERROR: D1 DB is overloaded. Requests queued for too long.',
    'D1_ERROR: D1 DB is overloaded. Too many requests queued.',
    "D1_ERROR: D1 DB's isolate exceeded its memory limit and was reset.",
  ])('%s is a 503 that says when to come back', async (message) => {
    const lines = logged()
    for (const [method, path] of [
      ['GET', '/api/profile/'],
      ['GET', '/api/users/'],
    ] as const) {
      const { status, body, headers } = await ask(method, path, { token: ada.access, env: failing(message) })
      expect([status, body]).toEqual([503, { detail: expect.any(String), code: 'unavailable' }])
      expect(Number(headers.get('Retry-After'))).toBeGreaterThan(0)
      expect(headers.get('Cache-Control')).toBe('no-store')
    }
    expect(lines).toHaveLength(2)
  })

  test('of ours is a 500 without a word of the inside, and one line in the log', async () => {
    const lines = logged()
    const { status, body, headers } = await ask('GET', `/api/users/?search=hush&token=hush`, {
      token: ada.access,
      env: failing('D1_ERROR: no such column: secret_thing at offset 7'),
    })
    expect([status, body]).toEqual([500, { detail: expect.any(String), code: 'internal' }])
    expect(JSON.stringify(body)).not.toContain('secret_thing')
    const [line = ''] = lines
    expect(JSON.parse(line)).toMatchObject({
      event: 'http.failed',
      request_id: headers.get('X-Request-Id'),
      message: expect.stringContaining('secret_thing'),
    })
    expect(line).not.toContain('hush')
    expect(line).not.toContain(ada.access)
  })

  test('of a statement is logged without the values bound to it', async () => {
    const lines = logged()
    const wrapped = new Error('Failed query: select … params: hush', { cause: new Error('D1_ERROR: no such table: x') })
    const broken = { DIRECTORY: { prepare: () => ({ bind: () => ({ first: async () => Promise.reject(wrapped) }) }) } }
    await ask('GET', '/api/profile/', { token: ada.access, env: broken as unknown as Partial<Env> })
    expect(lines).toHaveLength(1)
    expect(lines[0]).not.toContain('hush')
  })

  test('to register half-way leaves no account behind', async () => {
    logged()
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
    const body = { email: 'half@parlour.test', username: 'half', password: PASSWORD }
    expect((await ask('POST', '/api/register', { body, env: { DIRECTORY: broken } })).status).toBe(500)
    expect((await ask('POST', '/api/register', { body })).status).toBe(201)
  })
})

describe('an isolate with too many requests under way', () => {
  const { requestsAtOnce } = BOUNDS
  const allow = (requests: number) => Object.assign(BOUNDS, { requestsAtOnce: requests })
  const upgrade = (headers: Record<string, string>) =>
    app.fetch(new Request(`${ORIGIN}/ws/sidebar/`, { headers: { Upgrade: 'websocket', ...headers } }), { ...env })
  afterEach(() => allow(requestsAtOnce))

  test('[R99] refuses the others at once, says how long to wait, and serves them later', async () => {
    const bearer = { 'Sec-WebSocket-Protocol': `bearer, ${ada.access}` }
    expect((await ask('GET', '/api/limits/')).status).toBe(200)
    allow(0)
    const { status, headers, body } = await ask('GET', '/api/limits/')
    expect([status, body.code]).toEqual([503, 'unavailable'])
    expect(Number(headers.get('Retry-After'))).toBeGreaterThan(0)
    expect((await upgrade({})).status).toBe(503)
    const { webSocket } = await upgrade(bearer)
    const closed = new Promise<CloseEvent>((resolve) => webSocket?.addEventListener('close', resolve))
    webSocket?.accept()
    expect(await closed).toMatchObject({ code: 1013, reason: expect.stringMatching(/^Try again in \d+ s\.$/) })
    allow(1)
    expect((await ask('GET', '/api/limits/')).status).toBe(200)
  })
})
