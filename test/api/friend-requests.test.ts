/** `/api/friend-requests`: sending, listing and answering friend requests. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { DELIVERY_TIME } from '../../src/directory/operation/outbox'
import { FriendRequest, newId, type User } from '../../src/protocol'
import { meetAfter } from '../support/barrier'
import {
  type Answer,
  ask,
  cast,
  direct,
  type Frame,
  forward,
  get,
  openFeed,
  openSidebar,
  post,
  presentTime,
  remove,
  type Someone,
  twice,
} from '../support/world'

let ada: Someone
let bob: Someone
let cy: Someone
let round = 0
beforeEach(async () => {
  const names = ['ada', 'bob', 'cy'].map((name) => `${name}${round}`)
  ;[ada, bob, cy] = Object.values(await cast(...names)) as [Someone, Someone, Someone]
  round += 1
})
afterEach(() => {
  vi.restoreAllMocks()
  presentTime()
})

const PATH = '/api/friend-requests/'
const request = (from: Someone, to: Someone) => post(from, PATH, { to_user: to.id })
const requested = async (from: Someone, to: Someone): Promise<Frame> => (await request(from, to)).body
const act = (who: Someone, of: Frame, what: 'accept' | 'reject' | 'cancel') => post(who, `${PATH}${of.id}/${what}/`)
const said = ({ status, body }: Answer) => [status, body.code]
/** The relationship of two people, as one of them sees it. */
const between = async (viewer: Someone, other: Someone) => {
  const { friendship_status, outgoing_request_id, incoming_request_id } = (await get(viewer, `/api/users/${other.id}/`))
    .body
  return [friendship_status, outgoing_request_id, incoming_request_id]
}
const friendsOf = async (who: Someone) => (await get(who, '/api/profile/')).body.friends
const news = async (who: Someone) => (await get(who, '/api/notifications/')).body as Frame[]
/** Sends `count` requests that are all signed in before any of them goes on. */
const together = (asking: ((env: Partial<Env>) => Promise<Answer>)[]) => {
  const race = meetAfter(asking.length, /FROM sessions s JOIN users u/)
  return Promise.all(asking.map((one) => one(race)))
}
const asking = (from: Someone, to: Someone) => (race: Partial<Env>) =>
  ask('POST', PATH, { token: from.access, body: { to_user: to.id }, env: race })
const acting = (who: Someone, of: Frame, what: string) => (race: Partial<Env>) =>
  ask('POST', `${PATH}${of.id}/${what}/`, { token: who.access, env: race })
const statuses = (answers: Answer[]) => answers.map(({ status }) => status).sort()

describe('asking', () => {
  test('makes a request that names both by their ids, and that both see', async () => {
    const { status, body } = await request(ada, bob)
    expect(status).toBe(201)
    expect(FriendRequest.parse(body)).toEqual(body)
    expect(body).toEqual({
      id: expect.any(Number),
      from_user: ada.id,
      to_user: bob.id,
      status: 'pending',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updated_at: body.created_at,
    })
    for (const who of [ada, bob]) {
      expect((await get(who, PATH)).body).toEqual([body])
      expect((await get(who, `${PATH}${body.id}/`)).body).toEqual(body)
    }
    expect((await get(cy, PATH)).body).toEqual([])
    expect(await between(ada, bob)).toEqual(['request_sent', body.id, null])
    expect(await between(bob, ada)).toEqual(['request_received', null, body.id])
    expect(await between(cy, ada)).toEqual([null, null, null])
  })

  test('takes the id from a form as well', async () => {
    const form = new URLSearchParams({ to_user: String(bob.id) })
    expect((await ask('POST', PATH, { token: ada.access, body: form })).status).toBe(201)
  })

  test('is refused for oneself, for nobody, and when it would be the second', async () => {
    const self = await request(ada, ada)
    expect(said(self)).toEqual([400, 'yourself'])
    expect(self.body.to_user).toEqual([expect.any(String)])
    expect(said(await post(ada, PATH, { to_user: newId() }))).toEqual([404, 'not_found'])
    for (const body of [{}, { to_user: 'bob' }, { to_user: 0 }, { to_user: [bob.id, cy.id] }]) {
      const { status, body: refusal } = await post(ada, PATH, body)
      expect([status, refusal.code]).toEqual([400, 'invalid'])
      expect(refusal.to_user).toEqual([expect.any(String)])
    }
    expect((await get(ada, PATH)).body).toEqual([])
    const first = await requested(ada, bob)
    expect(said(await request(ada, bob))).toEqual([409, 'already_requested'])
    await act(bob, first, 'accept')
    expect(said(await request(ada, bob))).toEqual([409, 'already_friends'])
    expect(said(await request(bob, ada))).toEqual([409, 'already_friends'])
  })

  test('needs somebody to be signed in', async () => {
    for (const [method, path] of [
      ['GET', PATH],
      ['POST', PATH],
      ['POST', `${PATH}1/accept/`],
    ] as const) {
      expect(said(await ask(method, path))).toEqual([401, 'not_authenticated'])
    }
  })

  test('somebody who has asked already makes the friendship and opens the room', async () => {
    const first = await requested(ada, bob)
    const { status, body } = await request(bob, ada)
    expect(status).toBe(201)
    expect(body).toMatchObject({ id: first.id, from_user: ada.id, to_user: bob.id, status: 'accepted' })
    expect(await friendsOf(ada)).toEqual([bob.id])
    expect(await friendsOf(bob)).toEqual([ada.id])
    expect((await get(ada, '/api/chatrooms/')).body.results).toHaveLength(1)
    expect((await news(ada)).map((each) => each.notification_type)).toEqual(['friend_accepted'])
  })
})

describe('accepting', () => {
  test('makes both friends and answers with the direct room, which both have', async () => {
    const made = await requested(ada, bob)
    const { status, body } = await act(bob, made, 'accept')
    expect(status).toBe(200)
    expect(body).toEqual({ detail: expect.any(String), room: expect.any(Number) })
    for (const [who, other] of [
      [ada, bob],
      [bob, ada],
    ] as const) {
      expect(await friendsOf(who)).toEqual([other.id])
      expect(await between(who, other)).toEqual(['friends', null, null])
      const friends = (await get(who, '/api/friends/')).body
      expect(friends.map(({ id }: User) => id)).toEqual([other.id])
      const room = (await get(who, `/api/chatrooms/${body.room}/`)).body
      expect(room).toMatchObject({ id: body.room, is_group: false, chat_name: other.username })
      expect((await get(who, `${PATH}${made.id}/`)).body).toMatchObject({ status: 'accepted' })
    }
    expect((await direct(ada, bob)).id).toBe(body.room)
  })

  test('keeps the direct room that the two had', async () => {
    const room = await direct(ada, bob)
    const { body } = await act(bob, await requested(ada, bob), 'accept')
    expect(body.room).toBe(room.id)
  })

  test('shows the new room on open sidebars', async () => {
    const [a, b] = [await openSidebar(ada), await openSidebar(bob)]
    const { body } = await act(bob, await requested(ada, bob), 'accept')
    for (const line of [a, b]) expect((await line.next('group_created')).group.id).toBe(body.room)
  })

  test('stands although the room does not answer; it is opened when it does', async () => {
    const made = await requested(ada, bob)
    let failures = 3
    const ROOMS = {
      getByName(name: string) {
        if (failures-- > 0) throw new Error('Network connection lost.')
        return env.ROOMS.getByName(name)
      },
    } as unknown as Env['ROOMS']
    const { status, body } = await ask('POST', `${PATH}${made.id}/accept/`, { token: bob.access, env: { ROOMS } })
    expect([status, failures]).toEqual([200, -1])
    expect((await get(ada, `/api/chatrooms/${body.room}/`)).status).toBe(200)
    expect(await friendsOf(ada)).toEqual([bob.id])
  })
})

describe('settling', () => {
  test('is not for those it does not concern, nor for the wrong one of the two', async () => {
    const made = await requested(ada, bob)
    expect(said(await act(ada, made, 'accept'))).toEqual([403, 'forbidden'])
    expect(said(await act(ada, made, 'reject'))).toEqual([403, 'forbidden'])
    expect(said(await act(bob, made, 'cancel'))).toEqual([403, 'forbidden'])
    for (const what of ['accept', 'reject', 'cancel'] as const) {
      expect(said(await act(cy, made, what))).toEqual([404, 'not_found'])
      expect(said(await act(cy, { id: newId() }, what))).toEqual([404, 'not_found'])
      expect(said(await act(cy, { id: 'x' }, what))).toEqual([404, 'not_found'])
    }
    expect(said(await get(cy, `${PATH}${made.id}/`))).toEqual([404, 'not_found'])
    expect((await get(bob, `${PATH}${made.id}/`)).body.status).toBe('pending')
  })

  test.each([
    ['accept', 'accepted'],
    ['reject', 'rejected'],
    ['cancel', 'cancelled'],
  ] as const)('after %s there is nothing left to settle', async (what, status) => {
    const made = await requested(ada, bob)
    const answer = await act(what === 'cancel' ? ada : bob, made, what)
    expect([answer.status, typeof answer.body.detail]).toEqual([200, 'string'])
    const after = (await get(ada, `${PATH}${made.id}/`)).body
    expect(after).toMatchObject({ status, created_at: made.created_at })
    expect(after.updated_at > made.updated_at).toBe(true)
    expect(said(await act(bob, made, 'accept'))).toEqual([410, 'settled'])
    expect(said(await act(bob, made, 'reject'))).toEqual([410, 'settled'])
    expect(said(await act(ada, made, 'cancel'))).toEqual([410, 'settled'])
  })

  test.each(['reject', 'cancel'] as const)('after %s one may ask again, and be accepted', async (what) => {
    const first = await requested(ada, bob)
    await act(what === 'reject' ? bob : ada, first, what)
    expect(await between(ada, bob)).toEqual([null, null, null])
    expect((await get(ada, '/api/chatrooms/')).body.results).toEqual([])
    const second = await requested(ada, bob)
    expect(second.id).not.toBe(first.id)
    expect((await act(bob, second, 'accept')).status).toBe(200)
    expect((await get(bob, PATH)).body.map(({ id }: Frame) => id)).toEqual([second.id, first.id])
  })

  test('a request once accepted may be made again after the friendship has ended', async () => {
    await act(bob, await requested(ada, bob), 'accept')
    expect((await remove(ada, `/api/friends/${bob.id}/`)).status).toBe(204)
    expect((await request(bob, ada)).status).toBe(201)
  })
})

describe('the list', () => {
  test('is newest first, by status and by direction, in parts', async () => {
    const out = await requested(ada, bob)
    const back = await requested(cy, ada)
    await act(ada, back, 'reject')
    const ids = async (query: string) => (await get(ada, `${PATH}${query}`)).body.map(({ id }: Frame) => id)
    expect(await ids('')).toEqual([back.id, out.id])
    expect(await ids('?status=pending')).toEqual([out.id])
    expect(await ids('?status=rejected')).toEqual([back.id])
    expect(await ids('?direction=incoming')).toEqual([back.id])
    expect(await ids('?direction=outgoing&status=pending')).toEqual([out.id])
    const part = await get(ada, `${PATH}?limit=1`)
    expect(part.body).toHaveLength(1)
    const next = /^<([^>]+)>; rel="next"$/.exec(part.headers.get('Link') ?? '')?.[1] ?? ''
    const last = await get(ada, next)
    expect(last.body.map(({ id }: Frame) => id)).toEqual([out.id])
    expect(last.headers.get('Link')).toBeNull()
  })

  test.each(['status=open', 'direction=both', 'limit=0', 'offset=-1'])('?%s is refused', async (query) => {
    expect(said(await get(ada, `${PATH}?${query}`))).toEqual([400, 'invalid'])
  })
})

describe('at once', () => {
  test('fifty equal requests make one, and one notification', async () => {
    const answers = await together(Array(50).fill(asking(ada, bob)))
    expect(statuses(answers)).toEqual([201, ...Array(49).fill(409)])
    expect((await get(bob, PATH)).body).toHaveLength(1)
    expect(await news(bob)).toHaveLength(1)
  })

  test('fifty crossed requests make one friendship and one room', async () => {
    const answers = await together(Array.from({ length: 50 }, (_, i) => (i % 2 ? asking(ada, bob) : asking(bob, ada))))
    expect(statuses(answers)).toEqual([201, 201, ...Array(48).fill(409)])
    expect((await get(ada, PATH)).body).toMatchObject([{ status: 'accepted' }])
    expect(await friendsOf(ada)).toEqual([bob.id])
    expect(await friendsOf(bob)).toEqual([ada.id])
    expect((await get(bob, '/api/chatrooms/')).body.results).toHaveLength(1)
  })

  test('twenty acceptances make one friendship, and one of them made it', async () => {
    const made = await requested(ada, bob)
    const answers = await together(Array(20).fill(acting(bob, made, 'accept')))
    expect(statuses(answers)).toEqual([200, ...Array(19).fill(410)])
    expect(await friendsOf(bob)).toEqual([ada.id])
    expect((await news(ada)).filter((each) => each.notification_type === 'friend_accepted')).toHaveLength(1)
  })

  test('of acceptance, rejection and cancellation one wins', async () => {
    const made = await requested(ada, bob)
    const ends = [acting(bob, made, 'accept'), acting(bob, made, 'reject'), acting(ada, made, 'cancel')]
    const answers = await together(ends)
    expect(statuses(answers)).toEqual([200, 410, 410])
    const [won] = ['accepted', 'rejected', 'cancelled'].filter((_, place) => answers[place]?.status === 200)
    expect((await get(ada, `${PATH}${made.id}/`)).body.status).toBe(won)
    expect(await friendsOf(ada)).toEqual(won === 'accepted' ? [bob.id] : [])
  })

  test('acceptance and the direct room opened by hand lead to the same room', async () => {
    const made = await requested(ada, bob)
    const open = (race: Partial<Env>) =>
      ask('POST', '/api/chatrooms/direct/', { token: ada.access, body: { user_id: bob.id }, env: race })
    const [accepted, opened] = await together([acting(bob, made, 'accept'), open])
    expect(accepted?.body.room).toBe(opened?.body.id)
  })
})

describe('notifications', () => {
  twice('tell the receiver of the request and the sender of the acceptance', async (interlude) => {
    const [a, b] = [await openFeed(ada), await openFeed(bob)]
    await interlude()
    const made = await requested(ada, bob)
    const { notification } = await b.next('new_notification')
    expect(notification).toMatchObject({
      notification_type: 'friend_request',
      sender: ada.username,
      sender_id: ada.id,
      message: expect.stringContaining(ada.username),
      room_id: null,
      is_read: false,
    })
    await interlude()
    const { body } = await act(bob, made, 'accept')
    expect((await a.next('new_notification')).notification).toMatchObject({
      notification_type: 'friend_accepted',
      sender_id: bob.id,
      message: expect.stringContaining(bob.username),
      room_id: body.room,
    })
    // Answered, it is nothing to look at any more.
    expect((await b.next('notification_updated')).notification).toMatchObject({ id: notification.id, is_read: true })
    expect((await news(cy)).length).toBe(0)
  })

  test.each(['reject', 'cancel'] as const)('of a request end with %s, and nobody hears of it', async (what) => {
    const made = await requested(ada, bob)
    expect((await news(bob)).map(({ is_read }) => is_read)).toEqual([false])
    await act(what === 'reject' ? bob : ada, made, what)
    expect((await news(bob)).map(({ is_read }) => is_read)).toEqual([true])
    expect(await news(ada)).toEqual([])
  })

  /** Feeds of which the first `times` calls fail; after that they are the real ones. */
  function failing(times: number): Partial<Env> {
    let left = times
    const FEEDS = {
      getByName(name: string) {
        if (left-- > 0) throw new Error('Network connection lost.')
        return env.FEEDS.getByName(name)
      },
    }
    return { FEEDS: FEEDS as unknown as Env['FEEDS'] }
  }

  test('come late when the feed is down, once; the request does not know', async () => {
    expect((await asking(ada, bob)(failing(2))).status).toBe(201)
    expect(await news(bob)).toHaveLength(1)
  })

  // The tries are spread over more than five seconds.
  test('are given up with one line in the log when the feed never answers', async () => {
    const lines: string[] = []
    vi.spyOn(console, 'error').mockImplementation((line) => lines.push(line))
    expect((await asking(ada, bob)(failing(9))).status).toBe(201)
    expect(lines.map((line) => JSON.parse(line))).toEqual([expect.objectContaining({ untold: { userId: bob.id } })])
    expect((await get(bob, PATH)).body).toHaveLength(1)
    // It stays noted in the directory, and is told when they come.
    expect(await news(bob)).toEqual([])
    forward(DELIVERY_TIME + 1_000)
    expect((await get(bob, PATH)).body).toHaveLength(1)
    expect(await news(bob)).toHaveLength(1)
  })
})
