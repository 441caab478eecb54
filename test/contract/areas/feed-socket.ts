/** `/ws/notifications/`: what happened while one was not looking. */
import { beforeEach, describe, expect, it } from 'vitest'
import { as, makeGroup, type Person, say, signUpAll } from '../cast.ts'
import { Listener } from '../listener.ts'

let ada: Person
let bob: Person
let room: number
beforeEach(async () => {
  ;[ada, bob] = await signUpAll('ada', 'bob')
  room = await makeGroup(ada, bob)
})

const aboutRoom =
  (id: number) => (frame: { type?: string; notification?: { room_id: number; notification_type: string } }) =>
    frame.type === 'new_notification' &&
    frame.notification?.room_id === id &&
    frame.notification.notification_type === 'new_message'

describe('on connecting', () => {
  it('come the newest, and how many are unread', async () => {
    await say(ada, room, 'hello')
    const b = await Listener.open(bob, '/ws/notifications/')
    const { notifications, unread_count } = await b.next('notification_list')
    expect(notifications).toEqual((await as(bob, 200, 'GET', '/api/notifications/?limit=20')).body)
    expect(unread_count).toBe((await as(bob, 200, 'GET', '/api/notifications/unread/')).body.length)
    expect(unread_count).toBeGreaterThan(0)
    await b.ping()
  })
})

describe('live', () => {
  it('one comes for the first message of a room, and grows with the next', async () => {
    const b = await Listener.ofFeed(bob)
    await say(ada, room, 'one')
    const { notification } = await b.next(aboutRoom(room))
    expect(notification).toMatchObject({ notification_type: 'new_message', room_id: room, count: 1, is_read: false })
    await say(ada, room, 'two')
    const grown = await b.next((frame) => frame.type === 'notification_updated' && frame.notification.count === 2)
    expect(grown.notification).toMatchObject({ id: notification.id, content: 'two' })
  })

  it('what changes by REST, or by reading, is told', async () => {
    const b = await Listener.ofFeed(bob)
    const { id } = await say(ada, room, 'one')
    const { notification } = await b.next(aboutRoom(room))
    await as(bob, 200, 'POST', `/api/chatrooms/${room}/messages/${id}/mark_as_read/`)
    const read = await b.next((frame) => frame.type === 'notification_updated' && frame.notification.is_read)
    expect(read.notification.id).toBe(notification.id)
    await as(bob, 204, 'DELETE', `/api/notifications/${notification.id}/`)
    expect(await b.next('notification_removed')).toMatchObject({ notification_id: notification.id })
  })
})

describe('commands', () => {
  it('mark_read marks one, and says whether it did', async () => {
    const [one, other] = await Promise.all([Listener.ofFeed(bob), Listener.ofFeed(bob)])
    await say(ada, room, 'one')
    const { notification } = await one.next(aboutRoom(room))
    one.send({ action: 'mark_read', notification_id: notification.id })
    expect(await one.next('mark_read_response')).toMatchObject({ notification_id: notification.id, success: true })
    const told = await other.next((frame) => frame.type === 'notification_updated' && frame.notification.is_read)
    expect(told.notification.id).toBe(notification.id)
    one.send({ action: 'mark_read', notification_id: 4503599627370497 })
    expect(await one.next('mark_read_response')).toMatchObject({ success: false })
  })

  it('mark_all_read marks all, and says how many', async () => {
    const b = await Listener.ofFeed(bob)
    const other = await makeGroup(ada, bob)
    await say(ada, room, 'one')
    await say(ada, other, 'two')
    for (const each of [room, other]) await b.next(aboutRoom(each))
    const unread = (await as(bob, 200, 'GET', '/api/notifications/unread/')).body.length
    b.send({ action: 'mark_all_read' })
    expect(await b.next('mark_all_read_response')).toMatchObject({ count: unread, success: true })
    expect((await as(bob, 200, 'GET', '/api/notifications/unread/')).body).toEqual([])
  })

  it('get_unread answers the list of what is unread', async () => {
    await say(ada, room, 'one')
    const b = await Listener.ofFeed(bob)
    b.send({ action: 'get_unread' })
    const { notifications, unread_count } = await b.next('notification_list')
    expect(notifications).toHaveLength(unread_count)
    for (const each of notifications) expect(each.is_read).toBe(false)
  })

  it('that are not known are answered with an error, and the socket stays open', async () => {
    const b = await Listener.ofFeed(bob)
    for (const frame of [
      '{"action":"explode"}',
      'nonsense',
      '{"action":"mark_read"}',
      '{"action":"mark_read","notification_id":"x"}',
    ]) {
      b.send(frame)
      await b.next('error')
    }
    await b.ping()
  })
})
