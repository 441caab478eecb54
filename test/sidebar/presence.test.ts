/** Presence: a user is online while any socket of any device is open; devices that reconnect often cost little. */
import { evictAllDurableObjects, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { signAccess } from '../../src/auth/tokens'
import { TIMES } from '../../src/config'
import { Room } from '../../src/room/room'
import { Sidebar } from '../../src/sidebar/sidebar'
import { eventually } from '../support/eventually'
import {
  atRest,
  connect,
  direct,
  enter,
  type Frame,
  forward,
  get,
  group,
  openFeed,
  openSidebar,
  post,
  presentTime,
  roomActor,
  type Someone,
  sidebarActor,
  signIn,
  signUp,
  twice,
} from '../support/world'

let ada: Someone
let bob: Someone
let people = 0
beforeEach(async () => {
  people += 1
  ada = await signUp(`ada${people}`)
  bob = await signUp(`bob${people}`)
})
afterEach(() => {
  vi.restoreAllMocks()
  presentTime()
})

const online = async (who: Someone): Promise<boolean> => {
  await eventually(async () => expect(await owed(who)).toBe(0))
  return (await get(who, `/api/users/${who.id}/`)).body.online_status
}
const owed = (who: Someone) =>
  runInDurableObject(sidebarActor(who), (_, { storage }) => storage.sql.exec('SELECT 1 FROM outbox').toArray().length)

/** What happens when nothing comes for a while: the alarm rings. */
async function afterGrace(who: Someone): Promise<void> {
  for (const _ of [1, 2]) {
    forward(TIMES.presenceGrace + 1)
    await runDurableObjectAlarm(sidebarActor(who))
  }
}

/** Counts the rows that the sidebar of a person writes. */
async function rowsWritten(who: Someone, action: () => Promise<void>): Promise<number> {
  let written = 0
  await runInDurableObject(sidebarActor(who), (_, { storage }) => {
    const prototype = Object.getPrototypeOf(storage.sql) as SqlStorage
    const exec = prototype.exec
    vi.spyOn(prototype, 'exec').mockImplementation(function (this: SqlStorage, query, ...values) {
      const cursor = exec.call(this, query, ...values)
      if (this === storage.sql) written += cursor.rowsWritten
      return cursor
    })
  })
  await action()
  vi.restoreAllMocks()
  return written
}

for (const [where, open] of [
  ['the list', (who: Someone, _: Frame) => openSidebar(who)],
  ['a room', (who: Someone, room: Frame) => enter(who, room)],
  ['the notifications', (who: Someone, _: Frame) => openFeed(who)],
] as const) {
  twice(`[R70] [R71] one is online while ${where} is open, and offline some seconds after`, async (interlude) => {
    const room = await direct(ada, bob)
    const partner = await openSidebar(ada)
    expect(await online(bob)).toBe(false)
    const line = await open(bob, room)
    expect(await partner.next('presence')).toMatchObject({ user_id: bob.id, online: true })
    expect(await online(bob)).toBe(true)
    await interlude()
    await afterGrace(bob)
    expect(await online(bob)).toBe(true)
    await interlude()
    line.close()
    await line.closed()
    await interlude()
    expect(await online(bob)).toBe(true)
    await afterGrace(bob)
    expect(await partner.next('presence')).toMatchObject({ user_id: bob.id, online: false })
    expect(await online(bob)).toBe(false)
    partner.close()
  })
}

twice('[R70] a second tab or device keeps one online', async (interlude) => {
  const room = await direct(ada, bob)
  const lines = [
    await openSidebar(bob),
    await openSidebar(bob),
    await enter(await signIn(bob), room),
    await openFeed(bob),
  ]
  await interlude()
  while (lines.length > 0) {
    expect(await online(bob)).toBe(true)
    const line = lines.pop()
    line?.close()
    await line?.closed()
    await interlude()
    await afterGrace(bob)
  }
  expect(await online(bob)).toBe(false)
})

twice('[R71] coming back within the grace shows nothing to anybody', async (interlude) => {
  await direct(ada, bob)
  const partner = await openSidebar(ada)
  const line = await openSidebar(bob)
  await partner.next('presence')
  line.close()
  await line.closed()
  await interlude()
  // The alarm may ring too early, for something else.
  await runDurableObjectAlarm(sidebarActor(bob))
  const again = await openSidebar(bob)
  await afterGrace(bob)
  await partner.heard()
  expect(partner.frames.filter(({ user_id, online }) => user_id === bob.id && online === false)).toEqual([])
  again.close()
})

test('[R72] reconnecting many times a second writes no row', async () => {
  const room = await direct(ada, bob)
  const first = [await openSidebar(bob), await enter(bob, room), await openFeed(bob)]
  await online(bob)
  await atRest(room)
  for (const line of first) line.close()
  const quiet = await rowsWritten(bob, async () => {
    for (let n = 0; n < 20; n++) {
      const lines = [await connect(bob, '/ws/sidebar/'), await enter(bob, room), await openFeed(bob)]
      await lines[0]?.next('snapshot')
      for (const line of lines) line.close()
      for (const line of lines) await line.closed()
    }
  })
  expect(quiet).toBe(0)
  // The instrument works: going offline writes.
  expect(await rowsWritten(bob, () => afterGrace(bob))).toBeGreaterThan(0)
})

twice('[R73] the people of a small room hear it, the person themselves does not', async (interlude) => {
  const room = await group(ada, [bob])
  const a = await enter(ada, room)
  await interlude()
  const list = await openSidebar(bob)
  expect(await a.next('presence', ({ user_id }) => user_id === bob.id)).toMatchObject({ online: true })
  const b = await enter(bob, room)
  expect(b.frames.find(({ type }) => type === 'ready')?.online.toSorted()).toEqual([ada.id, bob.id].toSorted())
  list.close()
  b.close()
  await b.closed()
  await interlude()
  await afterGrace(bob)
  expect(await a.next('presence', ({ user_id }) => user_id === bob.id)).toMatchObject({ online: false })
  expect(a.frames.filter(({ type, user_id }) => type === 'presence' && user_id === ada.id)).toEqual([])
  const again = await enter(ada, room)
  expect(again.frames.find(({ type }) => type === 'ready')?.online).toEqual([ada.id])
})

twice('[R70] [R67] a closing that could not be told is told later', async (interlude) => {
  const room = await group(ada, [bob])
  const b = await enter(bob, room)
  expect(await online(bob)).toBe(true)
  const deaf = vi.spyOn(Sidebar.prototype, 'targetClosed').mockImplementation(() => {
    throw new Error('This sidebar is broken')
  })
  b.close()
  await b.closed()
  await eventually(() => expect(deaf).toHaveBeenCalled())
  deaf.mockRestore()
  await interlude()
  forward(5_000)
  await runDurableObjectAlarm(roomActor(room))
  await afterGrace(bob)
  expect(await online(bob)).toBe(false)
})

test('[R70] sockets that vanish with their actor do not keep one online', async () => {
  const room = await group(ada, [bob])
  const b = await enter(bob, room)
  expect(await online(bob)).toBe(true)
  // Nothing is left that would have it look by chance.
  while (await runDurableObjectAlarm(sidebarActor(bob))) forward(1_000)
  await evictDurableObject(roomActor(room), { webSockets: 'close' })
  expect((await b.closed()).code).toBe(1006)
  // The next time anything wakes the list, it looks; nothing has told it.
  await evictAllDurableObjects()
  forward(TIMES.presenceCheck)
  await get(bob, '/api/chatrooms/')
  await afterGrace(bob)
  expect(await online(bob)).toBe(false)
})

test('[R70] a room that does not say whether one is there is asked again, though nobody looks', async () => {
  const room = await group(ada, [bob])
  const b = await enter(bob, room)
  expect(await online(bob)).toBe(true)
  const told = vi.spyOn(Sidebar.prototype, 'targetClosed')
  b.close()
  await b.closed()
  await eventually(() => expect(told).toHaveBeenCalled())
  // What was closing stood in memory only.
  await evictDurableObject(sidebarActor(bob))
  const broken = vi.spyOn(Room.prototype, 'activeSessions').mockImplementation(() => {
    throw new Error('This room is broken')
  })
  await afterGrace(bob)
  expect(broken).toHaveBeenCalled()
  broken.mockRestore()
  expect(await online(bob)).toBe(true)
  await afterGrace(bob)
  expect(await online(bob)).toBe(false)
})

twice(
  '[R92] a session that ends closes its sockets with 4401 on all three actors, and no other’s',
  async (interlude) => {
    const room = await direct(ada, bob)
    const phone = await signIn(bob)
    const mine = [await openSidebar(bob), await enter(bob, room), await openFeed(bob)]
    const lost = [await openSidebar(phone), await enter(phone, room), await openFeed(phone)]
    await interlude()
    const { status } = await post(phone, '/api/logout/', { refresh: phone.refresh })
    expect(status).toBe(200)
    for (const line of lost) expect(await line.closed()).toMatchObject({ code: 4401 })
    await interlude()
    await post(ada, `/api/chatrooms/${room.id}/messages/`, { content: 'only for the living' })
    await post(bob, '/api/notifications/', { message: 'only for the living' })
    for (const line of mine)
      await line.until('it', () => line.wire.find((text) => text.includes('only for the living')))
    for (const line of lost) expect(line.wire.filter((text) => text.includes('only for the living'))).toEqual([])
    for (const line of mine) expect(line.ended).toBeUndefined()
  },
)

test('[R92] an upgrade that was admitted before its session ended is closed again', async () => {
  const room = await direct(ada, bob)
  const phone = await signIn(bob)
  const { body } = await get(phone, '/api/sessions/')
  const session = body.find((each: Frame) => each.current).id
  // The end arrives at the list while the upgrade is on its way: the directory still calls the session live. The directory
  // answers for a token of an earlier release.
  await sidebarActor(bob).endSessions([session])
  const named = { id: phone.id, username: phone.username, full_name: '', picture: null }
  const of = { person: named, sessionId: session, sessionEnds: Date.now() + TIMES.refreshToken }
  const earlier = { ...phone, access: await signAccess(env.AUTH_SECRET, of, Date.now()) }
  const line = await connect(earlier, `/ws/chat/${room.id}/`)
  expect(await line.closed()).toMatchObject({ code: 4401 })
  const feed = await connect(earlier, '/ws/notifications/')
  expect(await feed.closed()).toMatchObject({ code: 4401 })
  await expect(connect(phone, '/ws/sidebar/')).rejects.toThrow('401')
  expect(
    await env.DIRECTORY.prepare('SELECT ended_at FROM sessions WHERE id = ?').bind(session).first('ended_at'),
  ).toBeNull()
})
