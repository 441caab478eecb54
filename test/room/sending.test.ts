/** Sending: what is acknowledged is stored, once, and everyone has it in the same order. */
import { evictAllDurableObjects } from 'cloudflare:test'
import { beforeAll, describe, expect, test } from 'vitest'
import { Message } from '../../src/protocol'
import { ask, cast, enter, type Frame, get, group, post, type Someone, say, twice } from '../support/world'

let ada: Someone
let bob: Someone
let cy: Someone
beforeAll(async () => {
  ;({ ada, bob, cy } = await cast('ada', 'bob', 'cy'))
})

const stored = async (who: Someone, room: Frame): Promise<Frame[]> =>
  (await get(who, `/api/chatrooms/${room.id}/messages/?limit=100`)).body.results

twice('[R10] [R11] a message is acknowledged to its sender and reaches everyone, the sender too', async (interlude) => {
  const room = await group(ada, [bob])
  const [a, b] = [await enter(ada, room), await enter(bob, room)]
  await interlude()
  a.send({ type: 'send_message', content: 'hello', client_id: 'one' })
  const ack = await a.next('message.ack')
  const mine = await a.next('new_message')
  const theirs = await b.next('new_message')
  expect(ack).toEqual({
    type: 'message.ack',
    client_id: 'one',
    id: mine.message.id,
    seq: mine.seq,
    timestamp: mine.message.timestamp,
  })
  expect(mine).toEqual(theirs)
  expect(Message.parse(mine.message)).toEqual(mine.message)
  expect(mine.message).toMatchObject({
    id: mine.seq,
    room: room.id,
    sender: { id: ada.id, username: 'ada', full_name: 'ada', profile_pic: null },
    content: 'hello',
    client_id: 'one',
    status: 'sent',
    read_statuses: [],
    edited_at: null,
    deleted: false,
  })
  await interlude()
  expect(await stored(bob, room)).toEqual([mine.message])
})

test('[R10] an acknowledged message is there for a room that has just lost its memory', async () => {
  const room = await group(ada, [bob])
  const a = await enter(ada, room)
  const ids: number[] = []
  for (const content of ['one', 'two', 'three']) {
    const ack = await a.answer({ type: 'send_message', content, client_id: content })
    ids.push(ack.id)
  }
  await evictAllDurableObjects()
  expect((await stored(bob, room)).map(({ id }) => id)).toEqual(ids.toReversed())
})

twice('[R20] [R21] [R22] everyone has the same messages in the same order, each once', async (interlude) => {
  const room = await group(ada, [bob, cy])
  const lines = [await enter(ada, room), await enter(bob, room), await enter(cy, room, '?batch=1')]
  for (const round of [0, 1]) {
    for (let turn = 0; turn < 20; turn++) {
      lines.forEach((line, place) => {
        line.send({ type: 'send_message', content: `${place}.${round}.${turn}`, client_id: `${round}.${turn}` })
      })
    }
    for (const line of lines) {
      await line.until('every message', () => {
        const got = line.frames.filter((frame) => frame.type === 'new_message')
        return got.length >= 60 * (round + 1) ? got : undefined
      })
    }
    await interlude()
  }
  const logs = lines.map((line) => line.frames.filter((frame) => frame.type === 'new_message'))
  const [first = []] = logs
  expect(first).toHaveLength(120)
  for (const log of logs) expect(log.map((frame) => frame.message)).toEqual(first.map((frame) => frame.message))
  const rising = (values: number[]) =>
    values.every((value, place) => place === 0 || value > (values[place - 1] as number))
  expect(rising(first.map((frame) => frame.seq))).toBe(true)
  expect(rising(first.map((frame) => Date.parse(frame.message.timestamp)))).toBe(true)
  // What one person sends keeps its order.
  for (const place of [0, 1, 2]) {
    const theirs = first.map((frame) => frame.message.content).filter((content) => content.startsWith(`${place}.`))
    const sent = [0, 1].flatMap((round) => Array.from({ length: 20 }, (_, turn) => `${place}.${round}.${turn}`))
    expect(theirs).toEqual(sent)
  }
  const newest = (await stored(ada, room)).toReversed().map(({ id }) => id)
  expect(newest).toEqual(first.slice(-100).map((frame) => frame.seq))
})

twice(
  '[R12] a repeated client_id is acknowledged with the first id and neither stored nor told again',
  async (interlude) => {
    const room = await group(ada, [bob])
    const [a, b] = [await enter(ada, room), await enter(bob, room)]
    const send = (content: string) => a.answer({ type: 'send_message', content, client_id: 'same' })
    const first = await send('the first text')
    await b.next('new_message')
    await interlude()
    const second = await send('another text')
    expect({ ...second, ref: 0 }).toEqual({ ...first, ref: 0 })
    expect(await b.heardTypes()).toEqual([])
    await interlude()
    // By REST as well, in the body or in the header: 200 and not 201.
    const path = `/api/chatrooms/${room.id}/messages/`
    const repeat = await post(ada, path, { content: 'by REST', client_id: 'same' })
    expect([repeat.status, repeat.body.id, repeat.body.content]).toEqual([200, first.id, 'the first text'])
    // However much was said since, edited and deleted too.
    await say(bob, room, 'something else')
    a.send({ type: 'delete_message', message_id: first.id })
    await a.next('message_deleted')
    expect((await send('once more')).id).toBe(first.id)
    // It is the sender's own: the same client_id of another is another message.
    const theirs = await b.answer({ type: 'send_message', content: 'mine', client_id: 'same' })
    expect(theirs.id).toBeGreaterThan(first.id)
    expect(await stored(bob, room)).toHaveLength(3)
  },
)

test('[R12] an Idempotency-Key does by REST what client_id does', async () => {
  const room = await group(ada, [bob])
  const send = (content: string) =>
    ask('POST', `/api/chatrooms/${room.id}/messages/`, {
      token: ada.access,
      body: { content },
      headers: { 'Idempotency-Key': 'key-1' },
    })
  const [first, second] = [await send('a'), await send('b')]
  expect([first.status, second.status]).toEqual([201, 200])
  expect(second.body).toEqual(first.body)
})

test('[R12] twenty repeats at once store one message', async () => {
  const room = await group(ada, [bob])
  const path = `/api/chatrooms/${room.id}/messages/`
  const sent = Array.from({ length: 20 }, (_, n) => post(ada, path, { content: `try ${n}`, client_id: 'race' }))
  const answers = await Promise.all(sent)
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(await stored(ada, room)).toHaveLength(1)
})

twice('[R13] the short form sends a message without client_id', async (interlude) => {
  const room = await group(ada, [bob])
  const a = await enter(ada, room)
  await interlude()
  a.send({ message: 'short' })
  expect(await a.next('message.ack')).toMatchObject({ client_id: null })
  expect((await a.next('new_message')).message).toMatchObject({ content: 'short', client_id: null })
  // Twice the same is two messages.
  a.send({ message: 'short' })
  await a.next('new_message')
  expect(await stored(ada, room)).toHaveLength(2)
})

test('[R4] the acknowledgement carries the ref, and the others do not see it', async () => {
  const room = await group(ada, [bob])
  const [a, b] = [await enter(ada, room), await enter(bob, room)]
  a.send({ type: 'send_message', content: 'x', client_id: 'c', ref: 7 })
  expect(await a.next('message.ack')).toMatchObject({ ref: 7, client_id: 'c' })
  expect(await a.next('new_message')).not.toHaveProperty('ref')
  expect(await b.next('new_message')).not.toHaveProperty('ref')
  a.send({ message: 'y', ref: 'eight' })
  expect(await a.next('message.ack')).toMatchObject({ ref: 'eight' })
})

describe('[R14] content', () => {
  const cases: [what: string, sent: string, kept: string][] = [
    ['keeps what stands between', 'two  words\n\tand\r\na line', 'two  words\n\tand\r\na line'],
    ['loses surrounding blanks', '\u00a0 \n\t hello \u3000\n', 'hello'],
    ['may be 10,000 characters', 'x'.repeat(10_000), 'x'.repeat(10_000)],
    ['may be 10,000 characters and blanks around them', ` ${'x'.repeat(10_000)}\n`, 'x'.repeat(10_000)],
    ['may be 10,000 characters of three bytes', '字'.repeat(10_000), '字'.repeat(10_000)],
    ['may hold NUL', 'a\0b', 'a\0b'],
    ['keeps what cannot be seen beside what can', 'a\u200b\u00ad\u2800\u202eb', 'a\u200b\u00ad\u2800\u202eb'],
    ['has lone surrogates replaced', 'a\ud800b\udfffc', 'a\ufffdb\ufffdc'],
    ['keeps whole surrogate pairs and joined emoji', '👩‍👩‍👧‍👦 \u{1F600}', '👩‍👩‍👧‍👦 \u{1F600}'],
    ['keeps what looks like a command', '{"type":"ping"}', '{"type":"ping"}'],
    ['keeps markup', '<script>alert(1)</script>', '<script>alert(1)</script>'],
    ['keeps right-to-left and combining marks', '\u202eشك\u0301\u0301', '\u202eشك\u0301\u0301'],
  ]
  let room: Frame
  beforeAll(async () => {
    room = await group(ada, [bob])
  })
  test.each(cases)('%s, by socket and by REST, heard and read', async (_, sent, kept) => {
    const [a, b] = [await enter(ada, room), await enter(bob, room)]
    const { id } = await a.answer({ type: 'send_message', content: sent })
    expect((await b.next('new_message')).message.content).toBe(kept)
    expect((await get(bob, `/api/chatrooms/${room.id}/messages/${id}/`)).body.content).toBe(kept)
    expect((await say(ada, room, sent)).content).toBe(kept)
    // And it can be changed and taken back again: the search index knows the text it has to forget.
    await a.answer({ type: 'edit_message', message_id: id, content: `${kept.slice(0, 100)}!` })
    expect((await b.next('message_updated')).message.content).toBe(`${kept.slice(0, 100)}!`)
    await a.answer({ type: 'delete_message', message_id: id })
    expect((await b.next('message_deleted')).message.content).toBeNull()
    a.close()
    b.close()
  })
})

/** Controls, joiners, fillers, blank patterns, tags, variation selectors, directions, and what is no character. */
const UNSEEN = [
  '\0',
  '\u0007',
  '\u200b\u200d',
  '\u3164',
  '\u2800',
  '\u115f',
  '\uffa0',
  '\u00ad',
  '\u{e0041}',
  '\ufe0f',
  '\u202e',
  '\ud800',
]

test('[R15] nothing that can be seen, and too much, are refused; nothing is stored and nobody is told', async () => {
  const room = await group(ada, [bob])
  const [a, b] = [await enter(ada, room), await enter(bob, room)]
  const codes: Record<string, string> = {
    '': 'empty_message',
    ' \n\t\u3000': 'empty_message',
    ...Object.fromEntries(UNSEEN.map((text) => [text, 'empty_message'])),
    ['x'.repeat(10_001)]: 'invalid',
  }
  for (const [content, code] of Object.entries(codes)) {
    const refused = await a.answer({ type: 'send_message', content, client_id: 'c' })
    expect(refused).toMatchObject({ type: 'error', code, status: 400 })
    const answer = await post(ada, `/api/chatrooms/${room.id}/messages/`, { content })
    expect([answer.status, answer.body.code]).toEqual([400, code])
  }
  expect(await a.answer({ type: 'send_message' })).toMatchObject({ code: 'empty_message' })
  expect(await a.answer({ type: 'send_message', content: 5 })).toMatchObject({ code: 'invalid' })
  expect(await a.answer({ type: 'send_message', content: 'x', client_id: 'c'.repeat(65) })).toMatchObject({
    code: 'invalid',
  })
  expect(await b.heard()).toEqual([])
  expect(await stored(ada, room)).toEqual([])
  // Nor does an edit leave a message that nobody sees.
  const { id } = await say(ada, room, 'seen')
  for (const content of UNSEEN) {
    expect(await a.answer({ type: 'edit_message', message_id: id, content })).toMatchObject({ code: 'empty_message' })
  }
  expect(await b.heardTypes()).toEqual(['new_message'])
  // The same client_id is still free, and the same sockets still speak.
  await a.answer({ type: 'send_message', content: 'x', client_id: 'c' })
  expect(await b.heardTypes()).toEqual(['new_message'])
})

twice('[R16] an answer shows what it answers, as it is when shown', async (interlude) => {
  const room = await group(ada, [bob])
  const a = await enter(ada, room)
  const question = await say(bob, room, 'a question')
  await interlude()
  const { id } = await a.answer({ type: 'send_message', content: 'an answer', reply_to: question.id })
  expect((await a.next('new_message', ({ message }) => message.id === id)).message).toMatchObject({
    reply_to: question.id,
    reply_preview: { id: question.id, sender: bob.id, sender_name: 'bob', content: 'a question', deleted: false },
  })
  const b = await enter(bob, room)
  await b.answer({ type: 'delete_message', message_id: question.id })
  await interlude()
  const { body } = await get(ada, `/api/chatrooms/${room.id}/messages/${id}/`)
  expect(body.reply_preview).toMatchObject({ content: null, deleted: true })
})

test('[R16] what is answered must be a message of this room', async () => {
  const [room, other] = [await group(ada, [bob]), await group(ada, [bob])]
  for (let n = 0; n < 3; n++) await say(ada, other, 'elsewhere')
  const elsewhere = await say(ada, other, 'the last elsewhere')
  const a = await enter(ada, room)
  const refused = await a.answer({ type: 'send_message', content: 'x', reply_to: elsewhere.id })
  expect(refused).toMatchObject({ type: 'error', code: 'invalid' })
  const answer = await post(ada, `/api/chatrooms/${room.id}/messages/`, { content: 'x', reply_to: 999 })
  expect(answer.status).toBe(400)
  expect(await stored(ada, room)).toEqual([])
})
