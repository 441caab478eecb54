/** Friend requests and friends: made once, settled once, asked again. */
import { beforeEach, describe, expect, it } from 'vitest'
import { ask } from '../ask.ts'
import { as, type Person, signUpAll } from '../cast.ts'
import { type Frame, Listener } from '../listener.ts'
import { expectShape, listOf } from '../shape.ts'
import { friendRequest, user } from '../shapes.ts'

let ada: Person
let bob: Person
let cy: Person
beforeEach(async () => {
  ;[ada, bob, cy] = await signUpAll('ada', 'bob', 'cy')
})

const PATH = '/api/friend-requests/'
const request = async (from: Person, to: Person): Promise<Frame> =>
  (await as(from, 201, 'POST', PATH, { to_user: to.id })).body
const settle = (who: Person, status: number, { id }: Frame, how: 'accept' | 'reject' | 'cancel') =>
  as(who, status, 'POST', `${PATH}${id}/${how}/`)
const friendsOf = async (who: Person) => (await as(who, 200, 'GET', '/api/profile/')).body.friends
const seen = async (viewer: Person, other: Person) => (await as(viewer, 200, 'GET', `/api/users/${other.id}/`)).body
const isSuccess = (status: number) => status >= 200 && status < 300

describe('a friend request', () => {
  it('is seen by both, from both sides', async () => {
    const made = await request(ada, bob)
    expectShape(made, friendRequest)
    expect(made).toMatchObject({ from_user: ada.id, to_user: bob.id, status: 'pending' })
    for (const who of [ada, bob]) {
      const { body } = await as(who, 200, 'GET', PATH)
      expectShape(body, listOf(friendRequest))
      expect(body).toEqual([made])
      expect((await as(who, 200, 'GET', `${PATH}${made.id}/`)).body).toEqual(made)
    }
    const sent = { friendship_status: 'request_sent', outgoing_request_id: made.id, incoming_request_id: null }
    expect(await seen(ada, bob)).toMatchObject(sent)
    const received = { friendship_status: 'request_received', outgoing_request_id: null, incoming_request_id: made.id }
    expect(await seen(bob, ada)).toMatchObject(received)
  })

  it('is none of anybody else’s business', async () => {
    const made = await request(ada, bob)
    expect((await as(cy, 200, 'GET', PATH)).body).toEqual([])
    await as(cy, 404, 'GET', `${PATH}${made.id}/`)
    for (const how of ['accept', 'reject', 'cancel'] as const) await settle(cy, 404, made, how)
  })

  it('is refused to oneself, to nobody, and twice', async () => {
    await as(ada, 400, 'POST', PATH, { to_user: ada.id })
    await as(ada, 400, 'POST', PATH, {})
    await as(ada, 404, 'POST', PATH, { to_user: 4_503_599_627_370_497 })
    const made = await request(ada, bob)
    await as(ada, 409, 'POST', PATH, { to_user: bob.id })
    await settle(bob, 200, made, 'accept')
    await as(ada, 409, 'POST', PATH, { to_user: bob.id })
    await as(bob, 409, 'POST', PATH, { to_user: ada.id })
  })

  it('is accepted or rejected by its receiver only, and cancelled by its sender only', async () => {
    const made = await request(ada, bob)
    await settle(ada, 403, made, 'accept')
    await settle(ada, 403, made, 'reject')
    await settle(bob, 403, made, 'cancel')
    expect((await as(ada, 200, 'GET', `${PATH}${made.id}/`)).body.status).toBe('pending')
  })

  it.each(['accept', 'reject', 'cancel'] as const)('is settled once: nothing follows %s', async (how) => {
    const made = await request(ada, bob)
    await settle(how === 'cancel' ? ada : bob, 200, made, how)
    await settle(bob, 410, made, 'accept')
    await settle(bob, 410, made, 'reject')
    await settle(ada, 410, made, 'cancel')
  })

  it.each(['reject', 'cancel'] as const)('may be made again after %s', async (how) => {
    const first = await request(ada, bob)
    await settle(how === 'cancel' ? ada : bob, 200, first, how)
    expect((await seen(ada, bob)).friendship_status).toBeNull()
    await settle(bob, 200, await request(ada, bob), 'accept')
    expect(await friendsOf(ada)).toEqual([bob.id])
  })

  it('accepted, makes both friends and opens their room', async () => {
    const sidebar = await Listener.ofSidebar(ada)
    const { body } = await settle(bob, 200, await request(ada, bob), 'accept')
    expect(typeof body.detail).toBe('string')
    const { group } = await sidebar.next('group_created')
    expect(body.room.id ?? body.room).toBe(group.id)
    for (const [who, other] of [
      [ada, bob],
      [bob, ada],
    ] as const) {
      expect(await friendsOf(who)).toEqual([other.id])
      expect((await seen(who, other)).friendship_status).toBe('friends')
      const { participants, is_group } = (await as(who, 200, 'GET', `/api/chatrooms/${group.id}/`)).body
      expect([participants.length, is_group]).toEqual([2, false])
    }
  })

  it('is notified to who gets it, and its acceptance to who sent it', async () => {
    const [a, b] = [await Listener.ofFeed(ada), await Listener.ofFeed(bob)]
    const made = await request(ada, bob)
    const asked = await b.next('new_notification')
    expect(asked.notification).toMatchObject({ notification_type: 'friend_request', sender_id: ada.id, is_read: false })
    await settle(bob, 200, made, 'accept')
    const accepted = await a.next('new_notification')
    expect(accepted.notification).toMatchObject({ notification_type: 'friend_accepted', sender_id: bob.id })
  })
})

describe('requests at the same time', () => {
  it('fifty equal ones make one', async () => {
    const one = () => ask('POST', PATH, { token: ada.access, body: { to_user: bob.id } })
    const statuses = (await Promise.all(Array.from({ length: 50 }, one))).map(({ status }) => status).sort()
    expect(statuses).toEqual([201, ...Array(49).fill(409)])
    expect((await as(bob, 200, 'GET', PATH)).body).toHaveLength(1)
  })

  it('crossed ones make one friendship and one room', async () => {
    const answers = await Promise.all([
      ask('POST', PATH, { token: ada.access, body: { to_user: bob.id } }),
      ask('POST', PATH, { token: bob.access, body: { to_user: ada.id } }),
    ])
    expect(answers.map(({ status }) => isSuccess(status))).toEqual([true, true])
    expect([await friendsOf(ada), await friendsOf(bob)]).toEqual([[bob.id], [ada.id]])
    expect((await as(ada, 200, 'GET', '/api/chatrooms/')).body.results).toHaveLength(1)
    expect((await as(ada, 200, 'GET', `${PATH}?status=pending`)).body.filter(isPending)).toEqual([])
  })

  it('acceptances make one friendship', async () => {
    const made = await request(ada, bob)
    const one = () => ask('POST', `${PATH}${made.id}/accept/`, { token: bob.access })
    const statuses = (await Promise.all(Array.from({ length: 10 }, one))).map(({ status }) => status).sort()
    expect(statuses).toEqual([200, ...Array(9).fill(410)])
    expect(await friendsOf(bob)).toEqual([ada.id])
  })
})

const isPending = ({ status }: Frame) => status === 'pending'

describe('friends', () => {
  beforeEach(async () => {
    await settle(bob, 200, await request(ada, bob), 'accept')
    await settle(ada, 200, await request(cy, ada), 'accept')
  })

  it.each(['/api/friends/', '/api/friends/list_friends/'])(
    '%s is a list of people, and can be searched',
    async (path) => {
      const { body } = await as(ada, 200, 'GET', path)
      expectShape(body, listOf(user))
      expect(body.map(({ id }: Person) => id).sort()).toEqual([bob.id, cy.id].sort())
      const found = (await as(ada, 200, 'GET', `${path}?search=${bob.username.toUpperCase()}`)).body
      expect(found.map(({ id }: Person) => id)).toEqual([bob.id])
      expect((await as(bob, 200, 'GET', path)).body.map(({ id }: Person) => id)).toEqual([ada.id])
    },
  )

  it('are looked up one by one, and nobody else is', async () => {
    const { body } = await as(ada, 200, 'GET', `/api/friends/${bob.id}/`)
    expectShape(body, user)
    await as(bob, 404, 'GET', `/api/friends/${cy.id}/`)
  })

  it.each([
    ['POST', 'remove_friend/'],
    ['DELETE', ''],
  ])('end by %s %s, for both, and may begin again', async (method, last) => {
    const end = await ask(method, `/api/friends/${ada.id}/${last}`, { token: bob.access })
    expect(isSuccess(end.status)).toBe(true)
    expect([await friendsOf(ada), await friendsOf(bob)]).toEqual([[cy.id], []])
    await as(ada, 404, 'GET', `/api/friends/${bob.id}/`)
    await settle(ada, 200, await request(bob, ada), 'accept')
    expect(await friendsOf(bob)).toEqual([ada.id])
  })
})
