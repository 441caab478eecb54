/**
 * What each operation costs, counted, against what it may: `npm run cost` prints it and writes docs/cost.md. Every
 * figure is whole: with what follows from it in lists, notifications and directory, until all is at rest.
 */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { jpeg } from '../media/fixtures'
import { PATIENCE } from '../support/patience'
import {
  ask,
  cast,
  done,
  enter,
  type Frame,
  get,
  group,
  type Line,
  openSidebar,
  pause,
  post,
  type Someone,
  say,
} from '../support/world'
import { type Bill, Meter } from './meter'

/** Longer than anything is held back: pushes a quarter of a second, cursors one. */
const REST = 1_150
/** Between two looks, in milliseconds. */
const LOOK = 50
/** People of the room whose lists all sleep. */
const SLEEPERS = 40

const meter = new Meter()
/** As the runtime gives them: what the meter puts in their place is for the product alone. */
const rooms = env.ROOMS
const actorOf = ({ id }: Frame) => rooms.getByName(String(id))
const bills: Record<string, Bill & { times: number }> = {}
let ada: Someone
let bob: Someone
let cid: Someone
let room: Frame
let [a, b]: [Line, Line] = [] as never

beforeAll(async () => {
  ;({ ada, bob, cid } = await cast('ada', 'bob', 'cid'))
  room = await group(ada, [bob])
  await meter.install()
  ;[a, b] = [await enter(ada, room), await enter(bob, room)]
  await rest()
})

afterAll(() => {
  vi.restoreAllMocks()
})

/** Waits until nothing has been counted for as long as anything is held back. */
async function rest(): Promise<void> {
  let counted = ''
  for (let quiet = 0; quiet < REST; quiet += LOOK) {
    await pause(LOOK)
    const now = JSON.stringify(meter.bill())
    if (now !== counted) quiet = 0
    counted = now
  }
}

/** Does something `times` times, waits for rest, and gives the bill of all of it. */
async function costOf(what: string, act: () => Promise<unknown>, times = 1): Promise<Bill> {
  meter.reset()
  await act()
  await rest()
  const bill = meter.bill()
  bills[what] = { ...bill, times }
  return bill
}

const send = (line: Line, from: number, count: number) => {
  for (let n = 0; n < count; n++)
    line.send({ type: 'send_message', content: `Message ${n}`, client_id: `${from}-${n}` })
}

test('a message is three rows in its room, and what follows from ten of them at once is told once', async () => {
  const ten = await costOf(
    'ten text messages at once',
    async () => {
      send(a, 1, 10)
      for (let n = 0; n < 10; n++) await a.next('message.ack')
    },
    10,
  )
  expect(ten.frames).toBe(10)
  expect(ten.roomWritten).toBeLessThanOrEqual(10 * 3 + 2)
  // To each of the two lists, and from them to the notifications; the writes there are one state each.
  expect(ten.calls['sidebar.roomChanged'] ?? 0).toBeLessThanOrEqual(4)
  expect(ten.d1Written + ten.d1Read).toBe(0)
  const one = await costOf('one text message', async () => {
    send(a, 2, 1)
    await a.next('message.ack')
  })
  expect(one.roomWritten).toBeLessThanOrEqual(3)
  expect(one.requests).toBeLessThanOrEqual(6)
})

test('typing writes nothing', async () => {
  const bill = await costOf('typing, on and off', async () => {
    a.send({ type: 'typing' })
    await b.next('typing')
    a.send({ type: 'stop_typing' })
    await b.next('stop_typing')
  })
  expect(bill.frames).toBe(2)
  expect([bill.roomWritten, bill.otherWritten, bill.d1Written]).toEqual([0, 0, 0])
})

test('reading ten messages one after the other is written about once', async () => {
  const { last_id } = await done(get(bob, `/api/chatrooms/${room.id}/`))
  const bill = await costOf(
    'read and delivered, ten each',
    async () => {
      for (let n = 9; n >= 0; n--) {
        b.send({ type: 'delivered', message_id: last_id - n })
        b.send({ type: 'read_message', message_id: last_id - n })
      }
    },
    10,
  )
  expect(bill.roomWritten).toBeLessThanOrEqual(8)
})

test('a socket that says nothing costs nothing', async () => {
  // Until the last of what came before has rung.
  await pause(REST)
  const bill = await costOf('two idle sockets, pings included', async () => {
    for (const line of [a, b]) line.send('ping')
  })
  expect(bill).toMatchObject({
    requests: 0,
    frames: 0,
    roomWritten: 0,
    otherWritten: 0,
    d1Written: 0,
    roomRead: 0,
    otherRead: 0,
    d1Read: 0,
  })
})

test('connecting and coming back ask the directory a fixed number of times, and write no message', async () => {
  const first = await costOf('open a room', async () => {
    const line = await enter(bob, room)
    line.close()
  })
  const again = await costOf('come back to a room, ten messages missed', async () => {
    const line = await enter(bob, room, `?after=${room.last_id}`)
    line.close()
  })
  for (const bill of [first, again]) {
    expect(bill.requests).toBeLessThanOrEqual(6)
    expect(bill.roomWritten).toBe(0)
  }
})

test('coming and going is written once each, whoever looks', async () => {
  const bill = await costOf('open the list', async () => {
    const line = await openSidebar(bob)
    line.close()
  })
  expect(bill.roomWritten).toBeLessThanOrEqual(2)
  expect(bill.d1Written).toBeLessThanOrEqual(4)
})

test('coming online is a row with oneself and one in the directory', async () => {
  const bill = await costOf('come online: the first socket of a person', async () => {
    await openSidebar(cid)
  })
  expect(bill.d1Written).toBeLessThanOrEqual(3)
  expect(bill.roomWritten).toBe(0)
})

test('lists, pages and searches write nothing, but that somebody is looking again', async () => {
  const reads: [string, string][] = [
    ['read the list', '/api/chatrooms/'],
    ['read a page of messages', `/api/chatrooms/${room.id}/messages/`],
    ['search all rooms', '/api/search/?q=Message'],
  ]
  for (const [what, path] of reads) {
    const bill = await costOf(what, () => done(get(ada, path)))
    expect(bill.roomWritten).toBeLessThanOrEqual(1)
    expect(bill.d1Written).toBe(0)
    expect(bill.requests).toBeLessThanOrEqual(6)
  }
})

test('a list that slept asks its rooms when it is read, and not again when it is read again at once', async () => {
  await done(post(bob, `/api/chatrooms/${room.id}/messages/`, { content: 'while nobody looks at their list' }))
  await pause(REST)
  meter.reset()
  await done(get(ada, '/api/chatrooms/'))
  expect(meter.bill().requests).toBeGreaterThan(1)
  const bill = await costOf('read the list again at once', () => done(get(ada, '/api/chatrooms/')))
  // The room where she is, which may have acknowledged what she has just said there, and her list.
  expect(bill.requests).toBe(2)
})

test('an image is one object stored, and a message', async () => {
  const form = new FormData()
  form.append('image', new Blob([jpeg()]), 'tower.jpg')
  const bill = await costOf('one image message', () =>
    done(ask('POST', `/api/chatrooms/${room.id}/messages/`, { token: ada.access, body: form })),
  )
  expect(bill.r2A).toBe(1)
  expect(bill.roomWritten).toBeLessThanOrEqual(10)
})

test('members who sleep are called once, however much is said', async () => {
  const big = await group(ada, [])
  await runInDurableObject(actorOf(big), (_, { storage }) => {
    for (let id = 1_000_001; id <= 1_000_000 + SLEEPERS; id++) {
      storage.sql.exec(
        `INSERT INTO members (user_id, role, username, full_name, joined_at, joined_seq, changed_seq, read_to, read_at,
           read_seq, delivered_to, delivered_seq, subscription) VALUES (?, 'member', ?, ?, 1, 1, 1, 2, 1, 0, 2, 0, 'firstUnread')`,
        id,
        `m${id}`,
        `m${id}`,
      )
    }
  })
  // Members are read once on waking.
  await evictDurableObject(actorOf(big))
  meter.reset()
  await done(post(ada, `/api/chatrooms/${big.id}/messages/`, { content: 'First' }))
  await vi.waitUntil(() => (meter.bill().calls['sidebar.roomChanged'] ?? 0) >= SLEEPERS, { timeout: PATIENCE })
  await pause(REST)
  const first = meter.bill()
  bills[`first message to ${SLEEPERS} who sleep`] = { ...first, times: SLEEPERS }
  // One each, and the speaker's own list.
  expect(first.calls['sidebar.roomChanged']).toBeLessThanOrEqual(SLEEPERS + 2)
  const later = await costOf(
    'ten more to the same',
    async () => {
      for (let n = 0; n < 10; n++) await say(ada, big, `Again ${n}`)
    },
    10,
  )
  const told = Object.entries(later.calls).filter(([call]) => call === 'sidebar.roomChanged')
  // Only the speaker's own list hears of it.
  expect(told.map(([, count]) => count).reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(12)
  expect(later.roomWritten).toBeLessThanOrEqual(10 * 3 + 12)
})

test('all of it is told', ({ task }) => {
  Object.assign(task.meta, { bills })
  expect(Object.keys(bills).length).toBeGreaterThan(10)
})
