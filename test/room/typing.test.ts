/** Typing: passed on to the others, seldom, and ended for sure. */
import { afterEach, beforeAll, expect, test } from 'vitest'
import {
  atRest,
  cast,
  enter,
  forward,
  group,
  openSidebar,
  post,
  presentTime,
  type Someone,
  twice,
} from '../support/world'

let ada: Someone
let bob: Someone
beforeAll(async () => {
  ;({ ada, bob } = await cast('ada', 'bob'))
})
afterEach(presentTime)

const typing = () => ({ type: 'typing', user_id: ada.id, username: 'ada' })
const stopped = () => ({ type: 'stop_typing', user_id: ada.id, username: 'ada' })

twice('[R40] typing is told to everyone but oneself, on any device', async (interlude) => {
  const room = await group(ada, [bob])
  const [a, phone, b] = [await enter(ada, room), await enter(ada, room), await enter(bob, room)]
  await interlude()
  a.send({ type: 'typing' })
  expect(await b.next('typing')).toEqual(typing())
  await interlude()
  a.send({ type: 'stop_typing' })
  expect(await b.next('stop_typing')).toEqual(stopped())
  expect(await a.heard()).toEqual([])
  expect(await phone.heard()).toEqual([])
})

test('[R41] typing is passed on at most once in two seconds per person', async () => {
  const room = await group(ada, [bob])
  const [a, phone, b] = [await enter(ada, room), await enter(ada, room), await enter(bob, room)]
  for (let n = 0; n < 20; n++) a.send({ type: 'typing' })
  await a.heard()
  phone.send({ type: 'typing' })
  await phone.heard()
  expect(await b.heard()).toEqual([typing()])
  forward(2_001)
  a.send({ type: 'typing' })
  await a.heard()
  expect(await b.heard()).toEqual([typing()])
  // Stopping in between is no way around it.
  for (let n = 0; n < 20; n++) {
    a.send({ type: 'stop_typing' })
    a.send({ type: 'typing' })
  }
  await a.heard()
  expect(await b.heard()).toEqual([stopped()])
  forward(2_001)
  a.send({ type: 'typing' })
  await a.heard()
  expect(await b.heard()).toEqual([typing()])
})

test('[R41] who types again within two seconds is passed on when they are over, unless they have stopped', async () => {
  const room = await group(ada, [bob])
  const [a, b] = [await enter(ada, room), await enter(bob, room)]
  for (const type of ['typing', 'stop_typing', 'typing', 'stop_typing']) b.send({ type })
  await b.heard()
  expect(await a.heardTypes()).toEqual(['typing', 'stop_typing'])
  a.send({ type: 'typing' })
  a.send({ type: 'send_message', content: 'first' })
  // A client that says it with each key, for less than two seconds.
  for (let n = 0; n < 5; n++) a.send({ type: 'typing' })
  await a.heard()
  expect(await b.heardTypes()).toEqual(['typing', 'new_message', 'stop_typing'])
  expect(await b.next('typing')).toEqual(typing())
  await b.heard()
  expect(await a.heardTypes()).toEqual([])
})

test('[R42] stopping is told once, and only of somebody who was typing', async () => {
  const room = await group(ada, [bob])
  const [a, b] = [await enter(ada, room), await enter(bob, room)]
  a.send({ type: 'stop_typing' })
  await a.heard()
  expect(await b.heard()).toEqual([])
  a.send({ type: 'typing' })
  a.send({ type: 'stop_typing' })
  a.send({ type: 'stop_typing' })
  await a.heard()
  expect(await b.heard()).toEqual([typing(), stopped()])
})

twice('[R42] sending ends typing', async (interlude) => {
  const room = await group(ada, [bob])
  const [a, b] = [await enter(ada, room), await enter(bob, room)]
  a.send({ type: 'typing' })
  await b.next('typing')
  await interlude()
  a.send({ type: 'send_message', content: 'there' })
  await a.heard()
  expect((await b.heard()).map(({ type }) => type)).toEqual(['new_message', 'stop_typing'])
})

twice('[R42] a disconnect of the device one was typing on ends it, that of another does not', async (interlude) => {
  const room = await group(ada, [bob])
  const [a, phone, b] = [await enter(ada, room), await enter(ada, room), await enter(bob, room)]
  a.send({ type: 'typing' })
  await b.next('typing')
  await interlude()
  phone.close()
  await phone.closed()
  expect(await b.heard()).toEqual([])
  await interlude()
  a.close()
  expect(await b.next('stop_typing')).toEqual(stopped())
  // And is told once.
  await a.closed()
  expect(await b.heard()).toEqual([])
})

test('[R42] being removed ends typing', async () => {
  const room = await group(bob, [ada])
  const [a, b] = [await enter(ada, room), await enter(bob, room)]
  a.send({ type: 'typing' })
  await b.next('typing')
  await post(bob, `/api/chatrooms/${room.id}/remove_member/`, { user_id: ada.id })
  expect((await b.heard()).map(({ type }) => type)).toEqual(['stop_typing', 'member_removed'])
})

twice('[R43] typing reaches the open lists of the others, as seldom, and nobody’s own', async (interlude) => {
  const room = await group(ada, [bob])
  const [a, mine, theirs] = [await enter(ada, room), await openSidebar(ada), await openSidebar(bob)]
  await atRest(room)
  await interlude()
  await mine.heard()
  await theirs.heard()
  for (let n = 0; n < 5; n++) a.send({ type: 'typing' })
  expect(await theirs.next('typing')).toEqual({ type: 'typing', room_id: room.id, user_id: ada.id })
  expect(await theirs.heard()).toEqual([])
  expect(await mine.heard()).toEqual([])
})
