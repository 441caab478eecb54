/** A room and what its messages show of stored things, with the room put out of memory at any moment. */
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import { Uploads } from '../../src/uploads/uploads'
import * as fixtures from '../media/fixtures'
import { eventually } from '../support/eventually'
import {
  atRest,
  cast,
  done,
  enter,
  type Frame,
  get,
  group,
  post,
  presentTime,
  remove,
  roomActor,
  type Someone,
  twice,
} from '../support/world'

let ada: Someone
let bob: Someone
beforeAll(async () => {
  ;({ ada, bob } = await cast('ada', 'bob'))
})
afterEach(presentTime)

async function uploaded(who: Someone): Promise<Frame> {
  const form = new FormData()
  form.append('image', new File([fixtures.png()], 'photo.png'))
  return done(post(who, '/api/images/', form))
}

const exists = async ({ url }: Frame) => (await env.MEDIA.head(new URL(url).pathname.slice('/media/'.length))) !== null

/** Lets the room tell what it owes, and the accounts do what follows. */
async function settled(room: Frame): Promise<void> {
  await atRest(room)
  for (const { id } of [ada, bob]) await runDurableObjectAlarm(env.UPLOADS.getByName(String(id)))
}

const owedBy = (room: Frame) =>
  runInDurableObject(roomActor(room), (_, { storage }) =>
    storage.sql.exec(`SELECT key FROM outbox WHERE key LIKE 'media:%'`).toArray(),
  )

twice('[R19] an image is shown, resumed, and gone with its message', async (interlude) => {
  const room = await group(ada, [bob])
  const image = await uploaded(ada)
  const line = await enter(ada, room)
  await interlude()
  line.send({ type: 'send_message', image_id: image.id, client_id: 'one' })
  const { id } = await line.next('message.ack')
  await interlude()
  await settled(room)
  expect(await owedBy(room)).toEqual([])
  expect(await exists(image)).toBe(true)
  await interlude()
  const late = await enter(bob, room)
  const [shown] = (await done(get(bob, `/api/chatrooms/${room.id}/messages/`))).results
  expect(shown).toMatchObject({ id, image_width: 16, image_height: 24 })
  await interlude()
  expect(await line.answer({ type: 'delete_message', message_id: id })).toMatchObject({ type: 'done' })
  expect((await late.next('message_deleted')).message).toMatchObject({ id, image: null })
  await interlude()
  await settled(room)
  expect(await exists(image)).toBe(false)
})

twice('[R19] an upload is used once in a room, also after its message is gone', async (interlude) => {
  const room = await group(ada, [bob])
  const { id: image_id } = await uploaded(ada)
  const line = await enter(ada, room)
  line.send({ type: 'send_message', image_id, client_id: 'one' })
  const { id } = await line.next('message.ack')
  await interlude()
  // Under the same client_id it is the same message, and no second use.
  line.send({ type: 'send_message', image_id, client_id: 'one' })
  expect(await line.next('message.ack')).toMatchObject({ id })
  expect(await line.answer({ type: 'send_message', image_id })).toMatchObject({ code: 'unknown_attachment' })
  await line.answer({ type: 'delete_message', message_id: id })
  await interlude()
  expect(await line.answer({ type: 'send_message', image_id })).toMatchObject({ code: 'unknown_attachment' })
})

twice('[R19] a deleted room takes along what everybody showed there', async (interlude) => {
  const room = await group(ada, [bob])
  const images = [await uploaded(ada), await uploaded(bob), await uploaded(bob)]
  const [first, second, third] = images as [Frame, Frame, Frame]
  const send = (who: Someone, image: Frame) =>
    done(post(who, `/api/chatrooms/${room.id}/messages/`, { image_id: image.id }))
  await send(ada, first)
  await send(bob, second)
  await interlude()
  await settled(room)
  await send(bob, third)
  // The account has not heard of the third when the room goes.
  await remove(ada, `/api/chatrooms/${room.id}/`)
  await interlude()
  await settled(room)
  expect(await Promise.all(images.map(exists))).toEqual([false, false, false])
  expect(await owedBy(room)).toEqual([])
})

twice(
  '[R19] an upload is gone with the last message that shows it: its id is refused, its URL is 404',
  async (interlude) => {
    const [room, other] = [await group(ada, [bob]), await group(ada, [bob])]
    const image = await uploaded(ada)
    const line = await enter(ada, other)
    const path = `/api/chatrooms/${room.id}/messages/`
    const first = await done(post(ada, path, { image_id: image.id }))
    await interlude()
    await settled(room)
    // Shown twice, it stays for as long as one of the two is there.
    const second = await line.answer({ type: 'send_message', image_id: image.id, client_id: 'one' })
    expect(second.type).toBe('message.ack')
    await remove(ada, `${path}${first.id}/`)
    await settled(room)
    await settled(other)
    expect(await exists(image)).toBe(true)
    await interlude()
    await remove(ada, `/api/chatrooms/${other.id}/messages/${second.id}/`)
    await settled(other)
    expect(await exists(image)).toBe(false)
    await interlude()
    const third = await group(ada, [bob])
    expect(await post(ada, `/api/chatrooms/${third.id}/messages/`, { image_id: image.id })).toMatchObject({
      status: 400,
      body: { code: 'unknown_attachment' },
    })
    const elsewhere = await enter(ada, third)
    // What is said after it on the same socket keeps its place.
    elsewhere.send({ type: 'send_message', image_id: image.id, ref: 'gone' })
    const after = await elsewhere.answer({ type: 'send_message', content: 'after it' })
    expect(after.type).toBe('message.ack')
    const answers = elsewhere.frames.filter(({ type }) => type === 'error' || type === 'message.ack')
    expect(answers.map(({ type, code }) => [type, code])).toEqual([
      ['error', 'unknown_attachment'],
      ['message.ack', undefined],
    ])
  },
)

twice(
  '[R19] what is being sent elsewhere while its message is deleted stays, whichever comes first',
  async (interlude) => {
    const [room, other] = [await group(ada, [bob]), await group(ada, [bob])]
    const image = await uploaded(ada)
    const path = `/api/chatrooms/${room.id}/messages/`
    const { id } = await done(post(ada, path, { image_id: image.id }))
    await settled(room)
    await interlude()
    const [sent] = await Promise.all([
      post(ada, `/api/chatrooms/${other.id}/messages/`, { image_id: image.id }),
      remove(ada, `${path}${id}/`),
    ])
    await settled(room)
    await settled(other)
    expect(await exists(image)).toBe(sent.status === 201)
  },
)

test('[R19] messages on one socket keep their order, though one of them has to ask for its image first', async () => {
  const room = await group(ada, [bob])
  const image = await uploaded(ada)
  const line = await enter(ada, room)
  line.send({ type: 'send_message', image_id: image.id, content: 'with an image' })
  line.send({ type: 'send_message', content: 'second' })
  line.send({ type: 'send_message', content: 'third' })
  line.close()
  await eventually(async () => {
    const { results } = await done(get(bob, `/api/chatrooms/${room.id}/messages/`))
    expect(results.map(({ content }: Frame) => content)).toEqual(['third', 'second', 'with an image'])
  })
})

test('[R19] an account of uploads that does not answer refuses nothing for good', async () => {
  const room = await group(ada, [bob])
  const image = await uploaded(ada)
  const reserve = vi.spyOn(Uploads.prototype, 'reserve').mockImplementationOnce(() => {
    throw new Error('Not now')
  })
  const send = () => post(ada, `/api/chatrooms/${room.id}/messages/`, { image_id: image.id, client_id: 'once' })
  expect(await send()).toMatchObject({ status: 503, body: { code: 'unavailable' } })
  expect((await send()).status).toBe(201)
  reserve.mockRestore()
})
