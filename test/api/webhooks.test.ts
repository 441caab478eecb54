/** Outgoing webhooks: each room's changes in order, signed, at least once, and to public addresses only. */

import { evictAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { createHmac } from 'node:crypto'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createServer, verifyWebhook } from '../../src/client/server'
import { TIMES } from '../../src/config'
import { WebhookEvent, WebhookInfo } from '../../src/protocol'
import { refusesUrl } from '../../src/webhook/address'
import { eventually } from '../support/eventually'
import { promote } from '../support/staff'
import {
  ask,
  cast,
  done,
  type Frame,
  forward,
  group,
  ORIGIN,
  patch,
  post,
  presentTime,
  remove,
  roomActor,
  type Someone,
  say,
} from '../support/world'

const URL_OF_RECEIVER = 'http://127.0.0.1:4/receiver'
let ada: Someone
let bob: Someone
let secret: string

/** What the receiver got, and how it answers. */
let received: { headers: Headers; body: string; event: Frame }[] = []
let answer: (signal?: AbortSignal | null) => Response | Promise<Response> = () => new Response()

beforeAll(async () => {
  const people = await cast('boss', 'ada', 'bob')
  ;({ ada, bob } = people)
  const boss = await promote(people.boss)
  ;({ secret } = await done(post(boss, '/api/admin/api-keys/', { name: 'host', scopes: ['webhooks'] })))
})

// The address of a receiver is the border of the system; test/live/webhooks.test.ts has a real one.
beforeEach(() => {
  received = []
  answer = () => new Response()
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    expect(String(url)).toBe(URL_OF_RECEIVER)
    expect(init.redirect).toBe('manual')
    const body = String(init.body)
    const result = await answer(init.signal)
    if (result.ok) received.push({ headers: new Headers(init.headers), body, event: JSON.parse(body) })
    return result
  })
})
afterEach(async () => {
  presentTime()
  for (const { id } of (await host('GET', '')).body) await host('DELETE', `${id}/`)
  vi.unstubAllGlobals()
})

const host = (method: string, path: string, body?: unknown) =>
  ask(method, `/api/server/webhooks/${path}`, { token: secret, ...(body !== undefined && { body }) })
const make = (more: object = {}) => done(host('POST', '', { url: URL_OF_RECEIVER, ...more }))
const types = () => received.map(({ event }) => event.type)
const actor = ({ id }: Frame) => env.WEBHOOKS.getByName(String(id))

const signedBy = ({ headers, body }: (typeof received)[number], whsec: string): boolean => {
  const text = `${headers.get('webhook-id')}.${headers.get('webhook-timestamp')}.${body}`
  const key = Buffer.from(whsec.replace('whsec_', ''), 'base64')
  const signature = `v1,${createHmac('sha256', key).update(text).digest('base64')}`
  return headers.get('webhook-signature')?.split(' ').includes(signature) ?? false
}

test('[R130] every change of a room is sent, signed, in the order of its seqs', async () => {
  const webhook = await make()
  expect(webhook.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  const room = await group(ada, [bob])
  const message = await say(ada, room, 'Hello')
  const path = `/api/chatrooms/${room.id}/messages/${message.id}/`
  await done(patch(ada, path, { content: 'Hello there' }))
  await done(ask('PUT', `${path}reactions/${encodeURIComponent('👍')}/`, { token: bob.access }))
  await done(patch(ada, `/api/chatrooms/${room.id}/`, { room_name: 'Renamed' }))
  await done(post(ada, `/api/chatrooms/${room.id}/assign_admin/`, { user_id: bob.id }))
  await done(remove(ada, path))
  await done(post(bob, `/api/chatrooms/${room.id}/leave_room/`))
  await done(remove(ada, `/api/chatrooms/${room.id}/`))
  await eventually(() => expect(types()).toContain('room.deleted'))
  expect(types()).toEqual([
    ...['room.created', 'member.added', 'member.added', 'message.new', 'message.updated', 'reaction.updated'],
    ...['room.updated', 'member.updated', 'message.deleted', 'member.removed', 'room.deleted'],
  ])
  const seqs = received.map(({ event }) => event.seq)
  expect(seqs).toEqual(seqs.toSorted((a, b) => a - b))
  for (const each of received) {
    expect(WebhookEvent.parse(each.event).room_id).toBe(room.id)
    expect(signedBy(each, webhook.secret)).toBe(true)
    expect(signedBy(each, `whsec_${btoa('x'.repeat(32))}`)).toBe(false)
  }
  expect(new Set(received.map(({ headers }) => headers.get('webhook-id'))).size).toBe(received.length)
  expect(received[3]?.event.data).toMatchObject({ id: message.id, sender: { id: ada.id } })
})

test('[R131] a receiver that was away gets everything in order once it is back, also after an eviction', async () => {
  const room = await group(ada, [bob])
  const webhook = await make({ events: ['message.new'], room: `id:${room.id}` })
  answer = () => Promise.reject(new TypeError('connection refused'))
  for (let n = 0; n < 20; n++) await say(n % 2 ? ada : bob, room, `Message ${n}`)
  await eventually(async () => {
    const { results } = (await host('GET', `${webhook.id}/deliveries/?status=failed`)).body
    expect(results[0]).toMatchObject({ type: 'message.new', dead_letter: false, error: expect.any(String) })
  })
  await evictAllDurableObjects()
  expect(received).toEqual([])
  answer = () => new Response()
  forward(TIMES.outboxSoon)
  await runDurableObjectAlarm(actor(webhook))
  await eventually(() => expect(received).toHaveLength(20))
  expect(received.map(({ event }) => event.data.content)).toEqual(Array.from({ length: 20 }, (_, n) => `Message ${n}`))
  const { results } = (await host('GET', `${webhook.id}/deliveries/?status=failed`)).body
  expect(results).toEqual([])
})

test('[R131] what fails for a day is a dead letter, which can be sent again, and does not hold up what follows', async () => {
  const room = await group(ada, [bob])
  const webhook = await make({ events: ['message.new'] })
  answer = () => new Response('no', { status: 500 })
  await say(ada, room, 'Lost')
  const failed = async () => (await host('GET', `${webhook.id}/deliveries/?status=failed`)).body.results
  await eventually(async () => expect(await failed()).toHaveLength(1))
  forward(TIMES.webhookRetries)
  await runDurableObjectAlarm(actor(webhook))
  await eventually(async () => expect((await failed())[0]).toMatchObject({ dead_letter: true, response_status: 500 }))
  const [dead] = await failed()
  answer = () => new Response()
  expect((await host('POST', `${webhook.id}/deliveries/${dead.id}/resend/`)).body).toMatchObject({
    status: 'delivered',
  })
  expect(received.map(({ event }) => event.data.content)).toEqual(['Lost'])
  expect((await host('POST', `${webhook.id}/deliveries/evt_none/resend/`)).status).toBe(404)
  await say(ada, room, 'Found')
  forward(2 * TIMES.webhookRetries)
  await runDurableObjectAlarm(actor(webhook))
  await eventually(() => expect(received.at(-1)?.event.data.content).toBe('Found'))
})

test('[R132] a rotated secret signs together with the one before until the overlap is over', async () => {
  const webhook = await make({ events: ['message.new'] })
  const room = await group(ada, [bob])
  const { secret: next } = await done(host('POST', `${webhook.id}/rotate/`, { overlap: 60 }))
  await say(ada, room, 'both')
  await eventually(() => expect(received).toHaveLength(1))
  expect(received.map((each) => [signedBy(each, webhook.secret), signedBy(each, next)])).toEqual([[true, true]])
  forward(61_000)
  await say(ada, room, 'one')
  await eventually(() => expect(received).toHaveLength(2))
  expect([signedBy(received[1] as never, webhook.secret), signedBy(received[1] as never, next)]).toEqual([false, true])
})

test('[R132] 410 switches a webhook off, and a host switches it on again', async () => {
  const webhook = await make({ events: ['message.new'] })
  const room = await group(ada, [bob])
  answer = () => new Response(null, { status: 410 })
  await say(ada, room, 'gone')
  await eventually(async () =>
    expect((await host('GET', `${webhook.id}/`)).body).toMatchObject({ enabled: false, disabled_reason: 'gone' }),
  )
  answer = () => new Response()
  await say(ada, room, 'while it is off')
  expect((await done(host('PATCH', `${webhook.id}/`, { enabled: true }))).enabled).toBe(true)
  await runDurableObjectAlarm(actor(webhook))
  await eventually(() => expect(received.map(({ event }) => event.data.content)).toEqual(['gone', 'while it is off']))
})

test('[R132] a replay sends the messages of a room again, also those from before the webhook', async () => {
  const room = await group(ada, [bob])
  const first = await say(ada, room, 'before')
  const webhook = await make({ events: ['message.new'] })
  await say(ada, room, 'after')
  await eventually(() => expect(received).toHaveLength(1))
  expect((await host('POST', `${webhook.id}/replay/`, { room: `id:${room.id}`, after: first.id - 1 })).status).toBe(202)
  await eventually(() => expect(received.map(({ event }) => event.data.content)).toEqual(['after', 'before', 'after']))
  expect(received[0]?.headers.get('webhook-id')).toBe(received[2]?.headers.get('webhook-id'))
  expect((await host('POST', `${webhook.id}/replay/`, { room: 'id:7', after: 0 })).status).toBe(404)
  expect((await host('POST', `${webhook.id}/test/`)).body).toEqual({
    delivered: true,
    response_status: 200,
    error: null,
  })
})

test('[R133] a webhook goes to public https addresses only, in whatever form the address is written', () => {
  const refused = [
    ...['http://example.com/', 'ftp://example.com/', 'nothing', 'https://user:pass@example.com/', 'https://intranet/'],
    ...[
      'https://localhost/',
      'https://a.localhost/',
      'https://printer.local/',
      'https://db.internal./',
      'https://10.0.0.1/',
    ],
    ...['https://2130706433/', 'https://0x7f.1/', 'https://0177.0.0.1/', 'https://127.1/', 'https://169.254.169.254/'],
    ...[
      'https://192.168.1.1/',
      'https://172.31.255.255/',
      'https://100.64.0.1/',
      'https://0.0.0.0/',
      'https://224.0.0.1/',
    ],
    ...['https://[::1]/', 'https://[::]/', 'https://[fe80::1]/', 'https://[fd00::1]/', 'https://[::ffff:10.0.0.1]/'],
    ...['https://[64:ff9b::a00:1]/', 'https://[2002:a00:1::]/', 'https://[2001:db8::1]/', 'https://[2001::1]/'],
  ]
  expect(refused.filter((url) => refusesUrl(url, false) === null)).toEqual([])
  const allowed = [
    'https://example.com/hook',
    'https://8.8.8.8:8443/',
    'https://[2606:4700::1111]/',
    'https://172.32.0.1/',
  ]
  expect(allowed.filter((url) => refusesUrl(url, false) !== null)).toEqual([])
  expect(refusesUrl('http://[::1]:3000/', true)).toBeNull()
  expect(refusesUrl('http://10.0.0.1/', true)).not.toBeNull()
})

test('[R133] a redirect, a late and a wrong answer are failures, and the host is told which', async () => {
  const webhook = await make()
  const outcome = async () => (await host('POST', `${webhook.id}/test/`)).body
  answer = () => new Response(null, { status: 302, headers: { location: 'http://169.254.169.254/' } })
  expect(await outcome()).toMatchObject({
    delivered: false,
    response_status: 302,
    error: expect.stringMatching(/redirect/),
  })
  answer = () => Promise.reject(new TypeError('connection refused'))
  expect(await outcome()).toMatchObject({ delivered: false, error: 'The receiver cannot be reached.' })
  answer = (signal) => new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
  const { webhook: usual } = TIMES
  Object.assign(TIMES, { webhook: 20 })
  expect(await outcome()).toMatchObject({ delivered: false, error: expect.stringMatching(/^No answer within/) })
  Object.assign(TIMES, { webhook: usual })
  answer = () => new Response('x', { status: 400 })
  expect(await outcome()).toMatchObject({ delivered: false, response_status: 400 })
  // An answer without end is not read.
  let isCancelled = false
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
    cancel: () => {
      isCancelled = true
    },
  })
  answer = () => new Response(endless)
  expect(await outcome()).toMatchObject({ delivered: true })
  await eventually(() => expect(isCancelled).toBe(true))
})

test('[R133] what a host sends is checked by name, and webhooks are listed, changed and deleted', async () => {
  for (const [body, field] of [
    [{}, 'url'],
    [{ url: 'https://10.0.0.1/' }, 'url'],
    [{ url: URL_OF_RECEIVER, events: ['message.gone'] }, 'events'],
    [{ url: URL_OF_RECEIVER, event: [] }, 'event'],
  ] as const) {
    const { status, body: refusal } = await host('POST', '', body)
    expect([status, Object.keys(refusal)]).toEqual([400, expect.arrayContaining([field])])
  }
  expect((await host('POST', '', { url: URL_OF_RECEIVER, room: 'id:77' })).status).toBe(404)
  const webhook = await make({ events: ['message.new'] })
  const listed = (await host('GET', '')).body
  expect(listed.map((each: unknown) => WebhookInfo.parse(each).id)).toEqual([webhook.id])
  expect(JSON.stringify(listed)).not.toContain(webhook.secret)
  expect((await done(host('PATCH', `${webhook.id}/`, { events: null }))).events).toBeNull()
  expect((await host('DELETE', `${webhook.id}/`)).status).toBe(204)
  expect((await host('GET', `${webhook.id}/`)).status).toBe(404)
  const rows = await env.DIRECTORY.prepare('SELECT count(*) AS n FROM webhooks').first<number>('n')
  expect(rows).toBe(0)
})

test('[R134] a room writes nothing for webhooks when there are none, and forgets one that was deleted', async () => {
  const room = await group(ada, [bob])
  const rows = (table: string) =>
    runInDurableObject(roomActor(room), (_, { storage }) =>
      storage.sql.exec<{ n: number }>(`SELECT count(*) AS n FROM ${table}`).one(),
    )
  const message = await say(ada, room, 'Nobody listens')
  await done(patch(ada, `/api/chatrooms/${room.id}/messages/${message.id}/`, { content: 'Still nobody' }))
  expect([await rows('webhooks'), await rows('changes')]).toEqual([{ n: 0 }, { n: 0 }])
  const webhook = await make()
  await done(patch(ada, `/api/chatrooms/${room.id}/messages/${message.id}/`, { content: 'Somebody' }))
  expect([await rows('webhooks'), await rows('changes')]).toEqual([{ n: 1 }, { n: 1 }])
  await host('DELETE', `${webhook.id}/`)
  await say(ada, room, 'Nobody again')
  await eventually(async () => expect([await rows('webhooks'), await rows('changes')]).toEqual([{ n: 0 }, { n: 0 }]))
})

test('[R130] parlour/server makes a webhook and verifies what arrives, and nothing else', async () => {
  const answered = async (url: RequestInfo | URL, init?: RequestInit) => {
    const { pathname, search } = new URL(String(url))
    const { method = 'GET', body } = init ?? {}
    const { status, body: read } = await ask(method, pathname + search, {
      token: new Headers(init?.headers).get('authorization')?.slice('Bearer '.length) ?? '',
      ...(body != null && { body: JSON.parse(String(body)) }),
    })
    return status === 204 ? new Response(null, { status }) : Response.json(read, { status })
  }
  const server = createServer({ url: ORIGIN, key: secret, fetch: answered })
  const webhook = await server.webhooks.create({ url: URL_OF_RECEIVER, events: ['message.new'] })
  const room = await group(ada, [bob])
  await say(ada, room, 'Verified')
  await eventually(() => expect(received).toHaveLength(1))
  const [{ headers, body }] = received as [(typeof received)[number]]
  const event = await verifyWebhook(webhook.secret, headers, body)
  expect(event).toMatchObject({ type: 'message.new', room_id: room.id, data: { content: 'Verified' } })
  const other = (await server.webhooks.rotate(webhook.id)).secret
  await expect(verifyWebhook(other, headers, body)).rejects.toMatchObject({ code: 'bad_signature' })
  await expect(verifyWebhook(webhook.secret, headers, `${body} `)).rejects.toMatchObject({ code: 'bad_signature' })
  await expect(verifyWebhook(webhook.secret, new Headers(), body)).rejects.toMatchObject({ code: 'stale' })
  forward(301_000)
  await expect(verifyWebhook(webhook.secret, headers, body)).rejects.toMatchObject({ code: 'stale' })
  await expect(server.users.get('nobody')).rejects.toMatchObject({ status: 403, code: 'scope_missing' })
  await server.webhooks.delete(webhook.id)
  expect(await server.webhooks.list()).toEqual([])
})
