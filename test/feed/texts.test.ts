/** What notifications quote: never a text that is not there any more. */
import { beforeEach, expect, test, vi } from 'vitest'
import { Sidebar } from '../../src/sidebar/sidebar'
import { eventually } from '../support/eventually'
import {
  atRest,
  done,
  type Frame,
  feedActor,
  forward,
  get,
  group,
  openFeed,
  patch,
  post,
  presentTime,
  remove,
  type Someone,
  say,
  signUp,
  twice,
} from '../support/world'

let ada: Someone
let bob: Someone
let room: Frame
let people = 0
beforeEach(async () => {
  people += 1
  ada = await signUp(`ada${people}`)
  bob = await signUp(`bob${people}`)
  room = await group(ada, [bob], { room_name: 'Room' })
  await atRest(room)
})

const messages = () => `/api/chatrooms/${room.id}/messages/`
const me = () => `/api/chatrooms/${room.id}/me/`
/** What a person's notifications about messages quote, by message. */
const quoted = async (who: Someone) => {
  const all: Frame[] = (await get(who, '/api/notifications/')).body
  return Object.fromEntries(all.filter(({ message_id }) => message_id).map((each) => [each.message_id, each.content]))
}
const told = async (content: string) => {
  const message = await say(ada, room, content)
  await atRest(room)
  return message
}

twice('[R87] a deleted message is quoted by no notification, read or not', async (interlude) => {
  const named = await told(`secret for @${bob.username}`)
  expect(await quoted(bob)).toEqual({ [named.id]: `secret for @${bob.username}` })
  await post(bob, '/api/notifications/mark_all_read/')
  const later = await told('secret again')
  expect(Object.values(await quoted(bob))).toHaveLength(2)
  await interlude()
  await remove(ada, `${messages()}${named.id}/`)
  await interlude()
  expect(await quoted(bob)).toMatchObject({ [named.id]: null, [later.id]: 'secret again' })
  await remove(ada, `${messages()}${later.id}/`)
  await interlude()
  expect(JSON.stringify((await get(bob, '/api/notifications/')).body)).not.toContain('secret')
})

twice('[R87] an edited one is quoted as it is now, by a feed that is open too, muted or not', async (interlude) => {
  const feed = await openFeed(bob)
  const named = await told(`frist for @${bob.username}`)
  await feed.next('new_notification', ({ notification }) => notification.notification_type === 'mention')
  await done(patch(bob, me(), { muted: true }))
  await interlude()
  await done(patch(ada, `${messages()}${named.id}/`, { content: `first for @${bob.username}` }))
  await atRest(room)
  const { notification } = await feed.next('notification_updated', (frame) =>
    frame.notification.content?.startsWith('first'),
  )
  expect(notification.message_id).toBe(named.id)
  expect((await quoted(bob))[named.id]).toBe(`first for @${bob.username}`)
})

test('[R87] nothing is quoted from a room that one is no longer in', async () => {
  const named = await told(`inside, @${bob.username}`)
  expect((await quoted(bob))[named.id]).toContain('inside')
  await done(post(ada, `/api/chatrooms/${room.id}/remove_member/`, { user_id: bob.id }))
  await atRest(room)
  expect(await quoted(bob)).toEqual({ [named.id]: null })
})

twice('[R83] where nothing is wanted mentions are silent too, and the level can be raised again', async (interlude) => {
  const feed = await openFeed(bob)
  expect(await done(patch(bob, me(), { notify: 'nothing' }))).toMatchObject({ notify: 'nothing', muted: true })
  await interlude()
  await told(`hush @${bob.username}`)
  await interlude()
  expect(await feed.heard()).toEqual([])
  await done(patch(bob, me(), { notify: 'mentions' }))
  await told('still quiet')
  expect(await feed.heard()).toEqual([])
  await told(`now, @${bob.username}`)
  const { notification } = await feed.next('new_notification')
  expect(notification).toMatchObject({ notification_type: 'mention', content: `now, @${bob.username}` })
})

twice('[R87] a notification names people and rooms as they are called now, read or not', async (interlude) => {
  await told('one')
  await told(`for @${bob.username}`)
  await post(bob, '/api/notifications/mark_all_read/')
  await told('two')
  const feed = await openFeed(bob)
  await interlude()
  await done(patch(ada, '/api/profile/', { first_name: 'Augusta' }))
  await done(patch(ada, `/api/chatrooms/${room.id}/`, { room_name: 'Study' }))
  await atRest(room)
  await feed.next('notification_updated', ({ notification }) => notification.message === 'New message in Study')
  await interlude()
  const all: Frame[] = (await get(bob, '/api/notifications/')).body
  expect(all.map(({ message, sender, chat_name }) => [message, sender, chat_name])).toEqual([
    ['New message in Study', 'Augusta', 'Study'],
    [`Augusta mentioned you in Study`, 'Augusta', 'Study'],
    ['2 new messages in Study', 'Augusta', 'Study'],
    ['Augusta added you to Study', 'Augusta', 'Study'],
  ])
})

twice('[R87] what is announced late is not older than what is known', async (interlude) => {
  const { id } = await told(`first for @${bob.username}`)
  const news = {
    type: 'mention',
    subject: `mention:${room.id}:${id}:${id}`,
    sender: 'ada',
    sender_id: ada.id,
    message: 'ada mentioned you in Room',
    chat_name: 'Room',
    room_id: room.id,
    message_id: id,
  } as const
  await patch(ada, `${messages()}${id}/`, { content: `second for @${bob.username}` })
  await atRest(room)
  expect(await quoted(bob)).toEqual({ [id]: `second for @${bob.username}` })
  await interlude()
  // On its way since before the edit.
  await feedActor(bob).announce({ ...news, content: `first for @${bob.username}`, as_of: id })
  expect(await quoted(bob)).toEqual({ [id]: `second for @${bob.username}` })
})

twice(
  '[R86] what was removed is not announced again by whoever did not hear that it was announced',
  async (interlude) => {
    const { id } = await told(`hello @${bob.username}`)
    const before: Frame[] = (await get(bob, '/api/notifications/')).body
    const mention = before.find((each) => each.notification_type === 'mention') as Frame
    await remove(bob, `/api/notifications/${mention.id}/`)
    await interlude()
    const { sender, sender_id, message, content, chat_name, room_id, message_id } = mention
    const again = { type: 'mention', sender, sender_id, message, content, chat_name, room_id, message_id } as const
    expect(await feedActor(bob).announce({ ...again, subject: `mention:${room.id}:${id}`, as_of: 1_000 })).toBeNull()
    const all: Frame[] = (await get(bob, '/api/notifications/')).body
    expect(all.filter((each) => each.notification_type === 'mention')).toEqual([])
  },
)

test('[R83] a mention that was read in its room before it was announced is not announced', async () => {
  const announced = vi.spyOn(Sidebar.prototype, 'announce').mockImplementationOnce(async () => {
    throw new Error('Not now')
  })
  const { id } = await say(ada, room, `hello @${bob.username}`)
  await done(post(bob, `${messages()}${id}/mark_as_read/`))
  await eventually(() => expect(announced).toHaveBeenCalled())
  forward(2_000)
  await atRest(room)
  const open = (await get(bob, '/api/notifications/')).body.filter((each: Frame) => !each.is_read && each.message_id)
  expect(open).toEqual([])
  announced.mockRestore()
  presentTime()
})
