/** What other chat servers let strangers and former members do, and this one must not. */
import { beforeAll, describe, expect, it } from 'vitest'
import { ask } from '../ask.ts'
import { as, directRoom, makeGroup, type Person, roomsOf, say, signUp, signUpAll, unique } from '../cast.ts'
import { Listener, upgradeStatus } from '../listener.ts'

let ada: Person
let bob: Person
let stranger: Person
beforeAll(async () => {
  ;[ada, bob, stranger] = await signUpAll('ada', 'bob', 'stranger')
})

/** Everything that somebody can read without naming a message, in one text. */
async function everythingReadBy(who: Person, room: number): Promise<string> {
  const paths = [
    '/api/chatrooms/?limit=100',
    `/api/chatrooms/${room}/`,
    `/api/chatrooms/${room}/participants/`,
    `/api/chatrooms/${room}/messages/`,
    `/api/chatrooms/${room}/messages/?after=0`,
    `/api/chatrooms/${room}/messages/?search=canary`,
    `/api/chatrooms/${room}/shareable_link/`,
    '/api/search/?q=canary',
    `/api/search/?q=canary&room=${room}`,
    '/api/notifications/',
    '/api/notifications/unread/',
  ]
  const answers = await Promise.all(paths.map((path) => ask('GET', path, { token: who.access })))
  return answers.map(({ text }) => text).join('\n')
}

describe('a stranger', () => {
  it('lists, reads, posts and changes nothing, and is told nothing', async () => {
    const room = await makeGroup(ada, bob)
    const canary = unique('canary')
    const { id } = await say(ada, room, canary)
    expect(await everythingReadBy(bob, room)).toContain(canary)
    const [sidebar, feed] = [await Listener.ofSidebar(stranger), await Listener.ofFeed(stranger)]
    expect(await everythingReadBy(stranger, room)).not.toContain(canary)
    const message = `/api/chatrooms/${room}/messages/${id}/`
    for (const [method, path, body] of [
      ['POST', `/api/chatrooms/${room}/messages/`, { content: 'let me in' }],
      ['GET', message, undefined],
      ['PATCH', message, { content: 'defaced' }],
      ['DELETE', message, undefined],
      ['GET', `${message}history/`, undefined],
      ['POST', `${message}mark_as_read/`, undefined],
      ['GET', `${message}message_read_status/`, undefined],
      ['POST', `/api/chatrooms/${room}/add_members/`, { users: [stranger.id] }],
      ['DELETE', `/api/chatrooms/${room}/`, undefined],
    ] as const) {
      await as(stranger, 404, method, path, body)
    }
    expect((await upgradeStatus(`/ws/chat/${room}/?token=${stranger.access}`)).status).toBe(404)
    const another = await say(ada, room, `${canary} again`)
    const own = await makeGroup(bob, stranger)
    await sidebar.next({ type: 'group_created' })
    await say(bob, own, 'for you')
    await feed.next((frame) => frame.notification?.notification_type === 'new_message')
    expect([...sidebar.raw, ...feed.raw].join()).not.toContain(canary)
    expect((await as(ada, 200, 'GET', message)).body).toMatchObject({ content: canary, read_statuses: [] })
    expect(another.id).toBeGreaterThan(id)
  })

  it('cannot answer a message of a room by its id from another room', async () => {
    const [theirs, own] = [await makeGroup(ada, bob), await makeGroup(stranger, bob)]
    const canary = unique('canary')
    let foreign = await say(ada, theirs, canary)
    const mine = await say(stranger, own, 'mine')
    // So that the foreign id is no id of the own room.
    while (foreign.id <= mine.id + 1) foreign = await say(ada, theirs, canary)
    await as(stranger, 400, 'POST', `/api/chatrooms/${own}/messages/`, { content: 'quoting', reply_to: foreign.id })
    for (const rest of ['', 'history/', 'message_read_status/']) {
      await as(stranger, 404, 'GET', `/api/chatrooms/${own}/messages/${foreign.id}/${rest}`)
    }
    await as(stranger, 404, 'POST', `/api/chatrooms/${own}/messages/${foreign.id}/mark_as_read/`)
    const seat = await Listener.inRoom(stranger, own)
    for (const type of ['read_message', 'delivered', 'delete_message']) {
      expect(await seat.ask({ type, message_id: foreign.id })).toMatchObject({ type: 'error' })
    }
    expect((await as(ada, 200, 'GET', `/api/chatrooms/${theirs}/messages/${foreign.id}/`)).body).toMatchObject({
      content: canary,
      status: 'sent',
      read_statuses: [],
    })
  })
})

describe('a former member', () => {
  it('reads nothing, and hears nothing on sockets that were open', async () => {
    const room = await makeGroup(ada, bob, stranger)
    const known = unique('canary')
    await say(ada, room, known)
    expect(await everythingReadBy(stranger, room)).toContain(known)
    const sockets = [
      await Listener.inRoom(stranger, room),
      await Listener.ofSidebar(stranger),
      await Listener.ofFeed(stranger),
    ]
    await as(ada, 200, 'POST', `/api/chatrooms/${room}/remove_member/`, { user_id: stranger.id })
    sockets[0]?.send({ type: 'send_message', content: 'I am still here' })
    const canary = unique('canary')
    await say(ada, room, canary)
    const own = await makeGroup(bob, stranger)
    await sockets[1]?.next((frame) => frame.group?.id === own)
    await say(bob, own, 'for you')
    await sockets[2]?.next((frame) => frame.notification?.room_id === own)
    const heard = sockets.flatMap(({ raw }) => raw).join()
    expect(heard).not.toContain(canary)
    expect(await everythingReadBy(stranger, room)).not.toContain(canary)
    // What they were told while they were in the room is their own; the room itself is closed to them.
    for (const path of [`/api/chatrooms/${room}/messages/`, '/api/chatrooms/', `/api/search/?q=${known}`]) {
      expect((await ask('GET', path, { token: stranger.access })).text).not.toContain(known)
    }
    expect((await as(ada, 200, 'GET', `/api/chatrooms/${room}/messages/`)).text).not.toContain('I am still here')
  })
})

describe('the sidebar', () => {
  it('shows one’s own rooms and no others', async () => {
    const [one, other] = await signUpAll('one', 'other')
    const [mine, theirs] = [await directRoom(one, ada), await makeGroup(other, ada)]
    const sidebar = await Listener.open(one, '/ws/sidebar/')
    const { rooms } = await sidebar.next('snapshot')
    expect(rooms.map(({ id }: { id: number }) => id)).toEqual([mine])
    await say(ada, theirs, 'not for one')
    await say(ada, mine, 'for one')
    await sidebar.next('last_message_updated')
    expect(sidebar.raw.join()).not.toContain(String(theirs))
    expect((await roomsOf(one)).map(({ id }) => id)).toEqual([mine])
  })
})

describe('an ordinary member', () => {
  it('neither deletes the room nor removes, adds or promotes anybody', async () => {
    const carol = await signUp('carol')
    const room = await makeGroup(ada, bob, stranger)
    for (const [method, path, body] of [
      ['DELETE', '/', undefined],
      ['PATCH', '/', { room_name: 'Mine' }],
      ['POST', '/add_members/', { users: [carol.id] }],
      ['POST', '/remove_member/', { user_id: ada.id }],
      ['POST', '/remove_member/', { user_id: stranger.id }],
      ['POST', '/assign_admin/', { user_id: bob.id }],
      ['POST', '/revoke_admin/', { user_id: ada.id }],
      ['POST', '/bans/', { user_id: stranger.id }],
      ['POST', '/shareable_link/', {}],
    ] as const) {
      await as(bob, 403, method, `/api/chatrooms/${room}${path}`, body)
    }
    const { body } = await as(ada, 200, 'GET', `/api/chatrooms/${room}/`)
    expect(body.participants).toHaveLength(3)
    expect(body.admins).toEqual([{ id: ada.id }])
  })
})
