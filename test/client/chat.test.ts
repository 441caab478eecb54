/** The client as a whole: what opens and closes, what an error says, whose tokens it uses, and on what it may run. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Chat, ChatError, type ChatOptions, type ConnectionState, createChat } from '../../src/client'
import { offline } from '../../src/client/offline'
import { Wire } from './wire'

const URL = 'https://chat.test'
const KEY = `parlour:${URL}:session`

/** A token of this user, which lasts for so many seconds. */
const tokenOf = (claims: object, lasts = 3_600) =>
  `e30.${btoa(JSON.stringify({ iat: 1_000, exp: 1_000 + lasts, ...claims })).replaceAll('=', '')}.c2ln`

const person = (id: number) => ({ id, username: `p${id}`, full_name: `Person ${id}`, profile_pic: null })
const member = (id: number) => ({ ...person(id), is_admin: false, role: 'member', joined_at: '', online_status: true })
const detail = (id: number) => ({
  id,
  chat_name: 'Boats',
  unread_count: 0,
  participants: [member(1), member(2)],
  last_id: 0,
})

type Answer = { status?: number; body?: unknown; text?: string }

let requests: string[]
let answers: (path: string, init: RequestInit) => Answer | Promise<Answer>
const chats = new Set<Chat>()

const usual = (path: string): Answer => {
  const room = /^\/api\/chatrooms\/(\d+)\/$/.exec(path)
  if (room) return { body: detail(Number(room[1])) }
  if (path.includes('/messages/')) return { body: { results: [], next: null, previous: null } }
  if (path === '/api/profile/') return { body: { ...person(1), email: 'p1@parlour.test' } }
  return { status: 404, body: { detail: 'No.', code: 'not_found' } }
}

async function fakeFetch(url: string, init: RequestInit): Promise<Response> {
  const path = url.slice(URL.length)
  requests.push(`${init.method ?? 'GET'} ${path}`)
  const { status = 200, body, text = JSON.stringify(body) } = await answers(path, init)
  return new Response(text, { status })
}

function client(options: Partial<ChatOptions> = {}): Chat {
  const getToken = options.identify || options.storage ? {} : { getToken: () => tokenOf({ user_id: 1 }) }
  const chat = createChat({ url: URL, fetch: fakeFetch, WebSocket: Wire, ...getToken, ...options })
  chats.add(chat)
  return chat
}

const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms)
const thrown = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: ChatError) => error,
  )
const caught = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    return error as ChatError
  }
  return undefined
}

/** Lets the newest socket in, with the first frame of its kind. */
async function greet(wire = Wire.last): Promise<void> {
  wire.opens()
  if (wire.url.includes('/sidebar/')) wire.says({ type: 'snapshot', rooms: [], unread_total: 0 })
  else wire.says({ type: 'ready', seq: 0, room: 7, you: 1, online: [], cursors: [] })
  await pass()
}

async function opened(chat: Chat, id = 7) {
  const opening = chat.room(id).open()
  await pass()
  await greet()
  return opening
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
  Wire.all = []
  requests = []
  answers = usual
})

afterEach(() => {
  for (const chat of chats) chat.close()
  chats.clear()
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe('a room and a list', () => {
  it.each([
    ['a room', (chat: Chat) => chat.room(7)],
    ['the room list', (chat: Chat) => chat.roomList],
  ])('%s is open while it has subscribers, and a moment longer', async (_, partOf) => {
    const chat = client()
    const part = partOf(chat)
    const state = () => part.getSnapshot().connection
    expect(state()).toEqual({ status: 'idle' })
    const stops = [part.subscribe(() => undefined), part.subscribe(() => undefined)]
    expect(state()).toEqual({ status: 'connecting' })
    await pass()
    await greet()
    expect(state()).toEqual({ status: 'online' })
    for (const stop of stops) stop()
    const again = part.subscribe(() => undefined)
    await pass(5_000)
    expect(Wire.all).toHaveLength(1)
    expect(state()).toEqual({ status: 'online' })
    again()
    again()
    await pass(5_000)
    expect(state()).toEqual({ status: 'idle' })
    expect(Wire.last.readyState).toBe(3)
  })

  it('stay open without subscribers when they were opened by hand', async () => {
    const chat = client()
    const room = await opened(chat)
    room.subscribe(() => undefined)()
    await pass(5_000)
    expect(room.connection).toEqual({ status: 'online' })
  })

  it('say which of them has changed its connection, and the client says it once for all', async () => {
    const chat = client()
    const states: ConnectionState[] = []
    const rooms: [number, string][] = []
    chat.on('connection.changed', ({ state }) => states.push(state))
    for (const id of [7, 8])
      chat.room(id).on('connection.changed', (event) => rooms.push([event.roomId, event.state.status]))
    for (const id of [7, 8]) void chat.room(id).open()
    await pass()
    for (const wire of Wire.all) await greet(wire)
    expect(states.map(({ status }) => status)).toEqual(['connecting', 'online'])
    expect(rooms).toEqual([
      [7, 'connecting'],
      [8, 'connecting'],
      [7, 'online'],
      [8, 'online'],
    ])
  })

  it('call no listener that an earlier listener has removed', async () => {
    const chat = client()
    const room = await opened(chat)
    const heard: string[] = []
    room.on('typing.changed', () => {
      heard.push('first')
      stop()
    })
    const stop = room.on('typing.changed', () => heard.push('second'))
    Wire.last.says({ type: 'typing', user_id: 2, username: 'p2' })
    expect(heard).toEqual(['first'])
  })

  it('keep the parts of a snapshot that have not changed, and call typing members by their names', async () => {
    const room = await opened(client())
    Wire.last.says({
      type: 'new_message',
      seq: 1,
      message: { id: 1, seq: 1, room: 7, sender: person(2), content: 'hi' },
    })
    const before = room.getSnapshot()
    Wire.last.says({ type: 'typing', user_id: 2, username: 'p2' })
    const after = room.getSnapshot()
    expect(after).not.toBe(before)
    expect(after.typing).toEqual([{ id: 2, username: 'p2', fullName: 'Person 2' }])
    expect(after.messages).toBe(before.messages)
    expect(after.room).toBe(before.room)
  })
})

describe('opening a room', () => {
  it('is connecting from its first moment, and a refusal is thrown and shown', async () => {
    answers = () => ({ status: 403, body: { detail: 'You may not.', code: 'forbidden' } })
    const room = client().room(7)
    const opening = thrown(room.open())
    expect(room.connection).toEqual({ status: 'connecting' })
    expect(room.getSnapshot().loading).toBe('window')
    await pass()
    expect(await opening).toMatchObject({ code: 'forbidden', status: 403 })
    expect(room.getSnapshot()).toMatchObject({
      connection: { status: 'closed', reason: 'removed', error: { code: 'forbidden' } },
      error: { code: 'forbidden' },
      loading: null,
    })
  })

  it('gives up after so many attempts, and waits no longer than connect() wants', async () => {
    answers = () => Promise.reject(new TypeError('fetch failed'))
    const errors: string[] = []
    const chat = client({ onError: ({ code }) => errors.push(code) })
    const room = chat.room(7)
    const opening = thrown(room.open({ attempts: 3 }))
    await pass()
    expect(room.connection).toMatchObject({
      status: 'reconnecting',
      error: { code: 'no_answer', cause: { message: 'fetch failed' } },
    })
    const tried = requests.length
    chat.connect()
    await pass()
    expect(requests.length).toBeGreaterThan(tried)
    await pass(60_000)
    expect(await opening).toMatchObject({ code: 'no_answer', retryable: true })
    expect(room.connection).toMatchObject({ status: 'closed', reason: 'by-you' })
    expect(errors.slice(0, 2)).toEqual(['no_answer', 'no_answer'])
  })

  it('ends with its signal', async () => {
    answers = () => new Promise<Answer>(() => undefined)
    const room = client().room(7)
    const stop = new AbortController()
    const opening = thrown(room.open({ signal: stop.signal }))
    await pass()
    stop.abort('enough')
    expect(await opening).toMatchObject({ code: 'closed', cause: 'enough' })
    expect(room.connection.status).toBe('closed')
    expect(await thrown(room.open({ signal: stop.signal }))).toMatchObject({ code: 'closed' })
  })
})

describe('an error', () => {
  it.each(['', 'chat.test', 'ftp://chat.test', 'https://chat.test/api', undefined])('names a bad url: %s', (url) => {
    expect(caught(() => createChat({ url: url as string }))).toMatchObject({
      name: 'ChatError',
      code: 'bad_url',
      hint: /origin/,
    })
  })

  it('names a platform without WebSocket', async () => {
    vi.stubGlobal('WebSocket', undefined)
    const chat = createChat({ url: URL, fetch: fakeFetch, getToken: () => tokenOf({}) })
    expect(await thrown(chat.room(7).open())).toMatchObject({ code: 'no_websocket', hint: expect.any(String) })
    expect(chat.room(7).connection).toMatchObject({ status: 'closed', reason: 'failed' })
  })

  it.each([
    ['a page', 200, '<!doctype html>', 'not_parlour', false],
    ['a page that is not there', 404, '<!doctype html>', 'not_parlour', false],
    ['a proxy before a server that is away', 502, '<!doctype html>', 'http_502', true],
  ])('tells what answers in place of the server: %s', async (_, status, text, code, retryable) => {
    answers = () => ({ status, text })
    expect(await thrown(client().api.get('/x/'))).toMatchObject({ code, retryable })
  })

  it('suspects CORS where the server is reachable and this page may not read its answers', async () => {
    vi.stubGlobal('location', { origin: 'https://app.test' })
    let isAway = false
    answers = (_, init) => {
      const { mode } = init as { mode?: string }
      if (mode === 'no-cors' && !isAway) return { text: '' }
      throw new TypeError('Failed to fetch')
    }
    const { api } = client()
    expect(await thrown(api.get('/x/'))).toMatchObject({
      code: 'cors_suspected',
      retryable: true,
      hint: /ALLOWED_ORIGINS/,
    })
    isAway = true
    expect(await thrown(api.get('/x/'))).toMatchObject({ code: 'no_answer' })
  })

  it('is thrown by send() when nobody is signed in', async () => {
    const chat = client({ storage: memory() })
    const room = chat.room(7)
    expect(await thrown(room.send({ text: 'hello' }))).toMatchObject({ code: 'signed_out', status: 401 })
    expect(room.getSnapshot().messages).toMatchObject([{ status: 'failed', error: { code: 'signed_out' } }])
    expect(await thrown(room.open())).toMatchObject({ code: 'signed_out' })
  })

  it('is thrown by send() with a file where nothing uploads it', async () => {
    const error = await thrown(
      client()
        .room(7)
        .send({ file: new Blob(['x']) }),
    )
    expect(error).toMatchObject({ code: 'no_uploads', hint: /parlour\/uploads/ })
  })
})

describe('tokens of the application', () => {
  it('are asked for once for twenty rooms and the list, and again before they end', async () => {
    const getToken = vi.fn(async () => tokenOf({ user_id: 1 }))
    const chat = client({ getToken })
    chat.connect()
    for (let id = 1; id <= 20; id++) void chat.room(id).open()
    await pass()
    for (const wire of Wire.all) await greet(wire)
    expect(Wire.all).toHaveLength(21)
    expect(getToken).toHaveBeenCalledTimes(1)
    expect(chat.auth.user).toMatchObject({ id: 1, fullName: 'Person 1' })
    for (const wire of Wire.all.slice(0, 21)) wire.ends(1006)
    await pass(10_000)
    expect(Wire.all.length).toBeGreaterThan(40)
    expect(getToken).toHaveBeenCalledTimes(1)
    await pass(3_590_000)
    await chat.api.get('/profile/')
    expect(getToken).toHaveBeenCalledTimes(2)
  })

  it.each([
    ['fails', () => Promise.reject(new Error('host is down'))],
    [
      'throws',
      () => {
        throw new Error('host is down')
      },
    ],
    ['returns nothing', () => undefined],
    ['returns something else', () => ({ token: 'x' })],
  ] as [string, () => never][])(
    'whose supplier %s are a ChatError, and the connection says so',
    async (_, getToken) => {
      const errors: ChatError[] = []
      const chat = client({ getToken, onError: (error) => errors.push(error) })
      expect(await thrown(chat.api.get('/x/'))).toMatchObject({
        name: 'ChatError',
        code: 'token_provider_failed',
        retryable: true,
      })
      void chat.room(7).open()
      await pass()
      expect(chat.connection.getSnapshot()).toMatchObject({
        status: 'reconnecting',
        error: { code: 'token_provider_failed' },
      })
      expect(errors[0]).toBeInstanceOf(ChatError)
    },
  )
})

describe('users of a product', () => {
  const user = (id: number) => ({ ...person(id), external_id: `u${id}` })
  const session = (id: number) => ({ tokens: { access: tokenOf({ user_id: id }), refresh: `r${id}` }, user: user(id) })
  const exchanges = () => requests.filter((request) => request.includes('/token/exchange/')).length
  let signedIn = 1

  beforeEach(() => {
    signedIn = 1
    answers = (path, { body }) => {
      if (!path.includes('/token/exchange/')) return usual(path)
      const { sub } = JSON.parse(atob(JSON.parse(String(body)).token.split('.')[1]))
      return { body: session(Number(sub.slice(1))) }
    }
  })

  const host = () => vi.fn(async () => tokenOf({ sub: `u${signedIn}` }))

  it('are signed in by one exchange, however much asks at once', async () => {
    const identify = host()
    const chat = client({ identify })
    chat.connect()
    for (let id = 1; id <= 5; id++) void chat.room(id).open()
    await pass()
    expect([exchanges(), identify.mock.calls.length]).toEqual([1, 1])
    expect(chat.auth.user).toMatchObject({ id: 1, fullName: 'Person 1' })
    expect(Wire.all).toHaveLength(6)
  })

  it('stay signed in over a reload without another exchange, also while the product does not answer', async () => {
    const storage = memory()
    await client({ identify: host(), storage }).api.get('/profile/')
    const down = vi.fn(() => Promise.reject(new Error('host is down')))
    const reloaded = client({ identify: down, storage })
    await reloaded.api.get('/profile/')
    expect([exchanges(), down.mock.calls.length]).toEqual([1, 1])
    const known = client({ identify: down, storage, userId: 'u1' })
    await known.api.get('/profile/')
    expect([exchanges(), down.mock.calls.length]).toEqual([1, 1])
  })

  it.each([
    ['by the token', {}],
    ['by the option', { userId: 'u2' }],
  ])('are not taken for each other: %s', async (_, options) => {
    const storage = memory()
    await client({ identify: host(), storage }).api.get('/profile/')
    signedIn = 2
    const other = client({ identify: host(), storage, ...options })
    await other.api.get('/profile/')
    expect(other.auth.user?.id).toBe(2)
    expect(exchanges()).toBe(2)
  })

  it('get a new session by another exchange when theirs has ended', async () => {
    const chat = client({ identify: host(), storage: memory() })
    await chat.api.get('/profile/')
    let isEnded = true
    const before = answers
    answers = (path, init) => {
      if (path.includes('/token/refresh/')) return { status: 401, body: { detail: 'Ended.', code: 'session_ended' } }
      if (path === '/api/profile/' && isEnded) {
        isEnded = false
        return { status: 401, body: { detail: 'Ended.', code: 'session_ended' } }
      }
      return before(path, init)
    }
    await chat.api.get('/profile/')
    expect(exchanges()).toBe(2)
    expect(chat.auth.user?.id).toBe(1)
  })
})

function memory(items = new Map<string, string>()) {
  return {
    items,
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  }
}

/** The storage of React Native. */
function slow(items: Map<string, string>) {
  const later = <T>(work: () => T) => new Promise<T>((resolve) => setTimeout(() => resolve(work()), 50))
  return {
    getItem: (key: string) => later(() => items.get(key) ?? null),
    setItem: (key: string, value: string) => later(() => void items.set(key, value)),
    removeItem: (key: string) => later(() => void items.delete(key)),
  }
}

describe('the storage', () => {
  const stored = () => ({
    access: tokenOf({ user_id: 1 }),
    refresh: 'r',
    user: person(1),
    until: Date.now() + 3_600_000,
  })

  it.each(['{', '"text"', '[]', '7', '{"refresh":"r"}'])('may hold anything: %s', async (text) => {
    const chat = client({
      storage: memory(
        new Map([
          [KEY, text],
          [`parlour:${URL}:unsent:1`, text],
        ]),
      ),
      offline,
    })
    expect(chat.auth.user).toBeNull()
    expect(await thrown(chat.api.get('/profile/'))).toMatchObject({ code: 'signed_out' })
  })

  it('may fail: what it should keep is kept while the page lives', async () => {
    const fails = () => {
      throw new Error('QuotaExceededError')
    }
    const errors: string[] = []
    const identify = vi.fn(() => tokenOf({ sub: 'u1' }))
    answers = (path) =>
      path.includes('exchange')
        ? { body: { tokens: { access: tokenOf({ user_id: 1 }), refresh: 'r' }, user: person(1) } }
        : usual(path)
    const chat = client({
      storage: { getItem: fails, setItem: fails, removeItem: fails },
      identify,
      onError: ({ code }) => errors.push(code),
    })
    await chat.api.get('/profile/')
    await chat.api.get('/profile/')
    expect(identify).toHaveBeenCalledTimes(1)
    expect(new Set(errors)).toEqual(new Set(['storage_failed']))
  })

  it('may be asynchronous: the session and unsent messages are there when it has answered', async () => {
    const waiting = {
      draft: { body: { client_id: 'c1', content: 'from the tunnel' }, attachment: null, written_at: 't' },
      state: { status: 'sending' },
    }
    const items = new Map([
      [KEY, JSON.stringify(stored())],
      [`parlour:${URL}:unsent:1`, JSON.stringify([{ room: 7, waiting }])],
    ])
    const posted: string[] = []
    answers = (path, { method, body }) => {
      if (method !== 'POST') return usual(path)
      posted.push(JSON.parse(String(body)).content)
      return { body: { id: 1, seq: 1, timestamp: 't' } }
    }
    const chat = client({ storage: slow(items), offline })
    expect(chat.auth.user).toBeNull()
    const profile = chat.api.get('/profile/')
    // Written before the storage has said what it holds.
    await pass(60)
    void chat.room(8).send({ text: 'and now' })
    await pass(200)
    expect(await profile).toMatchObject({ fullName: 'Person 1' })
    expect(chat.auth.user?.id).toBe(1)
    expect(posted.toSorted()).toEqual(['and now', 'from the tunnel'])
    await pass(200)
    expect(items.has(`parlour:${URL}:unsent:1`)).toBe(false)
    await chat.auth.logout().catch(() => undefined)
    await pass(100)
    expect(items.has(KEY)).toBe(false)
  })
})
