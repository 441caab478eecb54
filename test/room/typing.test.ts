/** Typing: passed on to the others, seldom, and ended for sure. Signals of applications: passed on and never stored. */
import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import { LIMITS, RATES } from '../../src/config'
import { switchRates } from '../support/rates'
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

twice('[R45] a signal reaches the other members and is stored nowhere', async (interlude) => {
  const room = await group(ada, [bob])
  const [a, phone, b] = [await enter(ada, room), await enter(ada, room), await enter(bob, room)]
  await interlude()
  const data = { x: 1.5, path: ['ü', null] }
  expect(await a.answer({ type: 'signal', name: 'pointer', data })).toMatchObject({ type: 'done' })
  expect(await b.next('signal')).toEqual({ type: 'signal', user_id: ada.id, name: 'pointer', data })
  expect(await a.answer({ type: 'signal', name: 'wave' })).toMatchObject({ type: 'done' })
  expect(await b.next('signal')).toEqual({ type: 'signal', user_id: ada.id, name: 'wave' })
  expect(await a.heard()).toEqual([])
  expect(await phone.heard()).toEqual([])
  const resumed = await enter(bob, room, '?after=0')
  expect(resumed.frames.map(({ type }) => type)).not.toContain('signal')
})

test('[R45] a signal has at most a kilobyte, and a name', async () => {
  const room = await group(ada, [bob])
  const [a, b] = [await enter(ada, room), await enter(bob, room)]
  const full = 'x'.repeat(LIMITS.signalBytes - 2)
  expect(await a.answer({ type: 'signal', name: 'full', data: full })).toMatchObject({ type: 'done' })
  for (const data of [
    `${full}x`,
    'ü'.repeat(LIMITS.signalBytes / 2),
    JSON.parse('['.repeat(20_000) + ']'.repeat(20_000)),
  ]) {
    expect(await a.answer({ type: 'signal', name: 'over', data })).toMatchObject({ code: 'too_large', status: 413 })
  }
  for (const name of ['', 'n'.repeat(LIMITS.signalNameLength + 1), 7, undefined]) {
    expect(await a.answer({ type: 'signal', name })).toMatchObject({ code: 'invalid' })
  }
  expect((await b.heard()).map(({ name }) => name)).toEqual(['full'])
})

test('[R45] a person sends ten signals a second', async () => {
  switchRates('on')
  try {
    const room = await group(ada, [bob])
    const [a, b] = [await enter(ada, room), await enter(bob, room)]
    vi.spyOn(Date, 'now').mockReturnValue(Date.now())
    const { limit } = RATES.signal
    const answers: string[] = []
    for (let n = 0; n < limit + 3; n++) answers.push((await a.answer({ type: 'signal', name: `${n}` })).code ?? 'done')
    expect(answers).toEqual([...Array(limit).fill('done'), ...Array(3).fill('rate_limited')])
    expect(await b.heard()).toHaveLength(limit)
    forward(1_000)
    expect(await a.answer({ type: 'signal', name: 'again' })).toMatchObject({ type: 'done' })
  } finally {
    switchRates('off')
  }
})
