/** `/api/friends`, and the friendships that people see of others. */
import { env } from 'cloudflare:workers'
import { beforeAll, expect, test } from 'vitest'
import { newId, Profile, User } from '../../src/protocol'
import { PASSWORD } from '../support/api'
import { counted } from '../support/counted'
import { ask, cast, direct, type Frame, get, post, remove, type Someone, say } from '../support/world'

let ada: Someone
let bob: Someone
let cy: Someone
let dan: Someone
let eve: Someone
beforeAll(async () => {
  ;({ ada, bob, cy, dan, eve } = await cast('ada', 'bob', 'cy', 'dan', 'eve'))
  await befriend(ada, cy)
  await befriend(bob, ada)
})

async function befriend(one: Someone, other: Someone): Promise<void> {
  const made = await post(one, '/api/friend-requests/', { to_user: other.id })
  const accepted = await post(other, `/api/friend-requests/${made.body.id}/accept/`)
  if (accepted.status !== 200) throw new Error(JSON.stringify(accepted.body))
}

const named = async (who: Someone, path: string) => (await get(who, path)).body.map(({ username }: User) => username)
const ids = async (who: Someone) => (await get(who, '/api/profile/')).body.friends.sort()

test.each(['/api/friends/', '/api/friends/list_friends/', '/api/friends', '/api/friends/list_friends'])(
  '%s lists my friends by name, as every list shows people',
  async (path) => {
    const { status, body, headers } = await get(ada, path)
    expect(status).toBe(200)
    for (const friend of body) expect(User.parse(friend)).toEqual(friend)
    expect(body.map(({ username }: User) => username)).toEqual(['bob', 'cy'])
    expect(body[0]).toEqual((await get(ada, `/api/users/${bob.id}/`)).body)
    expect(body[0].friendship_status).toBe('friends')
    expect(headers.get('Link')).toBeNull()
    expect(await named(dan, path)).toEqual([])
  },
)

test('the list can be searched, turned around and read in parts', async () => {
  expect(await named(ada, '/api/friends/?search=BO')).toEqual(['bob'])
  expect(await named(ada, '/api/friends/list_friends/?search=cy')).toEqual(['cy'])
  expect(await named(ada, '/api/friends/?search=dan')).toEqual([])
  expect(await named(ada, '/api/friends/?ordering=-username')).toEqual(['cy', 'bob'])
  const part = await get(ada, '/api/friends/?limit=1&search=')
  const next = /^<([^>]+)>; rel="next"$/.exec(part.headers.get('Link') ?? '')?.[1] ?? ''
  expect([...part.body, ...(await get(ada, next)).body].map(({ id }: User) => id)).toEqual([bob.id, cy.id])
  expect((await get(ada, '/api/friends/?limit=0')).body.code).toBe('invalid')
})

test('one friend is the same object as in the list; strangers, nobody and oneself are not there', async () => {
  const [first] = (await get(ada, '/api/friends/')).body
  expect((await get(ada, `/api/friends/${bob.id}/`)).body).toEqual(first)
  for (const id of [dan.id, ada.id, newId(), 'x']) {
    const { status, body } = await get(ada, `/api/friends/${id}/`)
    expect([status, body.code]).toEqual([404, 'not_found'])
  }
})

test('the profile names friends by id, at signing in too', async () => {
  const { body } = await get(ada, '/api/profile/')
  expect(Profile.parse(body)).toEqual(body)
  expect(body.friends.sort()).toEqual([bob.id, cy.id].sort())
  const { user } = (await ask('POST', '/api/login/', { body: { identifier: 'ada', password: PASSWORD } })).body
  expect(user.friends.sort()).toEqual(body.friends.sort())
  expect(await ids(dan)).toEqual([])
})

test.each([
  ['POST', (id: number | string) => `/api/friends/${id}/remove_friend/`, 200],
  ['DELETE', (id: number | string) => `/api/friends/${id}/`, 204],
] as const)(
  '%s ends the friendship for both, and leaves the room with what was said',
  async (method, path, success) => {
    await befriend(dan, eve)
    const room = await direct(dan, eve)
    await say(dan, room, 'still here')
    expect([await ids(dan), await ids(eve)]).toEqual([[eve.id], [dan.id]])
    const end = (who: Someone, id: number | string) => ask(method, path(id), { token: who.access })
    const { status, body } = await end(eve, dan.id)
    expect([status, typeof body?.detail]).toEqual([success, success === 200 ? 'string' : 'undefined'])
    expect([await ids(dan), await ids(eve)]).toEqual([[], []])
    expect((await get(dan, `/api/users/${eve.id}/`)).body.friendship_status).toBeNull()
    const { results } = (await get(dan, `/api/chatrooms/${room.id}/messages/`)).body
    expect(results[0].content).toBe('still here')
    expect((await say(eve, room, 'yes')).content).toBe('yes')
    for (const id of [dan.id, ada.id, newId(), 'x']) {
      const again = await end(eve, id)
      expect([again.status, again.body.code]).toEqual([404, 'not_found'])
    }
    expect(await ids(ada)).toEqual([bob.id, cy.id].sort())
  },
)

test('friendships are made by requests only', async () => {
  for (const [method, path] of [
    ['POST', '/api/friends/'],
    ['PUT', `/api/friends/${dan.id}/`],
    ['PATCH', `/api/friends/${dan.id}/`],
  ] as const) {
    expect((await ask(method, path, { token: ada.access, body: {} })).status).toBe(405)
  }
  expect((await ask('GET', '/api/friends/')).status).toBe(401)
})

test('a list of people says of each what stands between us, without a query more for each', async () => {
  const count = async (path: string) => {
    const { env: watched, sql } = counted()
    const { body } = await ask('GET', path, { token: ada.access, env: watched })
    return { queries: sql.length, shown: body.length as number }
  }
  const lists = ['/api/users/', '/api/friends/', '/api/blocks/', '/api/friend-requests/', '/api/profile/']
  const before = await Promise.all(lists.map(count))
  const people = await cast(...Array.from({ length: 12 }, (_, place) => `crowd${String(place).padStart(2, '0')}`))
  const crowd = Object.values(people)
  for (const [place, one] of crowd.entries()) {
    if (place % 4 === 0) await befriend(ada, one)
    if (place % 4 === 1) await post(ada, '/api/friend-requests/', { to_user: one.id })
    if (place % 4 === 2) await post(one, '/api/friend-requests/', { to_user: ada.id })
    if (place % 4 === 3) await post(ada, `/api/users/${one.id}/block/`)
  }
  const seen = (await get(ada, '/api/users/?search=crowd')).body as User[]
  expect(seen.map((user) => [user.friendship_status, user.blocked])).toEqual(
    crowd.map((_, place) => [['friends', 'request_sent', 'request_received', null][place % 4], place % 4 === 3]),
  )
  for (const user of seen) {
    expect(user.outgoing_request_id !== null).toBe(user.friendship_status === 'request_sent')
    expect(user.incoming_request_id !== null).toBe(user.friendship_status === 'request_received')
  }
  const after = await Promise.all(lists.map(count))
  // One that authenticates, and one that answers; of requests, one for each side.
  expect(before.map(({ queries }) => queries)).toEqual([2, 2, 2, 3, 2])
  expect(after.map(({ queries }) => queries)).toEqual([2, 2, 2, 3, 2])
  const grown = after.slice(0, 4).map(({ shown }, place) => shown - (before[place]?.shown ?? 0))
  expect(grown).toEqual([12, 3, 3, 9])
})

test('friends who cannot be spoken to are listed nowhere, and come back', async () => {
  const set = (value: number | null) =>
    env.DIRECTORY.prepare('UPDATE users SET disabled_at = ? WHERE id = ?').bind(value, cy.id).run()
  await set(1)
  expect(await named(ada, '/api/friends/?search=cy')).toEqual([])
  expect(await ids(ada)).not.toContain(cy.id)
  await set(null)
  expect(await named(ada, '/api/friends/?search=cy')).toEqual(['cy'])
  expect(await ids(ada)).toContain(cy.id)
})

test('what is between others is nobody else’s to see', async () => {
  const seen: Frame = (await get(eve, '/api/users/?search=bob')).body[0]
  expect(seen).toMatchObject({ friendship_status: null, outgoing_request_id: null, incoming_request_id: null })
  expect(await remove(eve, `/api/friends/${bob.id}/`)).toMatchObject({ status: 404 })
  expect(await ids(bob)).toEqual([ada.id])
})
