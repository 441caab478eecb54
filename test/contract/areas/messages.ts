/** Saying things by REST: sending, reading, changing, and who has read what. */
import { beforeAll, describe, expect, it } from 'vitest'
import { ask } from '../ask.ts'
import { as, inListOf, makeGroup, type Person, say, signUp, signUpAll } from '../cast.ts'
import { walk } from '../pages.ts'
import { expectShape, listOf, object, time } from '../shape.ts'
import { message, readStatus } from '../shapes.ts'

let ada: Person
let bob: Person
let carol: Person
let room: number
let path: string
beforeAll(async () => {
  ;[ada, bob, carol] = await signUpAll('ada', 'bob', 'carol')
  room = await makeGroup(ada, bob)
  path = `/api/chatrooms/${room}/messages`
})

describe('sending', () => {
  it('answers the message with every field', async () => {
    const first = await say(ada, room, 'Good evening.')
    expectShape(first, message)
    expect(first).toMatchObject({
      room,
      content: 'Good evening.',
      image: null,
      file: null,
      reply_to: null,
      edited_at: null,
      deleted: false,
      client_id: null,
      status: 'sent',
      read_statuses: [],
      sender: { id: ada.id, username: ada.username },
    })
    const second = await say(bob, room, 'Good evening to you.', { reply_to: first.id })
    expect(second.id).toBeGreaterThan(first.id)
    expect(second.reply_to).toBe(first.id)
    expect((await as(bob, 200, 'GET', `${path}/${second.id}/`)).body).toEqual(second)
  })

  it('keeps the text exactly, but for the blanks around it', async () => {
    const text = 'two\n\n  lines \t and “quotes” \u0000 <script> 👩‍👩‍👧‍👦 e\u0301'
    expect((await say(ada, room, `  \n${text}\n  `)).content).toBe(text)
  })

  it('takes 10,000 characters and not one more', async () => {
    expect((await say(ada, room, 'x'.repeat(10_000))).content).toHaveLength(10_000)
    await as(ada, 400, 'POST', `${path}/`, { content: 'x'.repeat(10_001) })
  })

  it.each([
    ['nothing', {}],
    ['blanks', { content: ' \n\t ' }],
    ['a number', { content: 7 }],
    ['an object', { content: { a: 1 } }],
    ['null', { content: null }],
    ['an answer to nothing', { content: 'x', reply_to: 4503599627370497 }],
    ['a client_id of 65 characters', { content: 'x', client_id: 'c'.repeat(65) }],
  ])('answers 400 to %s, and stores nothing', async (_, body) => {
    const before = (await as(ada, 200, 'GET', `/api/chatrooms/${room}/`)).body.last_id
    await as(ada, 400, 'POST', `${path}/`, body)
    expect((await as(ada, 200, 'GET', `/api/chatrooms/${room}/`)).body.last_id).toBe(before)
  })

  it('ignores fields that are the server’s', async () => {
    const forged = { id: 1, sender: bob.id, timestamp: '2000-01-01T00:00:00.000Z', deleted: true, room: 7 }
    const sent = await say(ada, room, 'mine', forged)
    expect(sent).toMatchObject({ room, deleted: false, sender: { id: ada.id } })
    expect(sent.id).not.toBe(1)
    expect(Date.parse(sent.timestamp)).toBeGreaterThan(Date.now() - 600_000)
  })
})

describe('sending again', () => {
  it.each(['client_id', 'Idempotency-Key'])('under the same %s answers the first message with 200', async (how) => {
    const key = `key-${how}-${Date.now()}`
    const send = (who: Person, content: string) => {
      const body = how === 'client_id' ? { content, client_id: key } : { content }
      const headers: Record<string, string> = how === 'client_id' ? {} : { 'idempotency-key': key }
      return ask('POST', `${path}/`, { token: who.access, body, headers })
    }
    const first = await send(ada, 'once')
    expect(first.status).toBe(201)
    expect(first.body.client_id).toBe(key)
    await say(bob, room, 'in between')
    const again = await send(ada, 'once, said differently')
    expect(again.status).toBe(200)
    expect(again.body).toMatchObject({ id: first.body.id, content: 'once' })
    const other = await send(bob, 'the same key, another sender')
    expect(other.status).toBe(201)
  })

  it('many times at once stores one', async () => {
    const client_id = `race-${Date.now()}`
    const tries = Array.from({ length: 10 }, () =>
      ask('POST', `${path}/`, { token: ada.access, body: { content: 'race', client_id } }),
    )
    const answers = await Promise.all(tries)
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
  })

  it('in another room is another message', async () => {
    const there = await makeGroup(ada, bob)
    const client_id = 'two-rooms'
    await say(ada, room, 'here', { client_id })
    await say(ada, there, 'there', { client_id })
  })
})

describe('the history', () => {
  it('is newest first, in pages that can be read both ways', async () => {
    const own = await makeGroup(ada, bob)
    const ids: number[] = []
    for (let said = 0; said < 7; said++) ids.unshift((await say(ada, own, `message ${said}`)).id)
    expect((await walk(bob, `/api/chatrooms/${own}/messages/?limit=3`, message)).map(({ id }) => id)).toEqual(ids)
    const [third, fifth] = [ids[2], ids[4]]
    const read = async (query: string) =>
      (await walk(bob, `/api/chatrooms/${own}/messages/?${query}`, message)).map(({ id }) => id)
    expect(await read(`before=${third}&limit=2`)).toEqual(ids.slice(3))
    expect(await read(`after=${fifth}&limit=2`)).toEqual(ids.slice(0, 4).reverse())
  })

  it('is 35 messages a page unless asked otherwise', async () => {
    const own = await makeGroup(ada, bob)
    for (let said = 0; said < 36; said++) await say(ada, own, `message ${said}`)
    expect((await as(bob, 200, 'GET', `/api/chatrooms/${own}/messages/`)).body.results).toHaveLength(35)
    expect((await as(bob, 200, 'GET', `/api/chatrooms/${own}/messages/?limit=100`)).body.results).toHaveLength(36)
  })

  it('of an empty room is an empty page', async () => {
    const own = await makeGroup(ada, bob)
    const { body } = await as(bob, 200, 'GET', `/api/chatrooms/${own}/messages/`)
    expect(body).toEqual({ next: null, previous: null, results: [] })
  })
})

describe('changing a message', () => {
  it.each(['PUT', 'PATCH'])('by %s is for its sender, and keeps what was said before', async (method) => {
    const { id } = await say(ada, room, 'firts')
    await as(bob, 403, method, `${path}/${id}/`, { content: 'bob was here' })
    const { body } = await as(ada, 200, method, `${path}/${id}/`, { content: 'first' })
    expectShape(body, message)
    expectShape(body.edited_at, time)
    expect(body.content).toBe('first')
    const history = (await as(bob, 200, 'GET', `${path}/${id}/history/`)).body
    expectShape(history, listOf(object({})))
    expect(JSON.stringify(history)).toContain('firts')
    await as(ada, 400, method, `${path}/${id}/`, { content: ' ' })
    await as(ada, 400, method, `${path}/${id}/`, {})
  })

  it('by deleting it leaves a tombstone', async () => {
    const { id } = await say(ada, room, 'regretted')
    await as(bob, 403, 'DELETE', `${path}/${id}/`)
    await as(ada, 204, 'DELETE', `${path}/${id}/`)
    const { body, text } = await as(bob, 200, 'GET', `${path}/${id}/`)
    expectShape(body, message)
    expect(body).toMatchObject({ id, deleted: true, content: null, image: null, file: null })
    expect(text).not.toContain('regretted')
    expect((await as(bob, 200, 'GET', `${path}/${id}/history/`)).text).not.toContain('regretted')
    await as(ada, 409, 'PATCH', `${path}/${id}/`, { content: 'back again' })
  })

  it('of others by deleting it is for admins', async () => {
    const { id } = await say(bob, room, 'rude')
    await as(ada, 204, 'DELETE', `${path}/${id}/`)
    expect((await as(bob, 200, 'GET', `${path}/${id}/`)).body.deleted).toBe(true)
  })

  it('that does not exist is 404', async () => {
    for (const [method, rest] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['GET', 'history/'],
      ['POST', 'mark_as_read/'],
    ]) {
      const body = method === 'PATCH' ? { content: 'x' } : undefined
      await as(ada, 404, method as string, `${path}/4503599627370497/${rest}`, body)
    }
  })
})

describe('reading', () => {
  it('moves a cursor that never goes back, and tells who has read what', async () => {
    const own = await makeGroup(ada, bob, carol)
    const at = `/api/chatrooms/${own}/messages`
    const [first, second] = [await say(ada, own, 'one'), await say(ada, own, 'two')]
    expect((await inListOf(bob, own)).unread_count).toBe(2)
    await as(bob, 200, 'POST', `${at}/${second.id}/mark_as_read/`)
    await as(bob, 200, 'POST', `${at}/${first.id}/mark_as_read/`)
    expect((await inListOf(bob, own)).unread_count).toBe(0)
    const { body } = await as(ada, 200, 'GET', `${at}/${second.id}/message_read_status/`)
    expectShape(body, listOf(readStatus))
    expect(body.map((status: { user: Person }) => status.user.id)).toEqual([bob.id])
    const shown = (await as(ada, 200, 'GET', `${at}/${second.id}/`)).body
    expect(shown.status).not.toBe('read')
    expect(shown.read_statuses).toEqual(body)
    await as(carol, 200, 'POST', `${at}/${second.id}/mark_as_read/`)
    expect((await as(ada, 200, 'GET', `${at}/${first.id}/`)).body.status).toBe('read')
  })

  it('names nobody who wrote it, and nobody who was not there', async () => {
    const own = await makeGroup(ada, bob)
    const dora = await signUp('dora')
    const sent = await say(ada, own, 'before dora')
    await as(ada, 200, 'POST', `/api/chatrooms/${own}/messages/${sent.id}/mark_as_read/`)
    await as(ada, 200, 'POST', `/api/chatrooms/${own}/add_members/`, { users: [dora.id] })
    expect((await as(ada, 200, 'GET', `/api/chatrooms/${own}/messages/${sent.id}/message_read_status/`)).body).toEqual(
      [],
    )
  })
})
