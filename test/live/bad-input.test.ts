/** Bad input against a real server: a clear answer each time, nothing stored, nobody else disturbed. */
import { createHmac, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ask, asked } from '../contract/ask.ts'
import { as, makeGroup, type Person, roomsOf, say, signUp, signUpAll, unique } from '../contract/cast.ts'
import { closeListeners, Listener, upgradeStatus } from '../contract/listener.ts'
import { aimAt, origin } from '../contract/target.ts'
import { startServer } from './server.ts'

/** An id of the right form that nothing has. */
const NOBODY = 4_503_599_627_370_497

const store = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'parlour-bad-input-')), 'store')
afterAll(() => fs.rmSync(path.dirname(store), { recursive: true, force: true }))

let ada: Person
let bob: Person
let stranger: Person
let room: number
let foreign: number
let server: Awaited<ReturnType<typeof startServer>>
beforeAll(async () => {
  // A store of its own, so that the test knows the secret that tokens are signed with.
  // Behind Wrangler, which as Cloudflare's edge has the whole of a request before the Worker gets it.
  server = await startServer({ persistTo: store, vars: { RATE_LIMITS: 'off' }, dev: true })
  aimAt(server.url)
  ;[ada, bob, stranger] = await signUpAll('ada', 'bob', 'stranger')
  room = await makeGroup(ada, bob)
  foreign = await makeGroup(stranger)
  await say(stranger, foreign, 'not for ada')
})
afterEach(closeListeners)

/** Everything of the rooms that could have changed. */
async function state(): Promise<string> {
  const parts = await Promise.all([
    as(ada, 200, 'GET', `/api/chatrooms/${room}/`),
    as(ada, 200, 'GET', `/api/chatrooms/${room}/messages/?limit=100`),
    as(stranger, 200, 'GET', `/api/chatrooms/${foreign}/`),
    as(stranger, 200, 'GET', `/api/chatrooms/${foreign}/messages/`),
    as(ada, 200, 'GET', '/api/profile/'),
  ])
  // Whether somebody is online at the moment is nothing that is stored here.
  const steady = (key: string, value: unknown) => (['online_status', 'last_seen'].includes(key) ? undefined : value)
  return JSON.stringify([parts.map(({ body }) => body), (await roomsOf(ada)).length], steady)
}

/** Runs something that must fail, and expects that nothing has changed and a bystander still hears what is said. */
async function harmless<T>(work: () => Promise<T>): Promise<T> {
  const before = await state()
  const result = await work()
  expect(await state()).toBe(before)
  const bystander = await Listener.inRoom(bob, room)
  const { id } = await say(ada, room, 'and life goes on')
  await bystander.next({ type: 'new_message', seq: id })
  return result
}

describe('a body', () => {
  it.each<[string, string, number]>([
    ['cut off in the middle', '{"content":"he', 400],
    ['not JSON', 'content=hello', 400],
    ['an array', '[{"content":"x"}]', 400],
    ['a string', '"content"', 400],
    ['null', 'null', 400],
    ['nothing', '', 400],
    ['nested ten thousand deep', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, 400],
    ['of invalid UTF-8', '{"content":7}\u0000', 400],
    ['too large', JSON.stringify({ content: 'x'.repeat(26 * 2 ** 20) }), 413],
  ])('%s is refused', async (_, body, status) => {
    await harmless(() =>
      asked(status, 'POST', `/api/chatrooms/${room}/messages/`, {
        token: ada.access,
        body,
        headers: { 'content-type': 'application/json' },
      }),
    )
  })

  it.each([
    ['content', [1, true, null, {}, ['x'], 'x'.repeat(10_001), ' ']],
    ['client_id', [7, {}, '', 'c'.repeat(65)]],
    ['reply_to', ['x', -1, 0, 1.5, NOBODY, {}, true]],
    ['image_id', [7, {}, 'made-up', '../../etc/passwd']],
  ] as [string, unknown[]][])('with a wrong %s is refused', async (field, values) => {
    await harmless(async () => {
      for (const value of values) {
        const body = { content: 'fine', [field]: value }
        await as(ada, 400, 'POST', `/api/chatrooms/${room}/messages/`, body)
      }
    })
  })

  it('with names that a program could trip over is taken for what it is', async () => {
    const body =
      '{"room_name":"Proto","participant_ids":[],"__proto__":{"is_staff":true},"constructor":{"prototype":{"x":1}}}'
    const made = await asked(201, 'POST', '/api/chatrooms/', {
      token: stranger.access,
      body,
      headers: { 'content-type': 'application/json' },
    })
    expect(made.body.room_name).toBe('Proto')
    expect((await as(stranger, 200, 'GET', '/api/profile/')).body.is_staff).toBe(false)
    await as(stranger, 204, 'DELETE', `/api/chatrooms/${made.body.id}/`)
  })

  it('of a form that is broken is refused', async () => {
    await harmless(async () => {
      for (const [type, body] of [
        ['multipart/form-data', 'no boundary'],
        ['multipart/form-data; boundary=x', '--x\r\nnonsense'],
        ['multipart/form-data; boundary=x', ''],
      ] as const) {
        const { status } = await ask('POST', `/api/chatrooms/${room}/messages/`, {
          token: ada.access,
          body,
          headers: { 'content-type': type },
        })
        expect(status).toBe(400)
      }
    })
  })
})

describe('ids', () => {
  it('that nothing has, and rooms of others, are absent alike', async () => {
    await harmless(async () => {
      for (const [method, rest, body] of [
        ['GET', '/', undefined],
        ['PATCH', '/', { room_name: 'Mine' }],
        ['DELETE', '/', undefined],
        ['POST', '/messages/', { content: 'x' }],
        ['POST', '/leave_room/', undefined],
        ['POST', '/add_members/', { users: [ada.id] }],
        ['GET', '/messages/4/', undefined],
        ['DELETE', '/messages/4/', undefined],
      ] as const) {
        const absent = await as(ada, 404, method, `/api/chatrooms/${NOBODY}${rest}`, body)
        const others = await as(ada, 404, method, `/api/chatrooms/${foreign}${rest}`, body)
        expect(others.body).toEqual(absent.body)
      }
    })
  })

  it('of unknown people are refused', async () => {
    await harmless(async () => {
      await as(ada, 400, 'POST', `/api/chatrooms/${room}/add_members/`, { users: [stranger.id, NOBODY] })
      await as(ada, 404, 'POST', `/api/chatrooms/${room}/remove_member/`, { user_id: NOBODY })
      await as(ada, 400, 'POST', '/api/chatrooms/', { room_name: 'x', participant_ids: [NOBODY] })
      await as(ada, 400, 'POST', '/api/chatrooms/', { room_name: 'x', participant_ids: ['me'] })
    })
  })
})

describe('a token', () => {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = (header: object, claims: object, key: string | Buffer) => {
    const text = `${encode(header)}.${encode(claims)}`
    return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`
  }
  const partsOf = (token: string) =>
    token
      .split('.')
      .slice(0, 2)
      .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()))

  const forgeries = (): Record<string, string> => {
    const [header, claims] = partsOf(ada.access)
    const secret = fs.readFileSync(path.join(store, 'auth-secret'), 'utf8')
    const [head, body, signature = ''] = ada.access.split('.')
    const other = `${body?.slice(0, -2)}${body?.endsWith('AA') ? 'BB' : 'AA'}`
    return {
      'that expired': signed(header, { ...claims, exp: 1_700_000_000 }, secret),
      'without a signature': `${encode({ ...header, alg: 'none' })}.${body}.`,
      'with another algorithm named': signed({ ...header, alg: 'HS512' }, claims, secret),
      'signed with a guessed secret': signed(header, claims, 'secret'),
      'with a key of its own': signed({ ...header, jwk: { kty: 'oct', k: 'c2VjcmV0' } }, claims, 'secret'),
      'for another person': signed(header, { ...claims, user_id: bob.id }, randomBytes(32)),
      'with a changed body': `${head}.${other}.${signature}`,
      'with a changed signature': `${head}.${body}.${signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))}`,
      'that is a refresh token': ada.refresh,
      'of a megabyte': 'x'.repeat(8_000),
    }
  }

  it('that expired, or is forged, opens nothing', async () => {
    await as(ada, 200, 'GET', '/api/profile/')
    await harmless(async () => {
      for (const [what, token] of Object.entries(forgeries())) {
        const { status } = await ask('GET', '/api/profile/', { token })
        expect(status, `REST with one ${what}`).toBe(401)
        for (const place of [`/ws/chat/${room}/`, '/ws/sidebar/', '/ws/notifications/']) {
          expect((await upgradeStatus(`${place}?token=${token}`)).status, `${place} with one ${what}`).toBe(401)
        }
        expect((await upgradeStatus(`/ws/sidebar/?ticket=${token}`)).status, `a ticket ${what}`).toBe(401)
      }
    })
  })
})

describe('a frame', () => {
  const frames: [string, string | Uint8Array][] = [
    ['empty', ''],
    ['a word', 'hello'],
    ['half an object', '{"type":"send_message"'],
    ['an array', '[{"type":"typing"}]'],
    ['a number', '42'],
    ['without a type', '{"content":"x"}'],
    ['of an unknown type', '{"type":"drop_table"}'],
    ['with a type that is no text', '{"type":{"$ne":null}}'],
    ['of bytes', new TextEncoder().encode('{"type":"send_message","content":"x"}')],
    ['of no bytes', new Uint8Array()],
    ['of zeros', new Uint8Array(1_000)],
    ['with text for a number', '{"type":"delete_message","message_id":"all"}'],
    ['with an object for text', '{"type":"send_message","content":{"toString":"x"}}'],
    ['with text that is too long', JSON.stringify({ type: 'send_message', content: 'x'.repeat(10_001) })],
    ['over 64 KiB', JSON.stringify({ type: 'send_message', content: 'é'.repeat(40_000) })],
    ['nested thirty thousand deep', `${'['.repeat(30_000)}${']'.repeat(30_000)}`],
    ['about a message that is not there', JSON.stringify({ type: 'edit_message', message_id: NOBODY, content: 'x' })],
    ['reading a message that is not there', JSON.stringify({ type: 'read_message', message_id: NOBODY })],
    ['answering a message that is not there', JSON.stringify({ type: 'send_message', content: 'x', reply_to: NOBODY })],
  ]

  it.each(frames)('(%s) is answered with an error, and the socket goes on', async (_, frame) => {
    await harmless(async () => {
      const seat = await Listener.inRoom(ada, room)
      seat.send(frame)
      expect(await seat.next('error')).toMatchObject({ code: expect.any(String), detail: expect.any(String) })
      await seat.ping()
      expect(seat.isOpen).toBe(true)
    })
  })

  it.each(['/ws/sidebar/', '/ws/notifications/'])('at %s is answered likewise', async (place) => {
    const socket = await Listener.open(ada, place)
    const wrong = ['hello', '[]', '{"type":"drop_table","action":"drop_table"}', new Uint8Array(10), 'x'.repeat(70_000)]
    for (const frame of wrong) {
      socket.send(frame)
      await socket.next('error')
    }
    await socket.ping()
  })

  it('larger than any server should read ends that socket alone', async () => {
    await harmless(async () => {
      const seat = await Listener.inRoom(ada, room)
      seat.send(`"${'x'.repeat(40 * 2 ** 20)}"`)
      // Answered or closed, as the runtime's own limit has it; it must not be taken.
      await Promise.race([seat.closed, seat.next('error')])
    })
  })
})

describe('a connection', () => {
  it('that speaks no HTTP, or stops in the middle, disturbs nobody', async () => {
    await harmless(async () => {
      const { hostname, port } = new URL(origin())
      for (const text of [
        '\x16\x03\x01\x00\x00',
        'GET / HTTP/9.9\r\n\r\n',
        'POST /api/login/ HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"a"',
      ]) {
        const socket = net.connect(Number(port), hostname)
        socket.on('error', () => {})
        socket.write(text)
        await new Promise((resolve) => setTimeout(resolve, 50))
        socket.destroy()
      }
    })
  })
})

it('none of it showed in the log as an error of ours, or with what is secret', async () => {
  const canary = unique('password')
  await ask('POST', '/api/login/', { body: { identifier: ada.username, password: canary } })
  await signUp('last')
  // What the server prints comes a moment after its answers.
  await expect.poll(() => server.log()).toContain('/api/login/ 400')
  const log = server.log()
  for (const secret of [canary, ada.access, ada.refresh]) expect(log).not.toContain(secret)
  expect(log.split('\n').filter((line) => / 5\d\d /.test(line))).toEqual([])
  expect(log).not.toMatch(/frame\.failed|TypeError|ReferenceError/)
})
