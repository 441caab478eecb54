/** `/ws/sidebar/`: one's own list of rooms, live. */
import { beforeEach, describe, expect, it } from 'vitest'
import { as, directRoom, inListOf, makeGroup, type Person, roomsOf, say, signUp, signUpAll } from '../cast.ts'
import { Listener, pause } from '../listener.ts'

let ada: Person
let bob: Person
beforeEach(async () => {
  ;[ada, bob] = await signUpAll('ada', 'bob')
})

describe('on connecting', () => {
  it('comes the first page of the list, with the sum of what is unread', async () => {
    const [one, two] = [await makeGroup(ada, bob), await makeGroup(ada, bob)]
    await say(ada, one, 'one')
    await say(ada, two, 'two')
    await say(ada, one, 'three')
    const b = await Listener.open(bob, '/ws/sidebar/')
    const { rooms, unread_total } = await b.next('snapshot')
    expect(rooms).toEqual(await roomsOf(bob))
    expect(rooms.map(({ id }: { id: number }) => id)).toEqual([one, two])
    expect(unread_total).toBe(3)
  })

  it('comes before it what changed since one was here last', async () => {
    const known = await makeGroup(ada, bob)
    const quiet = await makeGroup(ada, bob)
    const first = await Listener.ofSidebar(bob)
    first.close()
    await first.closed
    await pause(300)
    await say(ada, known, 'while you were away')
    const created = await makeGroup(ada, bob)
    const b = await Listener.ofSidebar(bob)
    const before = b.events.slice(
      0,
      b.events.findIndex(({ type }) => type === 'snapshot'),
    )
    const about = before.map((frame) => [frame.type, frame.group?.id ?? frame.room_id])
    expect(about).toContainEqual(['group_created', created])
    expect(about).toContainEqual(['last_message_updated', known])
    expect(about.map(([, room]) => room)).not.toContain(quiet)
    await b.ping()
  })
})

describe('live', () => {
  it('a new room comes in detail', async () => {
    const b = await Listener.ofSidebar(bob)
    const room = await makeGroup(ada, bob)
    const { group } = await b.next('group_created')
    expect(group).toMatchObject({ id: room, my_role: 'member', is_group: true })
    const direct = await directRoom(ada, bob)
    expect((await b.next({ type: 'group_created' })).group).toMatchObject({ id: direct, chat_name: ada.username })
  })

  it('a message comes as the room’s newest, with what is unread', async () => {
    const room = await makeGroup(ada, bob)
    const [a, b] = await Promise.all([Listener.ofSidebar(ada), Listener.ofSidebar(bob)])
    const { id } = await say(ada, room, 'hello')
    const told = await b.next('last_message_updated')
    expect(told).toMatchObject({ group_id: room, room_id: room, unread_count: 1 })
    expect(told.last_message).toMatchObject({
      id,
      content: 'hello',
      text: 'hello',
      sender: ada.id,
      sender_name: ada.username,
    })
    expect(await a.next('last_message_updated')).toMatchObject({ room_id: room, unread_count: 0 })
  })

  it('reading on one device is told to the others', async () => {
    const room = await makeGroup(ada, bob)
    const { id } = await say(ada, room, 'hello')
    const b = await Listener.ofSidebar(bob)
    await as(bob, 200, 'POST', `/api/chatrooms/${room}/messages/${id}/mark_as_read/`)
    expect(await b.next('unread_updated')).toMatchObject({ room_id: room, unread_count: 0, unread_total: 0 })
  })

  it('a room that changes, and one that goes, is told', async () => {
    const room = await makeGroup(ada, bob)
    const b = await Listener.ofSidebar(bob)
    await as(ada, 200, 'PATCH', `/api/chatrooms/${room}/`, { room_name: 'Renamed' })
    expect((await b.next('room_updated')).room).toMatchObject({ id: room, chat_name: 'Renamed' })
    await as(bob, 200, 'PATCH', `/api/chatrooms/${room}/me/`, { pinned: true })
    expect((await b.next('room_updated')).room).toMatchObject({ id: room, pinned: true })
    await as(ada, 200, 'POST', `/api/chatrooms/${room}/remove_member/`, { user_id: bob.id })
    expect(await b.next('room_removed')).toMatchObject({ room_id: room })
  })

  it('a message that is edited or deleted changes the preview, and is never null while one is left', async () => {
    const room = await makeGroup(ada, bob)
    const first = await say(ada, room, 'first')
    const second = await say(ada, room, 'secnod')
    const b = await Listener.ofSidebar(bob)
    await as(ada, 200, 'PATCH', `/api/chatrooms/${room}/messages/${second.id}/`, { content: 'second' })
    expect((await b.next('last_message_updated')).last_message).toMatchObject({ id: second.id, content: 'second' })
    await as(ada, 204, 'DELETE', `/api/chatrooms/${room}/messages/${second.id}/`)
    const told = await b.next('last_message_updated')
    expect(told.last_message).toMatchObject({ id: first.id, content: 'first' })
    expect(told.unread_count).toBe(1)
  })

  it('typing in one of my rooms is told', async () => {
    const room = await makeGroup(ada, bob)
    const b = await Listener.ofSidebar(bob)
    const a = await Listener.inRoom(ada, room)
    a.send({ type: 'typing' })
    expect(await b.next('typing')).toMatchObject({ room_id: room, user_id: ada.id })
  })

  it('what the frames add up to is what a fresh snapshot shows', async () => {
    const rooms = [await makeGroup(ada, bob), await makeGroup(ada, bob), await directRoom(ada, bob)] as const
    const b = await Listener.ofSidebar(bob)
    for (let turn = 0; turn < 12; turn++) await say(ada, rooms[turn % 3] as number, `turn ${turn}`)
    const last = await say(ada, rooms[1], 'the last')
    await as(bob, 200, 'POST', `/api/chatrooms/${rooms[1]}/messages/${last.id}/mark_as_read/`)
    const view = () => {
      const shown = new Map<number, [number | undefined, number]>()
      for (const frame of b.events) {
        if (frame.type === 'snapshot')
          for (const each of frame.rooms) shown.set(each.id, [each.last_message?.id, each.unread_count])
        if (frame.type === 'last_message_updated')
          shown.set(frame.room_id, [frame.last_message?.id, frame.unread_count])
        if (frame.type === 'unread_updated')
          shown.set(frame.room_id, [shown.get(frame.room_id)?.[0], frame.unread_count])
      }
      return [...shown].sort(([one], [other]) => one - other)
    }
    const fresh = await roomsOf(bob)
    const wanted = fresh
      .map((each) => [each.id, [each.last_message?.id, each.unread_count]])
      .sort(([one], [other]) => one - other)
    await expect.poll(view).toEqual(wanted)
  })
})

describe('presence', () => {
  it('of the other in a direct room is told, and stands in every list', async () => {
    await directRoom(ada, bob)
    const a = await Listener.ofSidebar(ada)
    await Listener.ofSidebar(bob)
    expect(await a.next({ type: 'presence', user_id: bob.id })).toMatchObject({ online: true })
    const shown = async () => (await as(ada, 200, 'GET', `/api/users/${bob.id}/`)).body.online_status
    await expect.poll(shown).toBe(true)
  })

  it('does not flicker when one reconnects, and ends some seconds after the last socket has gone', async () => {
    await directRoom(ada, bob)
    const a = await Listener.ofSidebar(ada)
    const first = await Listener.ofSidebar(bob)
    await a.next({ type: 'presence', user_id: bob.id })
    first.close()
    for (let visit = 0; visit < 10; visit++) (await Listener.ofSidebar(bob)).close()
    expect(await a.next({ type: 'presence', user_id: bob.id })).toMatchObject({ online: false })
    expect(a.heard({ type: 'presence', user_id: bob.id }).map(({ online }) => online)).toEqual([true, false])
    const { body } = await as(ada, 200, 'GET', `/api/users/${bob.id}/`)
    expect(body.online_status).toBe(false)
  })
})

it('a frame that is not right is answered, and the socket stays open', async () => {
  const b = await Listener.ofSidebar(bob)
  b.send('{"type":"explode","ref":"x"}')
  expect(await b.next('error')).toMatchObject({ ref: 'x' })
  await b.ping()
})

it('a new member finds the room with nothing unread', async () => {
  const room = await makeGroup(ada)
  await say(ada, room, 'before')
  const carol = await signUp('carol')
  const c = await Listener.ofSidebar(carol)
  await as(ada, 200, 'POST', `/api/chatrooms/${room}/add_members/`, { users: [carol.id] })
  expect((await c.next('group_created')).group).toMatchObject({ id: room, unread_count: 0 })
  expect((await inListOf(carol, room)).unread_count).toBe(0)
})
