/** What an operator finds in the log, and what nobody ever finds there. */
import { evictAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env, exports } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { log } from '../../src/log/log'
import {
  ask,
  cast,
  enter,
  type Frame,
  forward,
  group,
  Line,
  ORIGIN,
  presentTime,
  roomActor,
  type Someone,
  say,
  signUp,
  twice,
} from '../support/world'

let lines: string[]
const logged = (event: string): Frame[] => lines.map((line) => JSON.parse(line)).filter((line) => line.event === event)

beforeEach(() => {
  lines = []
  for (const level of ['log', 'warn', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((line) => void lines.push(line))
  }
})
afterEach(() => {
  presentTime()
  vi.restoreAllMocks()
})

/** From now on whatever needs this table of the room's fails. */
const lose = (table: string, room: Frame) =>
  runInDurableObject(roomActor(room), (_, { storage }) => {
    storage.sql.exec(`ALTER TABLE ${table} RENAME TO lost`)
  })

describe('one id', () => {
  let bob: Someone
  beforeAll(async () => {
    bob = await signUp('bob')
  })

  test('goes from the request through the actor, and back with the answer', async () => {
    const { ada } = await cast('ada')
    const room = await group(ada, [])
    await lose('messages', room)
    const headers = { 'X-Request-Id': 'a-request-of-mine' }
    const body = { content: 'hush' }
    const answer = await ask('POST', `/api/chatrooms/${room.id}/messages/`, { token: ada.access, headers, body })
    expect([answer.status, answer.headers.get('X-Request-Id')]).toEqual([500, 'a-request-of-mine'])
    const who = { request_id: 'a-request-of-mine', user_id: ada.id }
    const actor = { actor: 'room', actor_id: String(room.id) }
    const where = { method: 'POST', route: '/api/chatrooms/:roomId/messages', room_id: room.id }
    const failure = { message: expect.stringContaining('no such table'), stack: expect.any(String) }
    expect(logged('actor.failed')).toMatchObject([{ ...who, ...actor, ...failure, level: 'error', method: 'post' }])
    expect(logged('http.failed')).toMatchObject([{ ...who, level: 'error' }])
    expect(logged('http.request').at(-1)).toMatchObject({
      ...who,
      ...where,
      level: 'warn',
      status: 500,
      ms: expect.any(Number),
    })
  })

  twice('stays with a socket, and stands in the error of a frame that failed', async (interlude) => {
    const room = await group(bob, [])
    const message = await say(bob, room, 'hush')
    const headers = { Upgrade: 'websocket', 'X-Request-Id': 'an-upgrade' }
    const url = new URL(`/ws/chat/${room.id}/?token=${bob.access}`, ORIGIN)
    const answer = await exports.default.fetch(url.href, { headers })
    expect(answer.headers.get('X-Request-Id')).toBe('an-upgrade')
    const line = new Line(answer.webSocket as WebSocket, url.pathname)
    await line.next('ready')
    await lose('versions', room)
    await interlude()
    line.send({ type: 'edit_message', message_id: message.id, content: 'hush!', ref: 'r1' })
    expect(await line.next('error')).toMatchObject({ code: 'internal', ref: 'r1', request_id: 'an-upgrade' })
    const trace = { request_id: 'an-upgrade', user_id: bob.id, actor: 'room', actor_id: String(room.id) }
    expect(logged('frame.failed')).toMatchObject([
      { ...trace, frame: 'edit_message', ref: 'r1', stack: expect.any(String) },
    ])
    expect(lines.join()).not.toContain('hush')
  })

  test('is that of the cause, when an actor pays late what it owes', async () => {
    const prototype = Object.getPrototypeOf(env.DIRECTORY) as D1Database
    const { cid } = await cast('cid')
    const room = await group(cid, [])
    const down = vi.spyOn(prototype, 'batch').mockRejectedValue(new Error('D1_ERROR: the directory is down'))
    const headers = { 'X-Request-Id': 'a-new-name' }
    const body = { room_name: 'Another' }
    expect((await ask('PATCH', `/api/chatrooms/${room.id}/`, { token: cid.access, headers, body })).status).toBe(200)
    await evictAllDurableObjects()
    forward(60_000)
    await runDurableObjectAlarm(roomActor(room))
    down.mockRestore()
    const failed = logged('outbox.failed')
    expect(failed.length).toBeGreaterThan(1)
    for (const line of failed)
      expect(line).toMatchObject({ request_id: 'a-new-name', actor: 'room', recipient: 'directory' })
  })

  test.each(['two words', 'x'.repeat(65), '{"a":1}', '<b>'])(
    'is not taken from the client when it is %s',
    async (sent) => {
      const answer = await ask('GET', '/api/limits/', { headers: { 'X-Request-Id': sent } })
      const id = answer.headers.get('X-Request-Id')
      expect(id).toMatch(/^[\w-]{36}$/)
      expect(logged('http.request').at(-1)).toMatchObject({ request_id: id, route: '/api/limits', status: 200 })
    },
  )

  test("is Cloudflare's own where there is one", async () => {
    const answer = await ask('GET', '/api/limits/', { headers: { 'CF-Ray': '8a1b2c3d4e5f6a7b-FRA' } })
    expect(answer.headers.get('X-Request-Id')).toBe('8a1b2c3d4e5f6a7b-FRA')
  })
})

describe('the log', () => {
  test('has one line for each request, and none for what is said on a socket', async () => {
    const { dan } = await cast('dan')
    const room = await group(dan, [])
    const line = await enter(dan, room)
    lines = []
    await say(dan, room, 'by request')
    expect(lines).toHaveLength(1)
    lines = []
    for (let n = 0; n < 5; n++) line.send({ type: 'send_message', content: `by frame ${n}`, client_id: `c${n}` })
    for (let n = 0; n < 5; n++) await line.next('message.ack')
    expect(lines).toEqual([])
  })

  test('has nothing of what people write, of where they are found, or of what lets them in', async () => {
    const { eve, fay } = await cast('eve', 'fay')
    const room = await group(eve, [fay], { room_name: 'canary room' })
    const line = await enter(eve, room)
    line.send({ type: 'send_message', content: 'canary text @fay', client_id: 'c' })
    await line.next('message.ack')
    const token = fay.access
    const form = new FormData()
    form.append('file', new Blob(['canary bytes']), 'canary.txt')
    const { url } = (await ask('POST', '/api/files/', { token, body: form })).body
    const media = await exports.default.fetch(url)
    expect(await media.text()).toBe('canary bytes')
    // A file that was shown has no line; one that was refused has.
    expect(logged('http.request').at(-1)?.route).not.toContain('/media/')
    expect((await exports.default.fetch(`${url}x`)).status).toBe(404)
    expect(media.headers.get('X-Request-Id')).toBeTruthy()
    const link = (await ask('POST', `/api/chatrooms/${room.id}/shareable_link/`, { token: eve.access })).body
    expect((await ask('GET', `/api/chatrooms/join/${link.code}/`, { token })).status).toBe(200)
    expect((await ask('GET', '/api/search/?q=canary', { token })).body.results).toHaveLength(1)
    await ask('GET', '/nowhere/canary/')
    await ask('POST', '/api/login/', { body: '{"identifier":"canary' })
    const routes = logged('http.request').map(({ route }) => route)
    expect(routes).toContain('/api/chatrooms/join/:code')
    expect(routes).toContain('/media/:owner/:name')
    const all = lines.join('\n')
    const { pathname, search } = new URL(url)
    for (const secret of ['canary', '@parlour.test', token, eve.access, link.code, pathname, search]) {
      expect(all).not.toContain(secret)
    }
  })

  test.each([
    ['550 no such user <ada@mail.example>, code 123456', '550 no such user <(address)>, code (digits)'],
    ['Unexpected token \'h\', "hush hush" is not valid JSON', "Unexpected token 'h', (text) is not valid JSON"],
    ['bad eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln here', 'bad (token) here'],
  ])('repeats of "%s" only "%s"', (said, kept) => {
    log('error', 'some.event', { error: new Error('outer words', { cause: new Error(said) }) })
    expect(logged('some.event')).toMatchObject([{ level: 'error', error: 'Error', message: kept }])
    expect(lines.join()).not.toContain('outer words')
  })
})
