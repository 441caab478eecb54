/** Whoever is no longer a member gets nothing more: not on new sockets, not on old ones, not on sleeping ones. */
import { env } from 'cloudflare:workers'
import { beforeAll, expect, test } from 'vitest'
import { signAccess } from '../../src/auth/tokens'
import {
  cast,
  done,
  enter,
  type Frame,
  forward,
  get,
  group,
  Line,
  patch,
  post,
  presentTime,
  remove,
  type Someone,
  say,
  signIn,
  tryConnect,
  twice,
} from '../support/world'

let ada: Someone
let bob: Someone
let cy: Someone
let stranger: Someone
beforeAll(async () => {
  ;({ ada, bob, cy, stranger } = await cast('ada', 'bob', 'cy', 'stranger'))
})

twice('[R93] a removed member’s sockets close with 4403, and nothing comes after', async (interlude) => {
  const room = await group(ada, [bob, cy])
  const [b, phone, c] = [
    await enter(bob, room),
    await enter(await signIn(bob), room, '?batch=1'),
    await enter(cy, room),
  ]
  await say(ada, room, 'before')
  for (const line of [b, phone, c]) await line.next('new_message')
  await interlude()
  // In one breath, so that what follows is told in the same turn as the removal.
  const [removed] = await Promise.all([
    post(ada, `/api/chatrooms/${room.id}/remove_member/`, { user_id: bob.id }),
    say(ada, room, 'after'),
    patch(ada, `/api/chatrooms/${room.id}/`, { room_name: 'after' }),
  ])
  expect(removed.status).toBe(200)
  for (const line of [b, phone]) {
    expect(await line.closed()).toMatchObject({ code: 4403 })
    const told = JSON.stringify(line.frames)
    expect(told).toContain('before')
    expect(told).not.toContain('after')
    expect(line.frames.map(({ type }) => type)).not.toContain('member_removed')
  }
  // The others heard it all.
  await interlude()
  await c.until('all of it', () => (c.frames.some(({ type }) => type === 'room_updated') ? true : undefined))
  expect(c.frames.map(({ type }) => type)).toEqual(expect.arrayContaining(['member_removed', 'new_message']))
  expect(c.frames.find(({ type }) => type === 'member_removed')).toMatchObject({
    user: { id: bob.id, username: 'bob' },
  })
})

twice('[R93] a former member is a stranger', async (interlude) => {
  const room = await group(ada, [bob])
  const { id } = await say(ada, room, 'secret')
  const path = `/api/chatrooms/${room.id}/`
  const asks = (who: Someone) =>
    Promise.all([
      get(who, path),
      get(who, `${path}participants/`),
      get(who, `${path}messages/`),
      get(who, `${path}messages/${id}/`),
      get(who, `${path}messages/${id}/history/`),
      get(who, `${path}messages/${id}/message_read_status/`),
      post(who, `${path}messages/`, { content: 'x' }),
      post(who, `${path}messages/${id}/mark_as_read/`),
      patch(who, path, { room_name: 'x' }),
      patch(who, `${path}me/`, { muted: true }),
      post(who, `${path}add_members/`, { users: [who.id] }),
      post(who, `${path}assign_admin/`, { user_id: who.id }),
      post(who, `${path}leave_room/`),
      remove(who, path),
      tryConnect(who, `/ws/chat/${room.id}/`),
      tryConnect(who, `/ws/chat/${room.id}/?after=0`),
    ])
  // It could have been otherwise: while a member, bob sees it.
  expect((await get(bob, path)).status).toBe(200)
  await done(post(ada, `${path}remove_member/`, { user_id: bob.id }))
  await interlude()
  const missing = await get(ada, `/api/chatrooms/${room.id + 1}/`)
  for (const who of [bob, stranger]) {
    for (const answer of await asks(who)) {
      if (answer instanceof Line) throw new Error('A stranger was let in')
      expect([answer.status, answer.body]).toEqual([404, missing.body])
    }
  }
  expect((await get(ada, `${path}messages/`)).body.results).toHaveLength(1)
})

twice('[R57] [R94] a deleted room closes everyone’s sockets with 4404', async (interlude) => {
  const room = await group(ada, [bob])
  const [a, b] = [await enter(ada, room), await enter(bob, room)]
  await say(ada, room, 'hello')
  await interlude()
  expect((await remove(ada, `/api/chatrooms/${room.id}/`)).status).toBe(204)
  for (const line of [a, b]) expect(await line.closed()).toMatchObject({ code: 4404 })
  await interlude()
  for (const who of [ada, bob]) {
    expect((await get(who, `/api/chatrooms/${room.id}/`)).status).toBe(404)
    expect(await tryConnect(who, `/ws/chat/${room.id}/?after=0`)).toMatchObject({ status: 404 })
    expect((await get(who, '/api/chatrooms/')).body.results.map(({ id }: Frame) => id)).not.toContain(room.id)
  }
  expect((await remove(ada, `/api/chatrooms/${room.id}/`)).status).toBe(404)
})

twice('[R93] whoever is let in again hears again, on new sockets only', async (interlude) => {
  const room = await group(ada, [bob])
  const old = await enter(bob, room)
  await done(post(ada, `/api/chatrooms/${room.id}/remove_member/`, { user_id: bob.id }))
  expect(await old.closed()).toMatchObject({ code: 4403 })
  await say(ada, room, 'while he was away')
  await interlude()
  await done(post(ada, `/api/chatrooms/${room.id}/add_members/`, { users: [bob.id] }))
  const b = await enter(bob, room)
  await say(ada, room, 'again')
  expect((await b.next('new_message')).message.content).toBe('again')
  expect(old.frames.some(({ message }) => message?.content === 'again')).toBe(false)
  expect((await get(bob, `/api/chatrooms/${room.id}/`)).body.unread_count).toBe(1)
})

test('[R93] leaving closes one’s own sockets too', async () => {
  const room = await group(ada, [bob])
  const b = await enter(bob, room)
  await done(post(bob, `/api/chatrooms/${room.id}/leave_room/`))
  expect(await b.closed()).toMatchObject({ code: 4403 })
})

twice('[R92] a session whose time is over hears nothing more, even if it says nothing', async (interlude) => {
  const room = await group(ada, [bob])
  const phone = await signIn(bob)
  const { body } = await get(phone, '/api/sessions/')
  const { id } = body.find((each: Frame) => each.current)
  const person = { id: phone.id, username: phone.username, full_name: 'bob', picture: null, version: 0 }
  const ending = { person, sessionId: id, sessionEnds: Date.now() + 60_000 }
  const access = await signAccess(env.AUTH_SECRET, ending, Date.now())
  const [b, lost] = [await enter(bob, room), await enter({ ...phone, access }, room)]
  await say(ada, room, 'in time')
  await lost.next('new_message')
  await interlude()
  forward(60_001)
  await say(ada, room, 'too late')
  await b.next('new_message', ({ message }) => message.content === 'too late')
  expect(await lost.closed()).toMatchObject({ code: 4401 })
  expect(JSON.stringify(lost.frames)).not.toContain('too late')
  presentTime()
})
