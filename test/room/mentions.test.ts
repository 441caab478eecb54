/** Mentions: who is named in a message, told and kept with it, and no longer so when an edit takes the name away. */
import { runInDurableObject } from 'cloudflare:test'
import { beforeAll, expect, test } from 'vitest'
import { LIMITS } from '../../src/protocol'
import {
  atRest,
  cast,
  connect,
  done,
  enter,
  type Frame,
  get,
  group,
  openFeed,
  patch,
  remove,
  roomActor,
  type Someone,
  say,
  twice,
} from '../support/world'

let ada: Someone
let bob: Someone
let cy: Someone
beforeAll(async () => {
  ;({ ada, bob, cy } = await cast('ada', 'bob', 'cy'))
})

const pathOf = (room: Frame, message: Frame) => `/api/chatrooms/${room.id}/messages/${message.id}/`
const unreadMentions = async (who: Someone, room: Frame): Promise<Frame[]> =>
  (await get(who, '/api/notifications/unread/')).body.filter(
    (each: Frame) => each.notification_type === 'mention' && each.room_id === room.id,
  )
const mentionOf = (who: Someone, content: string, written = `@${who.username}`) => ({
  id: who.id,
  username: who.username,
  start: content.indexOf(written),
  length: written.length,
})

twice('[R110] a message says whom it mentions and where, live, by REST and on resume', async (interlude) => {
  const room = await group(ada, [bob, cy])
  const line = await enter(cy, room)
  const shout = `@${bob.username.toUpperCase()}`
  const content = `Ask _@${cy.username}_, or ${shout}... \`@${ada.username}\``
  await interlude()
  const sent = await say(ada, room, content)
  const mentions = [mentionOf(cy, content), mentionOf(bob, content, shout)]
  expect(sent.mentions).toEqual(mentions)
  expect((await line.next('new_message')).message.mentions).toEqual(mentions)
  await interlude()
  expect((await get(bob, pathOf(room, sent))).body.mentions).toEqual(mentions)
  const late = await connect(bob, `/ws/chat/${room.id}/?after=${sent.id - 1}`)
  expect((await late.next('new_message')).message.mentions).toEqual(mentions)
  // Another name leaves it as it was said.
  const inside = await enter(cy, room)
  const called = async (username: string) => {
    await done(patch(bob, '/api/profile/', { username }))
    await inside.next('member_updated', ({ user }) => user.username === username)
  }
  await called(`${bob.username}-renamed`)
  await interlude()
  expect((await get(ada, pathOf(room, sent))).body.mentions).toEqual(mentions)
  expect((await say(ada, room, `@${bob.username}`)).mentions).toEqual([])
  await called(bob.username)
  await done(remove(ada, pathOf(room, sent))).catch(() => undefined)
  expect((await get(ada, pathOf(room, sent))).body).toMatchObject({ content: null, mentions: [] })
})

test('[R110] no more mentions than a message may have count, and those are the first', async () => {
  const room = await group(ada, [bob, cy])
  const { mentions } = await say(ada, room, `${`@${bob.username} `.repeat(LIMITS.mentionsPerMessage)}@${cy.username}`)
  expect(mentions).toHaveLength(LIMITS.mentionsPerMessage)
  await atRest(room)
  expect(await unreadMentions(cy, room)).toEqual([])
  expect(await unreadMentions(bob, room)).toHaveLength(1)
})

test('[R110] a message of before mentions were kept mentions those who are called so now', async () => {
  const room = await group(ada, [bob, cy])
  const content = `@${bob.username} and \`@${cy.username}\``
  const sent = await say(ada, room, content)
  await runInDurableObject(roomActor(room), (_, { storage }) => {
    storage.sql.exec('UPDATE messages SET mentions = NULL WHERE id = ?', sent.id)
  })
  expect((await get(ada, pathOf(room, sent))).body.mentions).toEqual([mentionOf(bob, content)])
})

twice('[R111] what is shown as a mention notifies, and nothing else does', async (interlude) => {
  const room = await group(ada, [bob, cy])
  await say(ada, room, `\`@${bob.username}\` https://example.com/@${bob.username} \\@${bob.username}`)
  await say(ada, room, `\`\`\`\n@${bob.username}`)
  await say(ada, room, `x@${bob.username}.example ${bob.username}@example.com`)
  await interlude()
  await atRest(room)
  expect(await unreadMentions(bob, room)).toEqual([])
  const content = `(_@${bob.username}_)`
  const { id } = await say(ada, room, content)
  await interlude()
  await atRest(room)
  expect(await unreadMentions(bob, room)).toMatchObject([{ content, message_id: id, sender_id: ada.id }])
})

twice(
  '[R111] an edit that mentions somebody notifies them, one that does no longer takes it back',
  async (interlude) => {
    const room = await group(ada, [bob, cy])
    const [bobs, cys] = [await openFeed(bob), await openFeed(cy)]
    const mentionsOf = (feed: typeof bobs, type: string) =>
      feed.next(type, ({ notification }) => notification.notification_type === 'mention')
    const sent = await say(ada, room, 'nobody yet')
    const edit = (content: string) => done(patch(ada, pathOf(room, sent), { content }))
    await interlude()
    expect((await edit(`@${bob.username} and @${cy.username}`)).mentions).toHaveLength(2)
    const { notification } = await mentionsOf(bobs, 'new_notification')
    await mentionsOf(cys, 'new_notification')
    expect(notification).toMatchObject({ message_id: sent.id, content: `@${bob.username} and @${cy.username}` })
    await interlude()
    await edit(`only @${cy.username}`)
    expect(await bobs.next('notification_removed')).toMatchObject({ notification_id: notification.id })
    await interlude()
    await atRest(room)
    expect(await unreadMentions(bob, room)).toEqual([])
    expect(await unreadMentions(cy, room)).toMatchObject([{ content: `only @${cy.username}` }])
    // Once more, and read: then it stays, and what comes after it is news again.
    await edit(`@${bob.username} again`)
    const again = (await mentionsOf(bobs, 'new_notification')).notification
    await done(patch(bob, `/api/notifications/${again.id}/`, { is_read: true }))
    await edit('nobody')
    await interlude()
    await atRest(room)
    expect((await get(bob, `/api/notifications/${again.id}/`)).status).toBe(200)
    await edit(`@${bob.username}!`)
    expect((await mentionsOf(bobs, 'new_notification')).notification.id).not.toBe(again.id)
  },
)

test('[R111] an edit tells nobody again who was mentioned before, nor whoever wrote it', async () => {
  const room = await group(ada, [bob])
  const feed = await openFeed(bob)
  const sent = await say(ada, room, `@${bob.username}, @${ada.username}`)
  await feed.next('new_notification', ({ notification }) => notification.notification_type === 'mention')
  await done(patch(ada, pathOf(room, sent), { content: `@${bob.username} @${bob.username} @${ada.username}` }))
  await atRest(room)
  expect(await unreadMentions(bob, room)).toHaveLength(1)
  expect(await unreadMentions(ada, room)).toEqual([])
})
