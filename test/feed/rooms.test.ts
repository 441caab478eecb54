/** Notifications of rooms: one per room while it is unread, none for what was seen, settled where it is read. */
import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { TIMES } from '../../src/config'
import { FeedDown, Notification } from '../../src/protocol'
import {
  atRest,
  done,
  enter,
  type Frame,
  feedActor,
  forward,
  get,
  group,
  openFeed,
  openSidebar,
  patch,
  pause,
  post,
  presentTime,
  remove,
  roomActor,
  type Someone,
  say,
  sidebarActor,
  signUp,
  twice,
} from '../support/world'

let ada: Someone
let bob: Someone
let room: Frame
let people = 0
beforeEach(async () => {
  people += 1
  ada = await signUp(`ada${people}`, { first_name: 'Ada' })
  bob = await signUp(`bob${people}`)
  room = await group(ada, [bob], { room_name: 'Room' })
  // The invitation is news of its own; what follows is about messages.
  await atRest(room)
  for (const { id } of await list(bob)) await remove(bob, `/api/notifications/${id}/`)
})
afterEach(presentTime)

const list = async (who: Someone): Promise<Frame[]> => (await get(who, '/api/notifications/')).body
const unread = async (who: Someone): Promise<Frame[]> => (await get(who, '/api/notifications/unread/')).body
const told = async (...contents: string[]): Promise<Frame[]> => {
  const messages = []
  for (const content of contents) {
    messages.push(await say(ada, room, content))
    await atRest(room)
  }
  return messages
}

twice('[R80] [R81] unread messages of a room collapse into one notification that grows', async (interlude) => {
  const feed = await openFeed(bob)
  expect(feed.frames[0]).toEqual({ type: 'notification_list', notifications: [], unread_count: 0 })
  await interlude()
  const [first] = await told('one')
  const { notification, unread_count } = await feed.next('new_notification')
  expect(unread_count).toBe(1)
  expect(Notification.parse(notification)).toEqual(notification)
  expect(notification).toMatchObject({
    notification_type: 'new_message',
    sender: 'Ada',
    sender_id: ada.id,
    message: 'New message in Room',
    content: 'one',
    chat_name: 'Room',
    room_id: room.id,
    message_id: first?.id,
    count: 1,
    is_read: false,
  })
  await interlude()
  await told('two', 'three')
  const grown = await feed.next('notification_updated', (frame) => frame.notification.count === 3)
  expect(grown).toMatchObject({ unread_count: 1 })
  expect(grown.notification).toMatchObject({ id: notification.id, content: 'three', message: '3 new messages in Room' })
  await interlude()
  expect(await list(bob)).toEqual([grown.notification])
  for (const frame of feed.frames) expect(FeedDown.parse(frame)).toEqual(frame)
  // Whoever opens their notifications now is greeted with it.
  const other = await openFeed(bob)
  expect(other.frames[0]).toEqual({ type: 'notification_list', notifications: [grown.notification], unread_count: 1 })
})

twice('[R81] [R66] what was missed while nobody looked is there when somebody does', async (interlude) => {
  await told('one', 'two', 'three')
  await interlude()
  expect(await unread(bob)).toMatchObject([{ count: 3, content: 'three' }])
  await told('four')
  await interlude()
  const feed = await openFeed(bob)
  expect(feed.frames[0]).toMatchObject({ unread_count: 1, notifications: [{ count: 4, content: 'four' }] })
})

twice('[R84] reading in the room settles its notification, on every device', async (interlude) => {
  const feed = await openFeed(bob)
  const [message] = await told('one')
  const { notification } = await feed.next('new_notification')
  await interlude()
  await post(bob, `/api/chatrooms/${room.id}/messages/${message?.id}/mark_as_read/`)
  await atRest(room)
  const settled = await feed.next('notification_updated')
  expect(settled).toMatchObject({ unread_count: 0, notification: { id: notification.id, is_read: true } })
  await interlude()
  expect(await unread(bob)).toEqual([])
  // What comes next is a notification of its own.
  await told('two')
  expect((await feed.next('new_notification')).notification).toMatchObject({ count: 1, content: 'two' })
  expect(await list(bob)).toHaveLength(2)
})

twice('[R84] reading in the room settles it also when nobody is looking', async (interlude) => {
  const [message] = await told('one')
  expect(await unread(bob)).toHaveLength(1)
  await told('two')
  await interlude()
  await post(bob, `/api/chatrooms/${room.id}/messages/${(message?.id ?? 0) + 1}/mark_as_read/`)
  await interlude()
  expect(await unread(bob)).toEqual([])
})

twice('[R83] nothing is announced for a room that is open on any device, until it is closed', async (interlude) => {
  const feed = await openFeed(bob)
  const inside = await enter(bob, room)
  await interlude()
  await told('seen')
  await inside.next('new_message')
  expect(await feed.heard()).toEqual([])
  expect(await unread(bob)).toEqual([])
  await interlude()
  inside.close()
  await inside.closed()
  forward(TIMES.presenceGrace + 1)
  await runDurableObjectAlarm(sidebarActor(bob))
  await told('unseen')
  expect((await feed.next('new_notification')).notification).toMatchObject({ content: 'unseen' })
})

twice('[R83] what stood in an open room is not announced after it is closed either', async (interlude) => {
  const inside = await enter(bob, room)
  await told('one', 'two')
  await interlude()
  expect(await unread(bob)).toEqual([])
  inside.close()
  await inside.closed()
  // Until the room has told the list.
  await pause(100)
  await interlude()
  // Whoever else reads there changes nothing about that.
  await say(bob, room, 'mine')
  await atRest(room)
  await interlude()
  expect(await unread(bob)).toEqual([])
  await told('three')
  expect(await unread(bob)).toMatchObject([{ content: 'three' }])
})

twice('[R81] what came while nobody looked is announced also if one enters its room first', async (interlude) => {
  // The first is told, as nothing was unread; the second the list would have to ask for.
  await told('one', 'two')
  await interlude()
  const inside = await enter(bob, room)
  await atRest(room)
  await interlude()
  const announced = [{ content: 'two', count: 2, is_read: false }]
  expect(await unread(bob)).toMatchObject(announced)
  // From here on it stands before one's eyes.
  await told('three')
  await inside.next('new_message')
  expect(await unread(bob)).toMatchObject(announced)
  inside.close()
  await inside.closed()
})

twice(
  '[R83] what a device has shown before its connection was lost is not announced when it comes back',
  async (interlude) => {
    await told('one')
    const inside = await enter(bob, room)
    await told('two')
    const shown = await inside.next('new_message')
    await evictDurableObject(roomActor(room), { webSockets: 'close' })
    await inside.closed()
    await interlude()
    const again = await enter(bob, room, `?after=${shown.seq}`)
    await atRest(room)
    expect(await unread(bob)).toMatchObject([{ content: 'one', count: 1 }])
    again.close()
    await again.closed()
  },
)

test('[R83] a list that forgets that a room was just closed lets it announce what comes', async () => {
  const feed = await openFeed(bob)
  const list = await openSidebar(bob)
  const inside = await enter(bob, room)
  inside.close()
  await inside.closed()
  await atRest(room)
  // Within the grace period: what is closing stands in memory only, and what is kept says that it is open.
  await evictDurableObject(sidebarActor(bob))
  await told(`unseen, @${bob.username}`)
  const types = new Set()
  while (types.size < 2) types.add((await feed.next('new_notification')).notification.notification_type)
  expect(types).toEqual(new Set(['new_message', 'mention']))
  list.close()
})

test('[R83] a room whose sockets were lost with it announces what comes', async () => {
  const feed = await openFeed(bob)
  await openSidebar(bob)
  const inside = await enter(bob, room)
  await atRest(room)
  await evictDurableObject(roomActor(room), { webSockets: 'close' })
  expect((await inside.closed()).code).toBe(1006)
  await told('unseen')
  expect((await feed.next('new_notification')).notification).toMatchObject({ content: 'unseen' })
})

twice('[R83] a mention in a room that is open is seen there', async (interlude) => {
  const feed = await openFeed(bob)
  const inside = await enter(bob, room)
  await interlude()
  await told(`seen, @${bob.username}`)
  await inside.next('new_message')
  await atRest(room)
  expect(await feed.heard()).toEqual([])
  expect(await unread(bob)).toEqual([])
})

twice('[R83] nothing is announced for a muted room, mentions excepted', async (interlude) => {
  const feed = await openFeed(bob)
  await done(patch(bob, `/api/chatrooms/${room.id}/me/`, { muted: true }))
  await interlude()
  await told('quiet')
  await interlude()
  expect(await feed.heard()).toEqual([])
  expect(await unread(bob)).toEqual([])
  await told(`not quiet, @${bob.username}`)
  const { notification } = await feed.next('new_notification')
  expect(notification).toMatchObject({ notification_type: 'mention', sender_id: ada.id, room_id: room.id })
  expect(await unread(bob)).toHaveLength(1)
})

twice('[R83] one’s own messages announce nothing to oneself', async (interlude) => {
  const feed = await openFeed(ada)
  await told('mine')
  await interlude()
  expect((await feed.heard()).filter(({ notification }) => notification?.notification_type === 'new_message')).toEqual(
    [],
  )
})

twice('[R82] what is marked read here does not come back with the next message', async (interlude) => {
  const feed = await openFeed(bob)
  await told('one', 'two')
  const [known] = await unread(bob)
  await post(bob, `/api/notifications/${known?.id}/mark_read/`)
  await interlude()
  await told('three')
  const { notification } = await feed.next('new_notification', (frame) => frame.notification.id !== known?.id)
  expect(notification).toMatchObject({ count: 1, content: 'three' })
  expect((await get(bob, `/api/chatrooms/${room.id}/`)).body.unread_count).toBe(3)
})

twice('[R82] what is taken back or read in the room after it was dealt with hides nothing newer', async (interlude) => {
  const [one, two, three] = await told('one', 'two', 'three')
  await post(bob, '/api/notifications/mark_all_read/')
  await interlude()
  const [four] = await told('four', 'five')
  const shown = [{ content: 'five', count: 2 }]
  expect(await unread(bob)).toMatchObject(shown)
  await remove(ada, `/api/chatrooms/${room.id}/messages/${two?.id}/`)
  await atRest(room)
  expect(await unread(bob)).toMatchObject(shown)
  await interlude()
  await post(bob, `/api/chatrooms/${room.id}/messages/${one?.id}/mark_as_read/`)
  await atRest(room)
  expect(await unread(bob)).toMatchObject(shown)
  await interlude()
  await remove(ada, `/api/chatrooms/${room.id}/messages/${four?.id}/`)
  await atRest(room)
  expect(await unread(bob)).toMatchObject([{ content: 'five', count: 1 }])
  // Nothing of what was dealt with is unread any more; then nothing at all.
  await post(bob, `/api/chatrooms/${room.id}/messages/${three?.id}/mark_as_read/`)
  await told('six')
  expect(await unread(bob)).toMatchObject([{ content: 'six', count: 2 }])
  await interlude()
  await post(bob, '/api/notifications/mark_all_read/')
  for (const { id } of await list(bob)) await remove(bob, `/api/notifications/${id}/`)
  await remove(ada, `/api/chatrooms/${room.id}/messages/${three?.id}/`)
  await atRest(room)
  expect(await list(bob)).toEqual([])
})

twice('[R82] marking unread again brings it back, as the room’s one notification', async (interlude) => {
  const feed = await openFeed(bob)
  await told('one', 'two')
  const [old] = await unread(bob)
  const read = async (is_read: boolean) => (await patch(bob, `/api/notifications/${old?.id}/`, { is_read })).body
  expect(await read(true)).toMatchObject({ is_read: true })
  await told('three')
  const [newer] = await unread(bob)
  expect(newer).toMatchObject({ count: 1 })
  await interlude()
  expect(await read(false)).toMatchObject({ id: old?.id, is_read: false, count: 3, content: 'three' })
  expect(await feed.next('notification_removed')).toMatchObject({ notification_id: newer?.id, unread_count: 1 })
  expect((await feed.next('notification_updated')).notification).toMatchObject({ id: old?.id, count: 3 })
  await interlude()
  await told('four')
  expect(await unread(bob)).toMatchObject([{ id: old?.id, count: 4, message: '4 new messages in Room' }])
})

twice('[R82] marked unread again it counts also what was dealt with after it', async (interlude) => {
  await told('one', 'two')
  await post(bob, '/api/notifications/mark_all_read/')
  const [old] = await list(bob)
  await told('three')
  await interlude()
  await post(bob, '/api/notifications/mark_all_read/')
  await patch(bob, `/api/notifications/${old?.id}/`, { is_read: false })
  await interlude()
  await told('four')
  expect(await unread(bob)).toMatchObject([{ id: old?.id, count: 4, content: 'four' }])
})

twice('[R81] it quotes what others said last, not what one said oneself after it', async (interlude) => {
  const feed = await openFeed(bob)
  const [first, second] = await told('one', 'two')
  await feed.next('notification_updated', (frame) => frame.notification.count === 2)
  await interlude()
  await say(bob, room, 'mine')
  await atRest(room)
  expect(await list(bob)).toMatchObject([{ sender_id: ada.id, content: 'two', message_id: second?.id, count: 2 }])
  await interlude()
  // What it quotes is taken back: it quotes what is the newest then.
  await remove(ada, `/api/chatrooms/${room.id}/messages/${second?.id}/`)
  await atRest(room)
  expect(await list(bob)).toMatchObject([{ sender_id: ada.id, content: 'one', message_id: first?.id, count: 1 }])
  expect(feed.frames.filter(({ notification }) => notification?.sender_id === bob.id)).toEqual([])
})

test('[R85] telling a feed again changes nothing', async () => {
  const feed = await openFeed(bob)
  await told('one', 'two')
  await feed.next('notification_updated', (frame) => frame.notification.count === 2)
  const before = await list(bob)
  const state = {
    room: room.id,
    instance: '',
    revision: 1_000,
    version: 1_000,
    is_group: true,
    chat_name: 'Room',
    last_unread: (await get(bob, '/api/chatrooms/')).body.results[0].last_message,
    unread: 2,
    quiet: false,
    rewritten: 0,
    gone: false,
  }
  const tell = async (changes: object) =>
    (await feedActor(bob).unreadChanged({ ...state, ...changes })) as { instance: string; accepted: boolean }
  for (let n = 0; n < 3; n++) await tell({})
  expect(await list(bob)).toEqual(before)
  expect(await feed.heard()).toEqual([])
  const { instance } = await tell({ revision: 1_001, unread: 3 })
  expect(await feed.heardTypes()).toEqual(['notification_updated'])
  // On its way for longer than what was told after it.
  await tell({ unread: 2 })
  // Not through the API, which has the list tell the feed what is really so.
  const kept = async () => (await feedActor(bob).list(10, 0)).map(({ count }) => count)
  expect(await kept()).toEqual([3])
  // As long, and the feed has forgotten meanwhile what it was told: then it has to be told again.
  await evictDurableObject(feedActor(bob))
  const late = await tell({ instance, revision: 999, unread: 9 })
  expect(late).toMatchObject({ accepted: false })
  expect(late.instance).not.toBe(instance)
  expect(await kept()).toEqual([3])
  expect(await tell({ instance: late.instance, revision: 1_002, unread: 3 })).toEqual({
    instance: late.instance,
    accepted: true,
  })
})

twice('[R86] [R85] a removed notification is gone on every device, and does not come back', async (interlude) => {
  const [one, two] = [await openFeed(bob), await openFeed(bob)]
  await told('one')
  const { notification } = await one.next('new_notification')
  await interlude()
  expect((await remove(bob, `/api/notifications/${notification.id}/`)).status).toBe(204)
  for (const feed of [one, two]) {
    expect(await feed.next('notification_removed')).toMatchObject({ notification_id: notification.id, unread_count: 0 })
  }
  expect((await remove(bob, `/api/notifications/${notification.id}/`)).status).toBe(404)
  await interlude()
  await told('two')
  expect((await one.next('new_notification')).notification).toMatchObject({ count: 1 })
})

twice('[R84] a room that one leaves takes its notification along', async (interlude) => {
  const feed = await openFeed(bob)
  await told('one')
  await feed.next('new_notification')
  await interlude()
  await post(ada, `/api/chatrooms/${room.id}/remove_member/`, { user_id: bob.id })
  await atRest(room)
  expect(await feed.next('notification_updated')).toMatchObject({ unread_count: 0, notification: { is_read: true } })
})
