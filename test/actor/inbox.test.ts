/** Frames that arrive together: one turn, one order, and nothing that was told before it was kept. */
import { evictAllDurableObjects, runInDurableObject } from 'cloudflare:test'
import { beforeAll, expect, test } from 'vitest'
import { CLOSE, LIMITS } from '../../src/config'
import type { Room } from '../../src/room/room'
import { cast, enter, type Frame, get, group, type Line, roomActor, type Someone, twice } from '../support/world'

let ada: Someone
let bob: Someone
beforeAll(async () => {
  ;({ ada, bob } = await cast('ada', 'bob'))
})

const said = (content: string, more: object = {}): Frame => ({
  type: 'send_message',
  content,
  client_id: content,
  ...more,
})

const texts = async (room: Frame): Promise<string[]> => {
  const { body } = await get(bob, `/api/chatrooms/${room.id}/messages/?limit=100`)
  return body.results.map(({ content }: Frame) => content).reverse()
}

/** What runs inside the actor, in one turn: frames put into its hands as the runtime does it, and a look at its rows. */
interface Inside {
  room: Room
  socket: WebSocket
  arrives(frame: Frame): void
  stored(): string[]
  ends(): void
}

/** Runs `turn` inside the room, whose only socket is `who`'s. */
function inside<T>(room: Frame, turn: (inside: Inside) => T | Promise<T>): Promise<T> {
  return runInDurableObject(roomActor(room), (actor: Room, state) => {
    const [socket] = state.getWebSockets() as [WebSocket]
    return turn({
      room: actor,
      socket,
      arrives: (frame) => actor.webSocketMessage(socket, JSON.stringify(frame)),
      stored: () =>
        state.storage.sql
          .exec<{ content: string }>('SELECT content FROM messages ORDER BY id')
          .toArray()
          .map(({ content }) => content),
      ends: () => state.abort('The power went.'),
    })
  })
}

const acks = (line: Line) => line.frames.filter(({ type }) => type === 'message.ack').map((ack) => ack.client_id)

test('[R20] frames that arrive together are handled in one turn, after the last of them has arrived', async () => {
  const room = await group(ada, [bob])
  const a = await enter(ada, room, '?batch=1')
  const seen = await inside(room, async ({ arrives, stored }) => {
    arrives(said('one'))
    // Comes after the turn that the first asked for, and before any that another could ask for.
    const next = new Promise<string[]>((resolve) => setTimeout(() => resolve(stored()), 0))
    arrives(said('two'))
    arrives(said('three'))
    return { before: stored(), after: await next }
  })
  expect(seen).toEqual({ before: [], after: ['one', 'two', 'three'] })
  await a.until('the third', () => (acks(a).length === 3 ? true : undefined))
  // What they caused left together too.
  const frames = a.wire.filter((frame) => frame.includes('message.ack'))
  expect(frames).toHaveLength(1)
  expect(acks(a)).toEqual(['one', 'two', 'three'])
})

twice('[R20] [R21] frames sent at once are acknowledged, told and kept in their order', async (interlude) => {
  const room = await group(ada, [bob])
  const [a, b] = [await enter(ada, room), await enter(bob, room, '?batch=1')]
  const all: string[] = []
  for (const round of [1, 2]) {
    await interlude()
    const these = Array.from({ length: 30 }, (_, n) => `${round}.${n}`)
    all.push(...these)
    for (const text of these) a.send(said(text))
    for (const line of [a, b]) {
      await line.next('new_message', ({ message }) => message.content === these.at(-1))
    }
  }
  expect(acks(a)).toEqual(all)
  for (const line of [a, b]) {
    const heard = line.frames.filter(({ type }) => type === 'new_message')
    expect(heard.map(({ message }) => message.content)).toEqual(all)
  }
  await interlude()
  expect(await texts(room)).toEqual(all)
})

twice('[R4] a frame that is refused does not harm those that came with it', async (interlude) => {
  const room = await group(ada, [bob])
  const [a, b] = [await enter(ada, room), await enter(bob, room)]
  await interlude()
  a.send(said('first', { ref: 1 }))
  a.send('{"type":')
  a.send(said('   ', { ref: 2 }))
  a.send({ type: 'delete_message', message_id: 999, ref: 3 })
  a.send({ type: 'fly', ref: 4 })
  a.send(said('second', { ref: 5 }))
  await a.next('message.ack', ({ ref }) => ref === 5)
  const answers = a.frames.filter(({ type }) => type === 'message.ack' || type === 'error')
  expect(answers.map(({ ref, type, code }) => [ref, code ?? type])).toEqual([
    [1, 'message.ack'],
    [undefined, 'malformed_frame'],
    [2, 'empty_message'],
    [3, 'not_found'],
    [4, 'unknown_frame'],
    [5, 'message.ack'],
  ])
  expect(await b.heardTypes()).toEqual(['new_message', 'new_message'])
  expect(await texts(room)).toEqual(['first', 'second'])
})

test('[R4] whoever sends nothing but nonsense is closed with 4400, and what they sent after it is not heard', async () => {
  const room = await group(ada, [bob])
  const [a, b] = [await enter(ada, room), await enter(bob, room)]
  a.send(said('before'))
  for (let n = 0; n < LIMITS.malformedFrames; n++) a.send('nonsense')
  a.send(said('after'))
  b.send(said('by another'))
  expect((await a.closed()).code).toBe(CLOSE.abuse)
  await b.next('new_message', ({ message }) => message.content === 'by another')
  expect(await texts(room)).toEqual(expect.arrayContaining(['before', 'by another']))
  expect(await texts(room)).toHaveLength(2)
})

test('what waits of a socket that is closed in the meantime is not heard', async () => {
  const room = await group(ada, [bob])
  const a = await enter(ada, room)
  const kept = await inside(room, async ({ room: actor, socket, arrives, stored }) => {
    arrives(said('while it stood'))
    await new Promise((resolve) => setTimeout(resolve, 0))
    arrives(said('too late'))
    const { caller } = socket.deserializeAttachment()
    actor.endSessions(caller.id, [caller.session])
    await new Promise((resolve) => setTimeout(resolve, 0))
    return stored()
  })
  expect(kept).toEqual(['while it stood'])
  expect((await a.closed()).code).toBe(CLOSE.sessionEnded)
  expect(acks(a)).toEqual(['while it stood'])
})

test('what was said just before the socket closed is heard', async () => {
  const room = await group(ada, [bob])
  await enter(ada, room)
  const kept = await inside(room, ({ room: actor, socket, arrives, stored }) => {
    arrives(said('the last word'))
    void actor.webSocketClose(socket, 1000)
    return stored()
  })
  expect(kept).toEqual(['the last word'])
})

test('[R10] [R12] what waits when the actor’s life ends was told to nobody, and is taken when it is sent again', async () => {
  const room = await group(ada, [bob])
  const a = await enter(ada, room)
  await a.answer(said('before'))
  const ending = inside(room, ({ arrives, ends }) => {
    arrives(said('waiting'))
    ends()
  })
  await expect(ending).rejects.toThrow()
  expect(acks(a)).toEqual(['before'])
  expect(await texts(room)).toEqual(['before'])
  // As every client does with what was not acknowledged.
  const again = await enter(ada, room)
  for (const text of ['before', 'waiting']) await again.answer(said(text))
  expect(await texts(room)).toEqual(['before', 'waiting'])
})

test('an actor that goes to sleep right after frames were sent has lost none of them', async () => {
  const room = await group(ada, [bob])
  const a = await enter(ada, room)
  const all = Array.from({ length: 20 }, (_, n) => `${n}`)
  for (const text of all) a.send(said(text))
  await evictAllDurableObjects()
  await a.until('every acknowledgement', () => (acks(a).length === all.length ? true : undefined))
  expect(acks(a)).toEqual(all)
  expect(await texts(room)).toEqual(all)
})
