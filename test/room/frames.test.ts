/** Frames: however they arrive and whatever is in them, they are answered and harm nobody. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { exports } from 'cloudflare:workers'
import { beforeAll, expect, test } from 'vitest'
import { CLOSE, LIMITS } from '../../src/config'
import {
  cast,
  enter,
  type Frame,
  get,
  group,
  ORIGIN,
  pause,
  roomActor,
  type Someone,
  say,
  tryConnect,
  twice,
} from '../support/world'

let ada: Someone
let bob: Someone
let room: Frame
beforeAll(async () => {
  ;({ ada, bob } = await cast('ada', 'bob'))
  room = await group(ada, [bob])
})

const encoded = (text: string) => new TextEncoder().encode(text).buffer as ArrayBuffer

const WRONG: [what: string, sent: string | ArrayBuffer, code: string][] = [
  ['no JSON', 'hello', 'malformed_frame'],
  ['half a JSON', '{"type":"typing"', 'malformed_frame'],
  ['nothing', '', 'malformed_frame'],
  ['null', 'null', 'malformed_frame'],
  ['a number', '7', 'malformed_frame'],
  ['a text', '"typing"', 'malformed_frame'],
  ['an array', '[{"type":"typing"}]', 'malformed_frame'],
  ['a binary frame', encoded('{"type":"typing"}'), 'malformed_frame'],
  ['a binary frame of nothing', new ArrayBuffer(0), 'malformed_frame'],
  ['a frame above 64 KiB', JSON.stringify({ type: 'typing', x: 'x'.repeat(64 * 1024) }), 'too_large'],
  ['a frame above 64 KiB in bytes only', JSON.stringify({ type: 'typing', x: '字'.repeat(22_000) }), 'too_large'],
  ['no type', '{}', 'unknown_frame'],
  ['an unknown type', '{"type":"destroy"}', 'unknown_frame'],
  ['a type of another kind', '{"type":7}', 'unknown_frame'],
  ['the name of what every object has', '{"type":"constructor"}', 'unknown_frame'],
  ['a prototype', '{"type":"__proto__"}', 'unknown_frame'],
  ['what only the server says', '{"type":"new_message","message":{"content":"x"}}', 'unknown_frame'],
  ['a short form with something else than text', '{"message":{"text":"x"}}', 'unknown_frame'],
  ['a field of the wrong kind', '{"type":"send_message","content":["x"]}', 'invalid'],
  ['a missing field', '{"type":"edit_message","message_id":3}', 'invalid'],
  ['an id that is none', '{"type":"read_message","message_id":-1}', 'invalid'],
  ['an id beyond every number', '{"type":"read_message","message_id":1e999}', 'invalid'],
  ['a ref that is none', '{"type":"typing","ref":{}}', 'invalid'],
  [
    'JSON as deep as it fits, with half a character',
    `{"type":"typing","x":${'['.repeat(30_000)}"\\ud800"${']'.repeat(30_000)},"ref":{}}`,
    'invalid',
  ],
  ['JSON as deep as it fits', `${'['.repeat(30_000)}${']'.repeat(30_000)}`, 'malformed_frame'],
]

test.each(WRONG)('[R90] %s is answered with an error, and the socket stays open', async (_, sent, code) => {
  const [a, b] = [await enter(ada, room), await enter(bob, room)]
  a.send(sent)
  expect(await a.next('error')).toMatchObject({ code, detail: expect.any(String) })
  expect(await b.heard()).toEqual([])
  await a.answer({ type: 'send_message', content: 'still here' })
  expect(await b.heardTypes()).toEqual(['new_message'])
  a.close()
  b.close()
})

test('[R4] [R90] an error carries the ref of what it answers', async () => {
  const a = await enter(ada, room)
  expect(await a.answer({ type: 'nothing', ref: 'r' })).toMatchObject({
    type: 'error',
    code: 'unknown_frame',
    ref: 'r',
  })
  expect(await a.answer({ type: 'edit_message', message_id: 99_999, content: 'x', ref: 1 })).toMatchObject({
    code: 'not_found',
    ref: 1,
  })
  const sent = { type: 'send_message', content: 'x', sender: bob.id, id: 5, room: 6, seq: 1, timestamp: 'never' }
  await a.answer({ ...sent, ref: 2 })
  // Fields that are not the client's to set change nothing.
  const { message } = await a.next('new_message')
  expect(message).toMatchObject({ sender: { id: ada.id }, room: room.id })
  expect(message.id).toBeGreaterThan(6)
})

twice('[R91] a hundred malformed frames in a row close the socket, ninety-nine do not', async (interlude) => {
  const [a, patient] = [await enter(ada, room), await enter(ada, room)]
  for (let n = 0; n < LIMITS.malformedFrames - 1; n++) patient.send('nonsense')
  // One good frame, and the count begins anew.
  await patient.heard()
  for (let n = 0; n < LIMITS.malformedFrames - 1; n++) patient.send('nonsense')
  await patient.heard()
  await interlude()
  for (let n = 0; n < LIMITS.malformedFrames; n++) a.send('nonsense')
  expect(await a.closed()).toMatchObject({ code: CLOSE.abuse })
  expect(patient.ended).toBeUndefined()
})

twice('[R2] `ping` is answered `pong`, asleep or awake', async (interlude) => {
  const a = await enter(ada, room)
  for (const count of [1, 2]) {
    await interlude()
    a.send('ping')
    await a.until('pong', () => (a.wire.filter((text) => text === 'pong').length === count ? true : undefined))
  }
})

test('[R3] without `batch` each event is a frame; with `batch=1` what arrives together is one array', async () => {
  const [a, b, single] = [
    await enter(ada, room),
    await enter(bob, room, '?batch=1'),
    await enter(bob, room, '?batch=true'),
  ]
  for (let n = 0; n < 50; n++) a.send({ type: 'send_message', content: `${n}` })
  await a.heard()
  const events = (await single.heard()).filter(({ type }) => type === 'new_message')
  expect(events).toHaveLength(50)
  expect((await b.heard()).filter(({ type }) => type === 'new_message')).toEqual(events)
  expect(a.wire.filter((text) => text.startsWith('['))).toEqual([])
  expect(single.wire.filter((text) => text.startsWith('['))).toEqual([])
  const arrays = b.wire.filter((text) => text.startsWith('['))
  expect(arrays.length).toBeGreaterThan(0)
  expect(b.wire.length).toBeLessThan(b.frames.length)
})

test('[R95] whoever does not read is closed with 4408, and the others do not wait', async () => {
  const url = `${ORIGIN}/ws/chat/${room.id}/?token=${bob.access}`
  const { webSocket: deaf } = await exports.default.fetch(url, { headers: { Upgrade: 'websocket' } })
  if (!deaf) throw new Error('Not let in')
  const [a, b] = [await enter(ada, room), await enter(bob, room)]
  const content = '字'.repeat(10_000)
  // Nobody takes what is sent to `deaf`: it waits, until a mebibyte of it does.
  const rounds = Math.ceil((2 * LIMITS.socketBacklogBytes) / (3 * content.length))
  for (let n = 0; n < rounds; n++) await a.answer({ type: 'send_message', content, client_id: `long ${n}` })
  await b.next('new_message', ({ message }) => message.client_id === `long ${rounds - 1}`)
  const closed = new Promise<CloseEvent>((resolve) => deaf.addEventListener('close', resolve))
  deaf.accept()
  const { code } = await Promise.race([closed, pause(3_000).then(() => ({ code: 0 }))])
  expect(code).toBe(CLOSE.tooSlow)
  expect(a.ended).toBeUndefined()
  expect(b.ended).toBeUndefined()
})

test('[R5] [R96] one person holds fifty sockets in a room; the oldest makes way', async () => {
  const other = await group(ada, [bob])
  const lines = []
  for (let n = 0; n < LIMITS.socketsPerUser; n++) lines.push(await enter(ada, other))
  const theirs = await enter(bob, other)
  expect(lines.filter(({ ended }) => ended)).toEqual([])
  const last = await enter(ada, other)
  expect(await lines[0]?.closed()).toMatchObject({ code: CLOSE.tooMany })
  await say(bob, other, 'hello')
  await last.next('new_message')
  expect(lines.slice(1).filter(({ ended }) => ended)).toEqual([])
  expect(theirs.ended).toBeUndefined()
})

test('[R1] a socket needs a live session and a room one is in', async () => {
  const refused = async (path: string) => {
    const answer = await exports.default.fetch(`${ORIGIN}${path}`, { headers: { Upgrade: 'websocket' } })
    return [answer.status, ((await answer.json()) as Frame).code]
  }
  const path = `/ws/chat/${room.id}/`
  expect(await refused(path)).toEqual([401, 'not_authenticated'])
  expect(await refused(`${path}?token=nonsense`)).toEqual([401, 'token_not_valid'])
  expect(await refused(`/ws/chat/${room.id + 1}/?token=${ada.access}`)).toEqual([404, 'not_found'])
  expect(await refused(`/ws/chat/none/?token=${ada.access}`)).toEqual([404, 'not_found'])
  const plain = await get(ada, path)
  expect(plain.status).toBe(426)
  const offered = await exports.default.fetch(`${ORIGIN}${path}`, {
    headers: { Upgrade: 'websocket', 'Sec-WebSocket-Protocol': `bearer, ${ada.access}` },
  })
  expect([offered.status, offered.headers.get('Sec-WebSocket-Protocol')]).toEqual([101, 'bearer'])
  offered.webSocket?.accept()
  expect(await tryConnect(ada, path)).not.toHaveProperty('status')
})

test('[R2] sockets survive their actor: it leaves memory, they stay, and it knows them again', async () => {
  const other = await group(ada, [bob])
  const [a, b] = [await enter(ada, other), await enter(bob, other, '?batch=1')]
  const actor = roomActor(other)
  const sockets = () => runInDurableObject(actor, (_, state) => state.getWebSockets().length)
  const mark = () => runInDurableObject(actor, (room: object) => Object.assign(room, { remembered: true }))
  const remembers = () => runInDurableObject(actor, (room: object) => 'remembered' in room)
  await mark()
  expect([await remembers(), await sockets()]).toEqual([true, 2])
  await evictDurableObject(actor)
  expect([await remembers(), await sockets()]).toEqual([false, 2])
  a.send({ type: 'send_message', content: 'who are we?' })
  expect((await b.next('new_message')).message.sender.id).toBe(ada.id)
  // Who has the room open, and how each wants its frames, is known as before.
  expect((await enter(ada, other)).frames.find(({ type }) => type === 'ready')?.online.toSorted()).toEqual(
    [ada.id, bob.id].toSorted(),
  )
})
