/** Sessions and requests of the SDK, against the real application in the same runtime. */

import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { app } from '../../src/api/app'
import { type ChatError, type ChatOptions, createChat, type Profile, type User } from '../../src/client'
import { accountsOf } from '../../src/client/accounts'
import { withFiles } from '../../src/client/http/body'
import { notificationsOf } from '../../src/client/notifications'
import { peopleOf } from '../../src/client/people'
import { roomsOf } from '../../src/client/rooms'
import { ask, ORIGIN, PASSWORD, signUp } from '../support/api'
import { codeTo } from '../support/mail'

const KEY = `parlour:${ORIGIN}:session`

function memory() {
  const items = new Map<string, string>()
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  }
}

/** A client whose requests go straight into the application, and a record of them. */
function client(options: Partial<ChatOptions> = {}) {
  const storage = (options.storage ?? memory()) as ReturnType<typeof memory>
  const requests: string[] = []
  let isDown = false
  /** How many more answers to requests whose path has this are lost on their way. */
  const lost = { path: '', times: 0 }
  const chat = createChat({
    url: `${ORIGIN}/`,
    storage,
    fetch: async (url, init) => {
      requests.push(`${init.method} ${url.replace(ORIGIN, '')}`)
      if (isDown) throw new TypeError('fetch failed')
      const context = createExecutionContext()
      const answer = await app.fetch(new Request(url, init), { ...env }, context)
      await waitOnExecutionContext(context)
      if (lost.times > 0 && url.includes(lost.path)) {
        lost.times -= 1
        throw new TypeError('fetch failed')
      }
      return answer
    },
    ...options,
  })
  const kept = () => JSON.parse(storage.getItem(KEY) ?? 'null') as { access: string; refresh: string; until: number }
  return {
    chat,
    storage,
    requests,
    kept,
    /** Makes the kept access token one that the server refuses. */
    spoil: () => storage.setItem(KEY, JSON.stringify({ ...kept(), access: 'spoilt' })),
    goDown: (down: boolean) => {
      isDown = down
    },
    lose: (path: string, times: number) => void Object.assign(lost, { path, times }),
    refreshes: () => requests.filter((request) => request.includes('/token/refresh/')).length,
  }
}

const thrown = (work: Promise<unknown>) => work.catch((error: ChatError) => error) as Promise<ChatError>

afterEach(() => vi.useRealTimers())

describe('a session', () => {
  it('begins with registering or logging in, is kept, and is told to those who follow it', async () => {
    const { chat, storage } = client()
    const followed: (string | undefined)[] = []
    chat.auth.subscribe((user) => followed.push(user?.username))
    const { user } = await accountsOf(chat).register({ email: 'ada@parlour.test', username: 'ada', password: PASSWORD })
    expect(user).toMatchObject({ username: 'ada' })
    expect(createChat({ url: ORIGIN, storage }).auth.user?.id).toBe(user?.id)
    await chat.auth.logout()
    expect(storage.getItem(KEY)).toBeNull()
    const login = await accountsOf(chat).login({ identifier: 'ada', password: PASSWORD })
    expect(login).toMatchObject({ user: { id: user?.id }, challenge: null })
    await Promise.resolve()
    expect(followed).toEqual([undefined, 'ada', undefined, 'ada'])
  })

  it('is renewed before its token ends, and its refresh token spent once', async () => {
    await signUp('boris')
    const { chat, kept, refreshes, requests } = client()
    await accountsOf(chat).login({ identifier: 'boris', password: PASSWORD })
    const first = kept()
    await accountsOf(chat).profile()
    expect(refreshes()).toBe(0)
    vi.useFakeTimers({ toFake: ['Date'], now: first.until - 20_000 })
    const profiles = await Promise.all([
      accountsOf(chat).profile(),
      accountsOf(chat).profile(),
      accountsOf(chat).profile(),
    ])
    expect(profiles.map(({ username }: Profile) => username)).toEqual(['boris', 'boris', 'boris'])
    expect(refreshes()).toBe(1)
    expect(kept().refresh).not.toBe(first.refresh)
    // Not one request went out with the old token.
    expect(requests.filter((request) => request.includes('/profile/'))).toHaveLength(4)
  })

  it('survives a refused token: it is renewed once, and the request repeated', async () => {
    await signUp('cleo')
    const { chat, spoil, refreshes, requests } = client()
    await accountsOf(chat).login({ identifier: 'cleo', password: PASSWORD })
    spoil()
    const [one, two] = await Promise.all([accountsOf(chat).profile(), peopleOf(chat).search('cleo')])
    expect([one.username, two.results.length]).toEqual(['cleo', 1])
    expect(refreshes()).toBe(1)
    expect(requests.filter((request) => request.includes('/profile/'))).toHaveLength(2)
  })

  it('ends where the server has ended it, and asks no more', async () => {
    const dora = await signUp('dora')
    const { chat, kept, refreshes } = client()
    await accountsOf(chat).login({ identifier: 'dora', password: PASSWORD })
    const other = client()
    await accountsOf(other.chat).login({ identifier: dora.username, password: PASSWORD })
    const mine = (await accountsOf(chat).devices()).find(({ current }) => current)
    await accountsOf(other.chat).endDevice(mine?.id ?? 0)
    expect(await thrown(accountsOf(chat).profile())).toMatchObject({
      code: 'signed_out',
      status: 401,
      retryable: false,
    })
    expect(kept()).toBeNull()
    expect(chat.auth.user).toBeNull()
    await thrown(accountsOf(chat).profile())
    expect(refreshes()).toBe(1)
  })

  it('is not given up because the server does not answer', async () => {
    await signUp('emil')
    const { chat, kept, goDown, spoil } = client()
    await accountsOf(chat).login({ identifier: 'emil', password: PASSWORD })
    spoil()
    goDown(true)
    expect(await thrown(accountsOf(chat).profile())).toMatchObject({ code: 'no_answer', status: 0, retryable: true })
    expect(kept()).not.toBeNull()
    goDown(false)
    expect((await accountsOf(chat).profile()).username).toBe('emil')
  })

  it('goes on after answers to its refresh were lost, also in a page that was loaded anew', async () => {
    await signUp('fanny')
    const first = client()
    await accountsOf(first.chat).login({ identifier: 'fanny', password: PASSWORD })
    const before = first.kept()
    first.spoil()
    first.lose('/token/refresh/', 3)
    for (let n = 0; n < 2; n++) {
      expect(await thrown(accountsOf(first.chat).profile())).toMatchObject({ code: 'no_answer', retryable: true })
    }
    expect(first.kept().refresh).toBe(before.refresh)
    const reloaded = client({ storage: first.storage })
    reloaded.lose('/token/refresh/', 1)
    await thrown(accountsOf(reloaded.chat).profile())
    expect((await accountsOf(reloaded.chat).profile()).username).toBe('fanny')
    expect(reloaded.kept().refresh).not.toBe(before.refresh)
    // It is the one session all the time besides that of signing up, and the spent token is nobody's way in any more.
    expect(await accountsOf(reloaded.chat).devices()).toHaveLength(2)
    const { status } = await ask('POST', '/api/token/refresh/', { body: { refresh: before.refresh } })
    expect(status).toBe(401)
  })

  it('is shared by tabs that renew at the same moment, where the platform cannot keep them apart', async () => {
    await signUp('greta')
    const one = client()
    await accountsOf(one.chat).login({ identifier: 'greta', password: PASSWORD })
    const two = client({ storage: one.storage })
    for (let round = 0; round < 3; round++) {
      one.spoil()
      const names = await Promise.all([accountsOf(one.chat).profile(), accountsOf(two.chat).profile()])
      expect(names.map(({ username }) => username)).toEqual(['greta', 'greta'])
    }
    expect(await accountsOf(one.chat).devices()).toHaveLength(2)
  })

  it('is of a device that the server knows again, whoever signs in on it', async () => {
    const hans = await signUp('hans')
    const { chat, storage } = client()
    await accountsOf(chat).login({ identifier: 'hans', password: PASSWORD })
    const key = storage.getItem(`${KEY}:device`)
    expect(key).toMatch(/^[\w-]{22,64}$/)
    await chat.auth.logout()
    expect(storage.getItem(`${KEY}:device`)).toBe(key)
    await accountsOf(chat).login({ identifier: 'hans', password: PASSWORD })
    const known = await env.DIRECTORY.prepare('SELECT count(*) AS n FROM known_devices WHERE user_id = ?')
      .bind(hans.id)
      .first('n')
    // The other signed up without one.
    expect(known).toBe(2)
  })

  it('gets another address with the password and the code, and goes on', async () => {
    await signUp('ida')
    const { chat } = client()
    await accountsOf(chat).login({ identifier: 'ida', password: PASSWORD })
    const email = 'ida.new@parlour.test'
    expect(await thrown(accountsOf(chat).updateProfile({ email }))).toMatchObject({
      code: 'password_required',
      status: 403,
    })
    expect(await accountsOf(chat).updateProfile({ email, oldPassword: PASSWORD })).toMatchObject({
      pendingEmail: email,
    })
    await accountsOf(chat).resendCode(email)
    expect(await accountsOf(chat).verifyEmail(email, await codeTo(email))).toMatchObject({ email, pendingEmail: null })
    expect(chat.auth.user?.email).toBe(email)
    expect((await accountsOf(chat).profile()).email).toBe(email)
    await chat.api.delete('/sessions/')
    expect(await accountsOf(chat).devices()).toHaveLength(1)
  })

  it('counts time by its length, so that a wrong clock does not matter', async () => {
    await signUp('fritz')
    const { chat, kept } = client()
    await accountsOf(chat).login({ identifier: 'fritz', password: PASSWORD })
    expect(Math.round((kept().until - Date.now()) / 60_000)).toBe(60)
  })
})

describe('tokens that are supplied', () => {
  it('are asked for once for many requests, and again when one is refused', async () => {
    const gina = await signUp('gina')
    const tokens = ['spoilt', gina.access]
    const getToken = vi.fn(async () => tokens.shift() ?? gina.access)
    const { chat } = client({ getToken })
    const answers = await Promise.all([peopleOf(chat).search('gina'), peopleOf(chat).search('nobody')])
    expect(answers.map(({ results }) => results.length)).toEqual([1, 0])
    await peopleOf(chat).search('gina')
    expect(getToken).toHaveBeenCalledTimes(2)
  })

  it('that are refused twice mean that nobody is signed in', async () => {
    const getToken = vi.fn(async () => 'spoilt')
    expect(await thrown(peopleOf(client({ getToken }).chat).search('x'))).toMatchObject({
      code: 'token_rejected',
      status: 401,
      hint: expect.any(String),
    })
    expect(getToken).toHaveBeenCalledTimes(2)
  })
})

describe('a request', () => {
  it('that is refused is a ChatError with its code, status and fields', async () => {
    const error = await thrown(accountsOf(client().chat).register({ email: 'no address', password: 'short' }))
    expect(error).toMatchObject({ name: 'ChatError', code: 'invalid', status: 400, retryable: false })
    expect(Object.keys(error.fields).toSorted()).toEqual(['email', 'password'])
    expect(await thrown(accountsOf(client().chat).profile())).toMatchObject({ code: 'signed_out' })
  })

  it('for a list has the way to the rest of it, whichever way the server tells', async () => {
    for (const name of ['list-a', 'list-b', 'list-c']) await signUp(name)
    const { chat } = client()
    await accountsOf(chat).login({ identifier: 'list-a', password: PASSWORD })
    const first = await chat.api.list<User>('/users/', { search: 'list-', limit: 2 })
    expect(first.results.map(({ username }) => username)).toEqual(['list-a', 'list-b'])
    const second = await chat.api.list<User>(first.next ?? '')
    expect(second).toMatchObject({ results: [{ username: 'list-c' }], next: null })

    for (const name of ['one', 'two', 'three']) await roomsOf(chat).create({ roomName: name })
    const page = await chat.api.list('/chatrooms/', { limit: 2 })
    const rest = await chat.api.list(page.next ?? '')
    expect([page.results.length, rest.results.length, rest.next]).toEqual([2, 1, null])
  })

  it('without an answer’s body is fulfilled with nothing', async () => {
    await signUp('henri')
    const { chat } = client()
    await accountsOf(chat).login({ identifier: 'henri', password: PASSWORD })
    expect(await notificationsOf(chat).markAllRead()).toBeUndefined()
  })

  it('goes as a form where a file is among it', () => {
    expect(withFiles({ roomName: 'x', description: undefined })).toEqual({ roomName: 'x', description: undefined })
    const form = withFiles({ roomName: 'x', participantIds: [1, 2], groupImage: new Blob(['y']) }) as FormData
    expect([form.get('room_name'), form.getAll('participant_ids')]).toEqual(['x', ['1', '2']])
    expect(form.get('group_image')).toBeInstanceOf(Blob)
  })
})
