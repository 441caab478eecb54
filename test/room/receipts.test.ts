/** Receipts: how far everybody has got, and what that makes of each message. */
import { beforeAll, expect, test } from 'vitest'
import {
  cast,
  done,
  enter,
  type Frame,
  get,
  group,
  type Line,
  post,
  remove,
  type Someone,
  say,
  twice,
} from '../support/world'

let ada: Someone
let bob: Someone
let cy: Someone
let dee: Someone
beforeAll(async () => {
  ;({ ada, bob, cy, dee } = await cast('ada', 'bob', 'cy', 'dee'))
})

const look = async (who: Someone, room: Frame, id: number): Promise<Frame> =>
  (await get(who, `/api/chatrooms/${room.id}/messages/${id}/`)).body
const unread = async (who: Someone, room: Frame): Promise<number> =>
  (await get(who, `/api/chatrooms/${room.id}/`)).body.unread_count
const read = (line: Line, id: number) => line.answer({ type: 'read_message', message_id: id })
const deliver = (line: Line, id: number) => line.answer({ type: 'delivered', message_id: id })

twice(
  '[R31] [R34] a message is sent, then delivered, then read, when everyone else has got so far',
  async (interlude) => {
    const room = await group(ada, [bob, cy])
    const [a, b, c] = [await enter(ada, room), await enter(bob, room), await enter(cy, room)]
    const { id } = await say(ada, room, 'hello')
    const status = async () => (await look(ada, room, id)).status
    expect(await status()).toBe('sent')
    await deliver(b, id)
    expect(await a.next('message.delivered')).toMatchObject({ message_id: id, user_id: bob.id })
    expect(await status()).toBe('sent')
    await interlude()
    await deliver(c, id)
    expect(await status()).toBe('delivered')
    await read(b, id)
    expect(await a.next('message.read')).toMatchObject({ message_id: id, reader: { id: bob.id, username: 'bob' } })
    expect(await status()).toBe('delivered')
    await interlude()
    await read(c, id)
    expect(await status()).toBe('read')
    await interlude()
    expect((await look(bob, room, id)).read_statuses.map(({ user }: Frame) => user)).toEqual([
      { id: bob.id, username: 'bob' },
      { id: cy.id, username: 'cy' },
    ])
  },
)

twice('[R30] a read cursor moves forward and never back', async (interlude) => {
  const room = await group(ada, [bob])
  const a = await enter(ada, room)
  const [first, second] = [await say(ada, room, 'first'), await say(ada, room, 'second')]
  expect(await unread(bob, room)).toBe(2)
  const b = await enter(bob, room)
  await read(b, second.id)
  const told = await a.next('message.read')
  expect(told).toMatchObject({ message_id: second.id })
  expect(told.seq).toBeGreaterThan(second.id)
  await interlude()
  await read(b, first.id)
  await done(post(bob, `/api/chatrooms/${room.id}/messages/${first.id}/mark_as_read/`))
  await read(b, second.id)
  await deliver(b, first.id)
  expect(await a.heard()).toEqual([])
  expect(await unread(bob, room)).toBe(0)
  expect((await look(ada, room, second.id)).read_statuses[0].timestamp).toBe(told.read_at)
})

twice('[R32] what is read is delivered, also where more is delivered than read', async (interlude) => {
  const room = await group(ada, [bob])
  const messages = [await say(ada, room, '1'), await say(ada, room, '2'), await say(ada, room, '3')]
  const ids = messages.map(({ id }) => id)
  const [first = 0, second = 0, third = 0] = ids
  const b = await enter(bob, room)
  await read(b, first)
  expect((await look(ada, room, first)).status).toBe('read')
  await interlude()
  // Together, as a client that catches up sends them: each cursor goes where it was told.
  b.send({ type: 'delivered', message_id: third })
  await read(b, second)
  await interlude()
  const statuses = await Promise.all(ids.map(async (id) => (await look(ada, room, id)).status))
  expect(statuses).toEqual(['read', 'read', 'delivered'])
})

twice('[R36] the time at which a message was read stays what it was', async (interlude) => {
  const room = await group(ada, [bob, cy])
  const [first, second, third] = [await say(ada, room, '1'), await say(ada, room, '2'), await say(ada, room, '3')]
  const a = await enter(ada, room)
  const b = await enter(bob, room)
  const timesOf = async ({ id }: Frame) =>
    (await look(ada, room, id)).read_statuses.map(({ user, timestamp }: Frame) => [user.username, timestamp])
  const steps: Frame[] = []
  for (const { id } of [first, third]) {
    await read(b, id)
    steps.push(await a.next('message.read'))
    await interlude()
  }
  const [one, two] = steps.map(({ read_at }) => read_at)
  expect(two > one).toBe(true)
  expect(await timesOf(first)).toEqual([['bob', one]])
  for (const message of [second, third]) expect(await timesOf(message)).toEqual([['bob', two]])
  // The first to come past a message is named first.
  await post(cy, `/api/chatrooms/${room.id}/messages/${third.id}/mark_as_read/`)
  expect((await timesOf(first)).map(([name]: string[]) => name)).toEqual(['bob', 'cy'])
  // Whoever was away hears of each step.
  const late = await enter(ada, room, `?after=${third.id}`)
  const heard = late.frames.filter(({ type, reader }) => type === 'message.read' && reader.id === bob.id)
  expect(heard).toEqual(steps)
})

twice('[R36] also after hundreds of steps, and anew for somebody who comes back', async (interlude) => {
  const room = await group(ada, [bob])
  const [a, b] = [await enter(ada, room), await enter(bob, room)]
  const times: [number, string][] = []
  for (let n = 0; n < 150; n++) {
    const { id } = await a.answer({ type: 'send_message', content: `${n}` })
    await read(b, id)
    times.push([id, (await a.next('message.read')).read_at])
  }
  await interlude()
  const shown = async (path: string) => {
    const { results } = await done(get(ada, `/api/chatrooms/${room.id}/messages/${path}`))
    return results.toReversed().map(({ id, read_statuses }: Frame) => [id, read_statuses[0]?.timestamp])
  }
  const [middle = 0] = times[75] ?? []
  expect(await shown('?limit=100')).toEqual(times.slice(50))
  expect(await shown(`?limit=100&before=${middle}`)).toEqual(times.slice(0, 75))
  await done(post(ada, `/api/chatrooms/${room.id}/remove_member/`, { user_id: bob.id }))
  await done(post(ada, `/api/chatrooms/${room.id}/add_members/`, { users: [bob.id] }))
  await interlude()
  expect((await shown('?limit=100')).every(([, time]: unknown[]) => time === undefined)).toBe(true)
})

test('[R33] many moves within a second are written once, and the newest counts', async () => {
  const room = await group(ada, [bob, cy])
  const [a, b, c] = [await enter(ada, room), await enter(bob, room), await enter(cy, room)]
  const ids: number[] = []
  for (let n = 0; n < 30; n++) ids.push((await a.answer({ type: 'send_message', content: `${n}` })).id)
  for (const message_id of ids) b.send({ type: 'read_message', message_id })
  for (const message_id of ids) c.send({ type: 'delivered', message_id })
  const last = ids.at(-1)
  await a.until('both cursors', () => {
    const of = (type: string) => a.frames.find((frame) => frame.type === type && frame.message_id === last)
    return of('message.read') && of('message.delivered') ? true : undefined
  })
  const told = (type: string) => a.frames.filter((frame) => frame.type === type).map(({ message_id }) => message_id)
  expect(told('message.read')).toEqual([ids[0], last])
  expect(told('message.delivered')).toEqual([ids[0], last])
})

twice('[R33] what is held back is not lost when the room goes out of memory', async (interlude) => {
  const room = await group(ada, [bob])
  const [first, second] = [await say(ada, room, '1'), await say(ada, room, '2')]
  const b = await enter(bob, room)
  await read(b, first.id)
  b.send({ type: 'read_message', message_id: second.id })
  await b.heard()
  await interlude()
  const a = await enter(ada, room, `?after=${second.id}`)
  await a.until('the cursor', () => a.frames.find((frame) => frame.message_id === second.id))
  expect(await unread(bob, room)).toBe(0)
})

twice(
  '[R35] whoever joins later is not waited for, and what was said before is not unread for them',
  async (interlude) => {
    const room = await group(ada, [bob])
    const before = await say(ada, room, 'before')
    await done(post(bob, `/api/chatrooms/${room.id}/messages/${before.id}/mark_as_read/`))
    await done(post(ada, `/api/chatrooms/${room.id}/add_members/`, { users: [dee.id] }))
    await interlude()
    expect(await unread(dee, room)).toBe(0)
    const after = await say(ada, room, 'after')
    expect(await unread(dee, room)).toBe(1)
    expect((await look(ada, room, before.id)).status).toBe('read')
    await done(post(bob, `/api/chatrooms/${room.id}/messages/${after.id}/mark_as_read/`))
    expect((await look(ada, room, after.id)).status).toBe('sent')
    await done(post(dee, `/api/chatrooms/${room.id}/messages/${after.id}/mark_as_read/`))
    await interlude()
    expect((await look(ada, room, after.id)).status).toBe('read')
    expect((await look(ada, room, before.id)).read_statuses.map(({ id }: Frame) => id)).toEqual([bob.id])
    // Nor is anyone who has left: what only they had not read is read now.
    const last = await say(ada, room, 'last')
    await done(post(bob, `/api/chatrooms/${room.id}/messages/${last.id}/mark_as_read/`))
    expect((await look(ada, room, last.id)).status).toBe('sent')
    await done(post(dee, `/api/chatrooms/${room.id}/leave_room/`))
    expect((await look(ada, room, last.id)).status).toBe('read')
  },
)

test('[R36] who has read a message is told to members, without its sender', async () => {
  const room = await group(ada, [bob, cy])
  const { id } = await say(ada, room, 'hello')
  const path = `/api/chatrooms/${room.id}/messages/${id}/`
  await done(post(ada, `${path}mark_as_read/`))
  await done(post(cy, `${path}mark_as_read/`))
  const { body } = await get(bob, `${path}message_read_status/`)
  expect(body.map(({ id, user }: Frame) => ({ id, user }))).toEqual([
    { id: cy.id, user: { id: cy.id, username: 'cy' } },
  ])
})

twice('[R37] unread is what others said above my cursor and did not take back', async (interlude) => {
  const room = await group(ada, [bob, cy])
  const say3 = [await say(ada, room, '1'), await say(cy, room, '2'), await say(ada, room, '3')]
  await say(bob, room, 'mine')
  expect(await unread(bob, room)).toBe(3)
  await interlude()
  await remove(ada, `/api/chatrooms/${room.id}/messages/${say3[0]?.id}/`)
  expect(await unread(bob, room)).toBe(2)
  await done(post(bob, `/api/chatrooms/${room.id}/messages/${say3[1]?.id}/mark_as_read/`))
  expect(await unread(bob, room)).toBe(1)
  await interlude()
  // One that was read already does not count when it is deleted, nor does my own.
  await remove(cy, `/api/chatrooms/${room.id}/messages/${say3[1]?.id}/`)
  expect(await unread(bob, room)).toBe(1)
  expect(await unread(ada, room)).toBe(1)
})

test('[R30] a cursor goes no further than the newest message, and nowhere for what is not there', async () => {
  const room = await group(ada, [bob])
  const { id } = await say(ada, room, 'hello')
  const b = await enter(bob, room)
  expect(await read(b, id + 50)).toMatchObject({ type: 'error', code: 'not_found' })
  await read(b, id)
  await say(ada, room, 'more')
  expect(await unread(bob, room)).toBe(1)
})
