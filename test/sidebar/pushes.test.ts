/** What rooms tell the lists: soon, seldom, only to whom it is due, and for sure. */
import { abortAllDurableObjects, runDurableObjectAlarm } from 'cloudflare:test'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { Feed } from '../../src/feed/feed'
import { Room } from '../../src/room/room'
import { Sidebar } from '../../src/sidebar/sidebar'
import { eventually } from '../support/eventually'
import { stopwatch } from '../support/stopwatch'
import {
  atRest,
  cast,
  enter,
  type Frame,
  forward,
  get,
  group,
  openFeed,
  openSidebar,
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
let people = 0
beforeAll(async () => {
  ;({ ada } = await cast('ada'))
})
let room: Frame
beforeEach(async () => {
  bob = await signUp(`bob${++people}`)
  room = await group(ada, [bob])
})
afterEach(() => {
  vi.restoreAllMocks()
  presentTime()
})

/** Counts the calls that a person's sidebar gets from rooms. */
function calls() {
  const spy = vi.spyOn(Sidebar.prototype, 'roomChanged')
  return { of: (who: Someone) => spy.mock.contexts.filter((sidebar) => userOf(sidebar) === who.id).length, spy }
}
const userOf = (sidebar: unknown) => Number((sidebar as { ctx: DurableObjectState }).ctx.id.name)

const unread = async (who: Someone): Promise<number> =>
  (await get(who, '/api/chatrooms/')).body.results.find(({ id }: Frame) => id === room.id).unread_count

test('[R65] a hundred messages at once reach an open list in a few pushes, the newest state last', async () => {
  const list = await openSidebar(bob)
  await atRest(room)
  await list.heard()
  const told = calls()
  const a = await enter(ada, room)
  const started = Date.now()
  for (let n = 0; n < 100; n++) a.send({ type: 'send_message', content: `${n}` })
  await list.next('last_message_updated', ({ last_message }) => last_message.content === '99')
  const quarters = Math.ceil((Date.now() - started) / 250)
  expect(told.of(bob)).toBeLessThanOrEqual(quarters + 1)
  const frames = list.frames.filter(({ type }) => type === 'last_message_updated')
  expect(frames.length).toBeLessThanOrEqual(quarters + 2)
  expect(frames.at(-1)).toMatchObject({ unread_count: 100, unread_total: 100 })
})

test('[R65] a steady stream reaches an open list about four times a second', async () => {
  const list = await openSidebar(bob)
  await list.heard()
  const told = calls()
  const a = await enter(ada, room)
  const started = Date.now()
  for (let n = 0; n < 40; n++) {
    a.send({ type: 'send_message', content: `${n}` })
    await pause(25)
  }
  await list.next('last_message_updated', ({ last_message }) => last_message.content === '39')
  const quarters = Math.ceil((Date.now() - started) / 250)
  expect(told.of(bob)).toBeGreaterThanOrEqual(3)
  expect(told.of(bob)).toBeLessThanOrEqual(quarters + 2)
})

twice(
  '[R66] a list that nobody looks at is told once that something is unread, and then not again',
  async (interlude) => {
    await atRest(room)
    const told = calls()
    await say(ada, room, 'first')
    await atRest(room)
    expect(told.of(bob)).toBe(1)
    await interlude()
    for (let n = 0; n < 20; n++) await say(ada, room, `${n}`)
    await atRest(room)
    await interlude()
    await say(ada, room, 'last')
    await atRest(room)
    expect(told.of(bob)).toBe(1)
    // Reading the list asks the room, however long it was silent; after that the next one is told again, once.
    expect(await unread(bob)).toBe(22)
    await interlude()
    for (let n = 0; n < 3; n++) {
      await say(ada, room, 'more')
      await atRest(room)
    }
    expect(told.of(bob)).toBe(2)
    expect(await unread(bob)).toBe(25)
  },
)

twice('[R66] reading in the room itself is a visit too', async (interlude) => {
  const { id } = await say(ada, room, 'first')
  await atRest(room)
  await interlude()
  await post(bob, `/api/chatrooms/${room.id}/messages/${id}/mark_as_read/`)
  await atRest(room)
  await interlude()
  const told = calls()
  await say(ada, room, 'second')
  await atRest(room)
  // The first unread message after it: the list hears of it, so that a notification can be made.
  expect(told.of(bob)).toBe(1)
  await say(ada, room, 'third')
  await atRest(room)
  expect(told.of(bob)).toBe(1)
  expect(await unread(bob)).toBe(2)
})

test('[R66] what does not make anything unread does not wake a list that nobody looks at', async () => {
  await atRest(room)
  const told = calls()
  await say(bob, room, 'my own')
  await post(ada, `/api/chatrooms/${room.id}/assign_admin/`, { user_id: bob.id })
  await atRest(room)
  expect(told.of(bob)).toBe(0)
  expect((await get(bob, '/api/chatrooms/')).body.results[0].last_message.content).toBe('my own')
})

test('[R66] what a room repeats after waking is not yet the change after which a list sleeps on it', async () => {
  await say(ada, room, 'one')
  await atRest(room)
  await get(bob, '/api/chatrooms/')
  const report = await roomActor(room).summaryFor(bob.id)
  const later = { ...report.state, version: report.state.version + 1 }
  expect(await sidebarActor(bob).roomChanged(report)).toBe('all')
  expect(await sidebarActor(bob).roomChanged({ ...report, state: later })).toBe('all')
  expect(await sidebarActor(bob).roomChanged({ ...report, state: { ...later, unread: 2 } })).toBe('none')
  expect(await sidebarActor(bob).roomChanged({ ...report, state: { ...later, unread: 2 } })).toBe('none')
})

twice('[R64] a list that was asleep shows what is so now', async (interlude) => {
  for (const content of ['one', 'two', 'three']) {
    await say(ada, room, content)
    await atRest(room)
    await interlude()
  }
  const { body } = await get(bob, '/api/chatrooms/')
  expect(body.results[0]).toMatchObject({ unread_count: 3, last_message: { content: 'three' } })
  await interlude()
  await say(ada, room, 'four')
  const list = await openSidebar(bob)
  const snapshot = list.frames.find(({ type }) => type === 'snapshot')
  expect(snapshot?.rooms[0]).toMatchObject({ unread_count: 4, last_message: { content: 'four' } })
})

test('[R64] a list read right after a push shows also what is held back at that moment', async () => {
  const list = await openSidebar(bob)
  const a = await enter(ada, room)
  for (let n = 1; n <= 30; n++) {
    await a.answer({ type: 'send_message', content: `${n}` })
    // No waiting: whatever the push is doing, what is read is what the room says now.
    expect(await unread(bob)).toBe(n)
  }
  list.close()
})

twice('[R63] [R64] unread counts are those of the rooms, for everyone, whatever happened', async (interlude) => {
  const rooms = [room, await group(ada, [bob]), await group(bob, [ada])]
  let seed = 7
  const chance = (n: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return seed % n
  }
  for (let round = 0; round < 40; round++) {
    const place = rooms[chance(3)] as Frame
    const who = chance(2) ? ada : bob
    const { body } = await get(who, `/api/chatrooms/${place.id}/messages/?limit=5`)
    const some = body.results[chance(body.results.length || 1)]
    const path = `/api/chatrooms/${place.id}/messages/${some?.id}/`
    const what = chance(5)
    if (what === 0 && some) await post(who, `${path}mark_as_read/`)
    else if (what === 1 && some) await remove(who, path)
    else await say(who, place, `${round}`)
    if (round % 10 === 9) await interlude()
  }
  for (const who of [ada, bob]) {
    const list = (await get(who, '/api/chatrooms/?limit=100')).body.results
    for (const place of rooms) {
      const messages = (await get(who, `/api/chatrooms/${place.id}/messages/?limit=100`)).body.results
      const read = (await get(who, `/api/chatrooms/${place.id}/`)).body
      const counted = messages.filter(
        ({ sender, deleted, read_statuses }: Frame) =>
          sender.id !== who.id && !deleted && !read_statuses.some(({ id }: Frame) => id === who.id),
      ).length
      expect(read.unread_count).toBe(counted)
      expect(list.find(({ id }: Frame) => id === place.id).unread_count).toBe(counted)
    }
  }
})

twice('[R67] a list that fails delays nobody, and is told later', async (interlude) => {
  const [a, b, list] = [await enter(ada, room), await enter(bob, room), await openSidebar(bob)]
  await atRest(room)
  const cy = await signUp(`cy${people}`)
  await post(ada, `/api/chatrooms/${room.id}/add_members/`, { users: [cy.id] })
  const hers = await openSidebar(cy)
  await atRest(room)
  const honest = Sidebar.prototype.roomChanged
  const failing = vi.spyOn(Sidebar.prototype, 'roomChanged').mockImplementation(function (this: Sidebar, report) {
    if (userOf(this) === bob.id) throw new Error('This sidebar is broken')
    return honest.call(this, report)
  })
  const elapsed = stopwatch()
  await a.answer({ type: 'send_message', content: 'hello' })
  expect((await b.next('new_message')).message.content).toBe('hello')
  // Nor does a list wait for another.
  expect((await hers.next('last_message_updated')).last_message.content).toBe('hello')
  expect(elapsed()).toBeLessThan(1_500)
  expect((await list.heard()).filter(({ type }) => type === 'last_message_updated')).toEqual([])
  expect(failing.mock.results.some(({ type }) => type === 'throw')).toBe(true)
  failing.mockRestore()
  await interlude()
  forward(5_000)
  await runDurableObjectAlarm(roomActor(room))
  expect(await list.next('last_message_updated')).toMatchObject({ unread_count: 1, last_message: { content: 'hello' } })
})

test('[R67] a list that hangs holds no message and no other list', async () => {
  const [a, b] = [await enter(ada, room), await enter(bob, room)]
  await openSidebar(bob)
  await atRest(room)
  let release = () => {}
  const stuck = new Promise<void>((resolve) => {
    release = resolve
  })
  const honest = Sidebar.prototype.roomChanged
  vi.spyOn(Sidebar.prototype, 'roomChanged').mockImplementation(async function (this: Sidebar, report) {
    if (userOf(this) === bob.id) await stuck
    return honest.call(this, report)
  })
  for (let n = 0; n < 5; n++) {
    await a.answer({ type: 'send_message', content: `${n}` })
    await b.next('new_message')
  }
  release()
  await atRest(room)
  expect(await unread(bob)).toBe(5)
})

twice('[R67] a feed that fails is told when the list is told again', async (interlude) => {
  const feed = await openFeed(bob)
  await atRest(room)
  const failing = vi.spyOn(Feed.prototype, 'unreadChanged').mockImplementation(() => {
    throw new Error('This feed is broken')
  })
  await say(ada, room, 'hello')
  await eventually(() => expect(failing).toHaveBeenCalled())
  failing.mockRestore()
  await interlude()
  forward(5_000)
  await runDurableObjectAlarm(roomActor(room))
  const { notification } = await feed.next('new_notification')
  expect(notification).toMatchObject({ notification_type: 'new_message', room_id: room.id, count: 1 })
})

test('[R66] a room whose memory was lost in the middle of telling tells again', async () => {
  const list = await openSidebar(bob)
  await atRest(room)
  await list.heard()
  const lost = vi.spyOn(Sidebar.prototype, 'roomChanged').mockImplementation(() => new Promise(() => {}))
  const a = await enter(ada, room)
  await a.answer({ type: 'send_message', content: 'hello' })
  await eventually(() => expect(lost).toHaveBeenCalled())
  lost.mockRestore()
  await abortAllDurableObjects()
  await runDurableObjectAlarm(roomActor(room))
  expect(await unread(bob)).toBe(1)
  const told = await openSidebar(bob)
  expect(told.frames.find(({ type }) => type === 'snapshot')?.rooms[0].last_message.content).toBe('hello')
})

twice('[R64] a room that does not answer does not hide the list, and is asked again', async (interlude) => {
  await say(ada, room, 'hello')
  await atRest(room)
  const broken = vi.spyOn(Room.prototype, 'summaryFor').mockImplementation(() => {
    throw new Error('This room is broken')
  })
  const { status, body } = await get(bob, '/api/chatrooms/')
  expect([status, body.results.length]).toEqual([200, 1])
  broken.mockRestore()
  await interlude()
  await say(ada, room, 'again')
  expect(await unread(bob)).toBe(2)
  expect((await sidebarActor(bob).list('', 10)).results[0]?.last_message?.content).toBe('again')
})
