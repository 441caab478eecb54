/** Editing and deleting: who may, what is told, and what remains. */
import { beforeAll, expect, test } from 'vitest'
import { Message } from '../../src/protocol'
import {
  cast,
  direct,
  enter,
  type Frame,
  get,
  group,
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
let stranger: Someone
beforeAll(async () => {
  ;({ ada, bob, cy, stranger } = await cast('ada', 'bob', 'cy', 'stranger'))
})

const path = (room: Frame, message: Frame) => `/api/chatrooms/${room.id}/messages/${message.id}/`

twice('[R17] an edit is told to everyone with the next seq, and the earlier texts are kept', async (interlude) => {
  const room = await group(ada, [bob])
  const b = await enter(bob, room)
  const message = await say(ada, room, 'first')
  await interlude()
  const edited = await patch(ada, path(room, message), { content: 'second' })
  expect(edited.status).toBe(200)
  const { seq, message: told } = await b.next('message_updated')
  expect(seq).toBeGreaterThan(message.id)
  expect(told).toEqual(edited.body)
  expect(Message.parse(told)).toEqual(told)
  expect(told).toMatchObject({ id: message.id, content: 'second', timestamp: message.timestamp })
  expect(Date.parse(told.edited_at)).toBeGreaterThan(Date.parse(message.timestamp))
  await interlude()
  // By socket too; the one who edits hears it as everybody does, and `done` if they gave a ref.
  const a = await enter(ada, room)
  const answer = await a.answer({ type: 'edit_message', message_id: message.id, content: ' third ' })
  expect(answer.type).toBe('done')
  expect((await a.next('message_updated')).message.content).toBe('third')
  const { body } = await get(bob, `${path(room, message)}history/`)
  expect(body.map(({ content }: Frame) => content)).toEqual(['first', 'second'])
  expect(body[0].timestamp).toBe(message.timestamp)
  expect(body[1]).toMatchObject({ timestamp: body[0].replaced_at })
})

test('[R17] an edit that changes nothing is no event', async () => {
  const room = await group(ada, [bob])
  const b = await enter(bob, room)
  const message = await say(ada, room, 'same')
  await b.next('new_message')
  expect((await patch(ada, path(room, message), { content: ' same ' })).body.edited_at).toBeNull()
  expect(await b.heard()).toEqual([])
  expect((await get(ada, `${path(room, message)}history/`)).body).toEqual([])
})

test('[R17] [R18] only the sender edits; the sender and the admins of a group delete', async () => {
  const room = await group(ada, [bob, cy])
  const theirs = await say(bob, room, 'by bob')
  const [a, c] = [await enter(ada, room), await enter(cy, room)]
  // The owner may delete what others say, and never put words into their mouths.
  expect((await patch(ada, path(room, theirs), { content: 'by ada' })).body.code).toBe('not_your_message')
  expect(await a.answer({ type: 'edit_message', message_id: theirs.id, content: 'x' })).toMatchObject({
    type: 'error',
    code: 'not_your_message',
  })
  expect((await remove(cy, path(room, theirs))).body.code).toBe('not_your_message')
  expect(await c.answer({ type: 'delete_message', message_id: theirs.id })).toMatchObject({ code: 'not_your_message' })
  expect(await a.heard()).toEqual([])
  expect((await get(cy, path(room, theirs))).body).toMatchObject({ content: 'by bob', edited_at: null })
  expect((await patch(bob, path(room, theirs), { content: 'by bob again' })).status).toBe(200)
  expect((await remove(ada, path(room, theirs))).status).toBe(204)
  expect(await a.heardTypes()).toEqual(['message_updated', 'message_deleted'])
})

test('[R18] in a direct room nobody deletes what the other said', async () => {
  const room = await direct(ada, bob)
  const theirs = await say(bob, room, 'by bob')
  expect((await remove(ada, path(room, theirs))).status).toBe(403)
  expect((await remove(bob, path(room, theirs))).status).toBe(204)
})

twice('[R18] a deleted message stays as a tombstone, its texts are gone', async (interlude) => {
  const room = await group(ada, [bob])
  const b = await enter(bob, room)
  const message = await say(ada, room, 'secret one')
  await patch(ada, path(room, message), { content: 'secret two' })
  const after = await say(bob, room, 'after')
  await interlude()
  expect((await remove(ada, path(room, message))).status).toBe(204)
  const { seq, message: tombstone } = await b.next('message_deleted')
  expect(seq).toBeGreaterThan(after.id)
  expect(tombstone).toMatchObject({ id: message.id, content: null, deleted: true, timestamp: message.timestamp })
  expect(Message.parse(tombstone)).toEqual(tombstone)
  await interlude()
  const page = await get(bob, `/api/chatrooms/${room.id}/messages/`)
  expect(page.body.results.map(({ id }: Frame) => id)).toEqual([after.id, message.id])
  expect(JSON.stringify(page.body)).not.toContain('secret')
  expect((await get(bob, `${path(room, message)}history/`)).body).toEqual([])
  // Once more is harmless; there is nothing left to edit.
  await b.heard()
  expect((await remove(ada, path(room, message))).status).toBe(204)
  expect((await patch(ada, path(room, message), { content: 'back' })).body.code).toBe('message_deleted')
  expect(await b.heard()).toEqual([])
})

test('[R17] [R18] what is not there, and what is not yours to know of, is equally absent', async () => {
  const room = await group(ada, [bob])
  const message = await say(ada, room, 'inside')
  const missing = { id: message.id + 1_000 }
  const a = await enter(ada, room)
  for (const command of ['edit_message', 'delete_message', 'read_message', 'delivered']) {
    const refused = await a.answer({ type: command, message_id: missing.id, content: 'x' })
    expect(refused).toMatchObject({ type: 'error', code: 'not_found' })
  }
  const foreign = await patch(stranger, path(room, message), { content: 'x' })
  const absent = await patch(ada, path(room, missing), { content: 'x' })
  expect([foreign.status, foreign.body]).toEqual([404, absent.body])
  for (const ask of [
    get(stranger, path(room, message)),
    get(stranger, `${path(room, message)}history/`),
    get(stranger, `${path(room, message)}message_read_status/`),
    post(stranger, `${path(room, message)}mark_as_read/`),
    remove(stranger, path(room, message)),
  ]) {
    const { status, body } = await ask
    expect([status, body]).toEqual([404, absent.body])
  }
  expect((await get(ada, path(room, message))).body.content).toBe('inside')
})
