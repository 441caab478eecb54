/** The whole life of a message, on every socket that it touches and with its actors out of memory in between. */
import { beforeAll, expect } from 'vitest'
import {
  atRest,
  cast,
  done,
  enter,
  type Frame,
  get,
  group,
  openFeed,
  openSidebar,
  patch,
  post,
  remove,
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

twice('a message is sent, told, counted, announced, answered, read, edited and taken back', async (interlude) => {
  const room = await group(ada, [bob, cy], { room_name: 'Journey' })
  const path = `/api/chatrooms/${room.id}/`
  const unread = async (who: Someone) => (await get(who, path)).body.unread_count
  const [a, c] = [await enter(ada, room), await enter(cy, room)]
  const [list, feed] = [await openSidebar(bob), await openFeed(bob)]
  await interlude()

  // Ada writes it. She has it acknowledged, Cy sees it, Bob's list and notifications say that it is there.
  a.send({ type: 'typing' })
  expect(await c.next('typing')).toMatchObject({ user_id: ada.id })
  a.send({ type: 'send_message', content: ' A first draft ', client_id: 'draft' })
  const { id, seq } = await a.next('message.ack')
  expect(id).toBe(seq)
  const { message } = await c.next('new_message')
  expect(message).toMatchObject({ id, content: 'A first draft', status: 'sent', client_id: 'draft' })
  await c.next('stop_typing')
  expect(await list.next('last_message_updated')).toMatchObject({
    room_id: room.id,
    unread_count: 1,
    last_message: { id, content: 'A first draft', sender_name: 'ada' },
  })
  const { notification } = await feed.next('new_notification', (frame) => frame.notification.message_id === id)
  expect(notification).toMatchObject({ notification_type: 'new_message', room_id: room.id, count: 1, is_read: false })
  await interlude()

  // Her connection breaks before she knows: she sends it again, and it is still one message.
  a.close()
  await a.closed()
  const again = await enter(ada, room, `?after=${id - 1}`)
  expect(again.frames.find(({ type }) => type === 'new_message')).toMatchObject({ seq: id })
  const repeated = await again.answer({ type: 'send_message', content: 'A first draft', client_id: 'draft' })
  expect(repeated.id).toBe(id)
  expect((await c.heard()).filter(({ type }) => type === 'new_message')).toEqual([])
  await interlude()

  // Cy receives and reads it where he is, Bob on his way.
  await c.answer({ type: 'delivered', message_id: id })
  await c.answer({ type: 'read_message', message_id: id })
  expect(await again.next('message.read')).toMatchObject({ message_id: id, reader: { id: cy.id } })
  expect((await get(ada, `${path}messages/${id}/`)).body).toMatchObject({ status: 'sent' })
  await done(post(bob, `${path}messages/${id}/mark_as_read/`))
  await atRest(room)
  expect(await again.next('message.read')).toMatchObject({ reader: { id: bob.id } })
  expect(await list.next('unread_updated')).toMatchObject({ room_id: room.id, unread_count: 0, unread_total: 0 })
  const settled = await feed.next('notification_updated', (frame) => frame.notification.id === notification.id)
  expect(settled.notification.is_read).toBe(true)
  expect((await get(ada, `${path}messages/${id}/`)).body).toMatchObject({ status: 'read' })
  await interlude()

  // She changes her mind; Bob, who was away, answers what it says now.
  await done(patch(ada, `${path}messages/${id}/`, { content: 'A second draft' }))
  expect((await c.next('message_updated')).message).toMatchObject({ id, content: 'A second draft' })
  await atRest(room)
  expect(await list.next('last_message_updated')).toMatchObject({ last_message: { content: 'A second draft' } })
  const answer = await say(bob, room, 'Better', { reply_to: id })
  expect(answer.reply_preview).toMatchObject({ id, content: 'A second draft', sender_name: 'ada' })
  expect((await get(cy, `${path}messages/${id}/history/`)).body).toMatchObject([{ content: 'A first draft' }])
  expect(await unread(cy)).toBe(1)
  await interlude()

  // It is found by its words, and no longer by those it had.
  const found = async (words: string) =>
    (await get(cy, `/api/search/?q=${encodeURIComponent(words)}`)).body.results.map((hit: Frame) => hit.id)
  expect(await found('second draft')).toEqual([id])
  expect(await found('first draft')).toEqual([])

  // And it is taken back, everywhere.
  expect((await remove(ada, `${path}messages/${id}/`)).status).toBe(204)
  expect((await c.next('message_deleted')).message).toMatchObject({ id, content: null, deleted: true })
  await interlude()
  expect(await found('second draft')).toEqual([])
  expect((await get(cy, `${path}messages/${id}/history/`)).body).toEqual([])
  expect((await get(bob, `${path}messages/${answer.id}/`)).body.reply_preview).toMatchObject({ content: null })
  const late = await enter(cy, room, `?after=${id}`)
  const missed = late.frames.filter(({ message }) => message?.id === id)
  expect(missed.map(({ type }) => type)).toEqual(['message_deleted'])
  expect(JSON.stringify(late.frames)).not.toMatch(/(first|second) draft/i)
})
