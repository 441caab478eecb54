/** Friend requests, friends and blocks. */
import { beforeEach, describe, expect, it } from 'vitest'
import { ask, asked } from '../ask.ts'
import { as, directRoom, makeGroup, type Person, signUp, signUpAll, unique } from '../cast.ts'
import { Listener } from '../listener.ts'
import { both, expectShape, id, listOf, object, words } from '../shape.ts'
import { friendRequest, user } from '../shapes.ts'

let ada: Person
let bob: Person
beforeEach(async () => {
  ;[ada, bob] = await signUpAll('ada', 'bob')
})

const requests = '/api/friend-requests/'
const request = async (from: Person, to: Person) =>
  (await as(from, 201, 'POST', requests, { to_user: to.id })).body as { id: number; status: string }

/** The one's and the other's view of what stands between them. */
const between = async (one: Person, other: Person) => {
  const look = async (viewer: Person, viewed: Person) => (await as(viewer, 200, 'GET', `/api/users/${viewed.id}/`)).body
  return [await look(one, other), await look(other, one)].map(
    ({ friendship_status, outgoing_request_id, incoming_request_id }) => [
      friendship_status,
      outgoing_request_id,
      incoming_request_id,
    ],
  )
}

async function befriend(one: Person, other: Person): Promise<number> {
  const { id } = await request(one, other)
  return (await as(other, 200, 'POST', `${requests}${id}/accept/`)).body.room
}

const friendsOf = async (who: Person, query = '') =>
  (await as(who, 200, 'GET', `/api/friends/${query}`)).body.map((each: Person) => each.id)

describe('a friend request', () => {
  it('is made, listed and shown to the two it is between', async () => {
    const { body } = await as(ada, 201, 'POST', requests, { to_user: bob.id })
    expectShape(body, friendRequest)
    for (const who of [ada, bob]) {
      const list = (await as(who, 200, 'GET', requests)).body
      expectShape(list, listOf(friendRequest))
      expect(list.map((each: { id: number }) => each.id)).toEqual([body.id])
      expect((await as(who, 200, 'GET', `${requests}${body.id}/`)).body).toEqual(body)
    }
    expect(await between(ada, bob)).toEqual([
      ['request_sent', body.id, null],
      ['request_received', null, body.id],
    ])
    const carol = await signUp('carol')
    expect((await as(carol, 200, 'GET', requests)).body).toEqual([])
  })

  it('is accepted, which opens the direct room', async () => {
    const { id: requestId } = await request(ada, bob)
    const { body } = await as(bob, 200, 'POST', `${requests}${requestId}/accept/`)
    expectShape(body, object({ detail: words, room: id }))
    expect(await between(ada, bob)).toEqual([
      ['friends', null, null],
      ['friends', null, null],
    ])
    for (const who of [ada, bob]) {
      expect((await as(who, 200, 'GET', `/api/chatrooms/${body.room}/`)).body.is_group).toBe(false)
    }
    expect((await as(ada, 200, 'POST', '/api/chatrooms/direct/', { user_id: bob.id })).body.id).toBe(body.room)
    expect((await as(ada, 200, 'GET', '/api/profile/')).body.friends).toEqual([bob.id])
  })

  it.each([
    ['reject', 'bob'],
    ['cancel', 'ada'],
  ])('that one side does %s may be made again', async (verb, by) => {
    const { id } = await request(ada, bob)
    const [who, other] = by === 'ada' ? [ada, bob] : [bob, ada]
    await as(other, 403, 'POST', `${requests}${id}/${verb}/`)
    await as(who, 200, 'POST', `${requests}${id}/${verb}/`)
    expect(await between(ada, bob)).toEqual([
      [null, null, null],
      [null, null, null],
    ])
    for (const again of ['accept', 'reject']) await as(bob, 410, 'POST', `${requests}${id}/${again}/`)
    await request(ada, bob)
  })

  it('is not for oneself, nobody, or the same person twice', async () => {
    await as(ada, 400, 'POST', requests, { to_user: ada.id })
    await as(ada, 404, 'POST', requests, { to_user: 4503599627370497 })
    await as(ada, 400, 'POST', requests, {})
    await request(ada, bob)
    await as(ada, 409, 'POST', requests, { to_user: bob.id })
    await befriend(bob, await signUp('carol'))
  })

  it('of others is theirs', async () => {
    const { id } = await request(ada, bob)
    const carol = await signUp('carol')
    for (const verb of ['accept', 'reject', 'cancel']) {
      expect([403, 404]).toContain((await ask('POST', `${requests}${id}/${verb}/`, { token: carol.access })).status)
    }
    await as(ada, 403, 'POST', `${requests}${id}/accept/`)
    await as(bob, 200, 'POST', `${requests}${id}/accept/`)
    await as(ada, 409, 'POST', requests, { to_user: bob.id })
  })

  it('that crosses another becomes one friendship', async () => {
    const send = (from: Person, to: Person) => ask('POST', requests, { token: from.access, body: { to_user: to.id } })
    await Promise.all([send(ada, bob), send(bob, ada)])
    expect(await friendsOf(ada)).toEqual([bob.id])
    expect(await friendsOf(bob)).toEqual([ada.id])
  })
})

describe('friends', () => {
  it('are listed, found and shown', async () => {
    const carol = await signUp('carol')
    await befriend(ada, bob)
    await befriend(carol, ada)
    for (const path of ['/api/friends/', '/api/friends/list_friends/']) {
      const { body, text } = await as(ada, 200, 'GET', path)
      expectShape(body, listOf(object({ id, username: words })))
      expect(body.map((each: Person) => each.id).sort()).toEqual([bob.id, carol.id].sort())
      expect(text).not.toContain('@')
    }
    expect(await friendsOf(ada, `?search=${bob.username}`)).toEqual([bob.id])
    expect(await friendsOf(ada, `?search=${unique('nobody')}`)).toEqual([])
    expect((await as(ada, 200, 'GET', `/api/friends/${bob.id}/`)).body.id).toBe(bob.id)
    const stranger = await signUp('stranger')
    await as(ada, 404, 'GET', `/api/friends/${stranger.id}/`)
  })

  it.each([
    ['POST', 'remove_friend/'],
    ['DELETE', ''],
  ])('are removed by %s %s, and may be asked again', async (method, rest) => {
    await befriend(ada, bob)
    const { status } = await ask(method, `/api/friends/${bob.id}/${rest}`, { token: ada.access })
    expect([200, 204]).toContain(status)
    for (const who of [ada, bob]) expect(await friendsOf(who)).toEqual([])
    await as(ada, 404, method, `/api/friends/${bob.id}/${rest}`)
    await befriend(bob, ada)
    expect(await friendsOf(ada)).toEqual([bob.id])
  })
})

describe('blocking', () => {
  const block = (who: Person, whom: Person, method = 'POST') =>
    ask(method, `/api/users/${whom.id}/block/`, { token: who.access })

  it('ends friendship and refuses requests and direct messages, both ways', async () => {
    const room = await befriend(ada, bob)
    const post = (who: Person) =>
      ask('POST', `/api/chatrooms/${room}/messages/`, { token: who.access, body: { content: 'x' } })
    expect((await post(ada)).status).toBe(201)
    expect([200, 201, 204]).toContain((await block(ada, bob)).status)
    for (const [who, other] of [
      [ada, bob],
      [bob, ada],
    ] as const) {
      expect(await friendsOf(who)).toEqual([])
      expect((await post(who)).status).toBe(403)
      await as(who, 403, 'POST', requests, { to_user: other.id })
      const seat = await Listener.inRoom(who, room)
      expect(await seat.ask({ type: 'send_message', content: 'x' })).toMatchObject({ type: 'error' })
    }
    const blocked = (await as(ada, 200, 'GET', '/api/blocks/')).body
    expectShape(blocked, listOf(both(user, object({ id }))))
    expect(blocked.map((each: Person) => each.id)).toEqual([bob.id])
    expect((await as(bob, 200, 'GET', '/api/blocks/')).body).toEqual([])
    expect([200, 204]).toContain((await block(ada, bob, 'DELETE')).status)
    expect((await post(bob)).status).toBe(201)
  })

  it('hides presence', async () => {
    await directRoom(ada, bob)
    await Listener.ofSidebar(ada)
    const online = async () => (await as(bob, 200, 'GET', `/api/users/${ada.id}/`)).body.online_status
    await expect.poll(online).toBe(true)
    await block(ada, bob)
    await expect.poll(online).toBe(false)
  })

  it('leaves groups as they are', async () => {
    const room = await makeGroup(ada, bob)
    await block(ada, bob)
    await as(bob, 201, 'POST', `/api/chatrooms/${room}/messages/`, { content: 'still in the group' })
    await as(ada, 200, 'GET', `/api/chatrooms/${room}/messages/`)
  })

  it('is not for oneself, nor for nobody', async () => {
    expect((await block(ada, ada)).status).toBe(400)
    await asked(404, 'POST', '/api/users/4503599627370497/block/', { token: ada.access })
  })
})
