/** Notifications by REST. */
import { beforeEach, describe, expect, it } from 'vitest'
import { ask } from '../ask.ts'
import { as, makeGroup, type Person, say, signUp, signUpAll } from '../cast.ts'
import { Listener } from '../listener.ts'
import { expectShape, listOf } from '../shape.ts'
import { notification } from '../shapes.ts'

let ada: Person
let bob: Person
let room: number
beforeEach(async () => {
  ;[ada, bob] = await signUpAll('ada', 'bob')
  room = await makeGroup(ada, bob)
})

interface Shown {
  id: number
  notification_type: string
  room_id: number
  count: number
  timestamp: string
  is_read: boolean
}

const list = async (who: Person, which = ''): Promise<Shown[]> => {
  const { body } = await as(who, 200, 'GET', `/api/notifications/${which}`)
  expectShape(body, listOf(notification))
  return body
}

const aboutRoom = async (who: Person, which = '') =>
  (await list(who, which)).filter((each) => each.notification_type === 'new_message')

describe('a notification', () => {
  it('is one for all that is unread in a room, and grows', async () => {
    await say(ada, room, 'one')
    const [first] = await aboutRoom(bob)
    expect(first).toMatchObject({ room_id: room, count: 1, is_read: false, sender_id: ada.id, content: 'one' })
    const last = await say(ada, room, 'two')
    const now = await aboutRoom(bob)
    expect(now).toHaveLength(1)
    expect(now[0]).toMatchObject({ id: first?.id, count: 2, content: 'two', message_id: last.id })
    expect(await aboutRoom(ada)).toEqual([])
  })

  it('is read when its messages have been read', async () => {
    const { id } = await say(ada, room, 'one')
    expect(await aboutRoom(bob, 'unread/')).toHaveLength(1)
    await as(bob, 200, 'POST', `/api/chatrooms/${room}/messages/${id}/mark_as_read/`)
    expect(await aboutRoom(bob, 'unread/')).toEqual([])
  })

  it('is marked, one by one and all at once', async () => {
    await say(ada, room, 'one')
    const other = await makeGroup(ada, bob)
    await say(ada, other, 'two')
    const [newest, older] = await aboutRoom(bob, 'unread/')
    expect([newest?.room_id, older?.room_id]).toEqual([other, room])
    const path = (each: Shown | undefined) => `/api/notifications/${each?.id}/`
    expectShape((await as(bob, 200, 'GET', path(newest))).body, notification)
    await as(bob, 204, 'POST', `${path(newest)}mark_read/`)
    expect(await aboutRoom(bob, 'unread/')).toEqual([older])
    for (const [method, is_read] of [
      ['PATCH', true],
      ['PUT', false],
    ] as const) {
      const { body } = await as(bob, 200, method, path(older), { is_read, message: 'forged', count: 99 })
      expect(body).toMatchObject({ ...older, is_read })
    }
    await as(bob, 204, 'POST', '/api/notifications/mark_all_read/')
    expect(await list(bob, 'unread/')).toEqual([])
    await as(bob, 204, 'DELETE', path(older))
    await as(bob, 404, 'GET', path(older))
  })

  it('is never made for what its reader saw, nor for a muted room', async () => {
    const muted = await makeGroup(ada, bob)
    await as(bob, 200, 'PATCH', `/api/chatrooms/${muted}/me/`, { muted: true })
    const seat = await Listener.inRoom(bob, room)
    const [seen] = [await say(ada, room, 'seen'), await say(ada, muted, 'muted')]
    await seat.next({ type: 'new_message', seq: seen.id })
    const heard = await makeGroup(ada, bob)
    await say(ada, heard, 'this one')
    expect((await aboutRoom(bob)).map(({ room_id }) => room_id)).toEqual([heard])
  })

  it('is its owner’s alone', async () => {
    await say(ada, room, 'one')
    const [own] = await aboutRoom(bob)
    // Ids are opaque: the same number may be another's own.
    const carol = await signUp('carol')
    for (const [method, rest, body] of [
      ['GET', '', undefined],
      ['PATCH', '', { is_read: true }],
      ['DELETE', '', undefined],
      ['POST', 'mark_read/', undefined],
    ] as const) {
      await as(carol, 404, method, `/api/notifications/${own?.id}/${rest}`, body)
    }
    expect((await aboutRoom(bob))[0]?.is_read).toBe(false)
  })

  it('is made by hand for oneself, and for others by staff alone', async () => {
    const { status, body } = await ask('POST', '/api/notifications/', {
      token: bob.access,
      body: { message: 'Buy milk' },
    })
    expect(status).toBe(201)
    expectShape(body, notification)
    expect(body).toMatchObject({ notification_type: 'system', message: 'Buy milk', is_read: false })
    expect(await list(bob)).toContainEqual(body)
    await as(bob, 403, 'POST', '/api/notifications/', { message: 'Buy my milk', user_id: ada.id })
    await as(bob, 400, 'POST', '/api/notifications/', {})
    expect((await list(ada)).map((each) => each.notification_type)).not.toContain('system')
  })
})

describe('the list of notifications', () => {
  it('is newest first and goes on behind a Link header', async () => {
    for (const name of ['one', 'two', 'three']) await say(ada, await makeGroup(ada, bob), name)
    const all = await list(bob)
    const ids = all.map(({ id }) => id)
    const times = all.map(({ timestamp }) => timestamp)
    expect(times).toEqual([...times].sort().reverse())
    let path: string | undefined = '/api/notifications/?limit=2'
    const seen: number[] = []
    while (path) {
      const { body, headers }: Awaited<ReturnType<typeof as>> = await as(bob, 200, 'GET', path)
      seen.push(...body.map(({ id }: Shown) => id))
      path = /^<(https?:\/\/[^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1]
    }
    expect(seen).toEqual(ids)
  })
})
