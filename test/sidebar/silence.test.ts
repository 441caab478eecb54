/** Devices that vanish without closing anything: nobody is shown as online for the sake of a socket that says nothing. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { TIMES } from '../../src/config'
import { eventually } from '../support/eventually'
import {
  direct,
  enter,
  type Frame,
  forward,
  get,
  group,
  type Line,
  openFeed,
  openSidebar,
  presentTime,
  roomActor,
  type Someone,
  sidebarActor,
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

/** A sign of life, which arrives. */
async function ping(line: Line): Promise<void> {
  const before = line.wire.filter((text) => text === 'pong').length
  line.send('ping')
  await line.until('a pong', () => line.wire.filter((text) => text === 'pong').length > before || undefined)
}

const ring = (who: Someone) => runDurableObjectAlarm(sidebarActor(who))
const alarmOf = (who: Someone) => runInDurableObject(sidebarActor(who), (_, { storage }) => storage.getAlarm())
const shown = async (who: Someone): Promise<boolean> => (await get(who, `/api/users/${who.id}/`)).body.online_status

/** Rings until nothing rings before `time` any more. */
async function quietBefore(who: Someone, time: number): Promise<void> {
  for (let at = await alarmOf(who); at !== null && at < time; at = await alarmOf(who)) await ring(who)
}

for (const [where, open] of [
  ['the list', (who: Someone, _: Frame) => openSidebar(who)],
  ['a room', (who: Someone, room: Frame) => enter(who, room)],
  ['the notifications', (who: Someone, _: Frame) => openFeed(who)],
] as const) {
  twice(`[R70] [R75] whoever vanishes while ${where} is open is gone within a minute`, async (interlude) => {
    const room = await direct(ada, bob)
    const watcher = await openSidebar(ada)
    const line = await open(bob, room)
    await watcher.next('presence', ({ user_id }) => user_id === bob.id)
    await ping(line)
    await interlude()
    // Still there at the next look: it is rung for, because Ada would see it.
    forward(TIMES.silentSocket / 2)
    await ping(line)
    await quietBefore(bob, Date.now())
    forward(TIMES.silentSocket / 2)
    await ring(bob)
    expect(await shown(bob)).toBe(true)
    expect(await alarmOf(bob)).not.toBeNull()
    await interlude()
    // Not one more sign of life.
    forward(TIMES.silentSocket)
    await ring(bob)
    expect(await line.closed()).toMatchObject({ code: 4408 })
    await interlude()
    for (let rung = 0; rung < 2; rung++) {
      forward(TIMES.presenceGrace + 1)
      await ring(bob)
    }
    await watcher.next('presence', ({ user_id, online }) => user_id === bob.id && !online)
    expect(TIMES.silentSocket + TIMES.presenceGrace).toBeLessThan(60_000)
  })
}

test('[R75] whoever never sends a ping is believed', async () => {
  await direct(ada, bob)
  const watcher = await openSidebar(ada)
  const line = await openSidebar(bob)
  await watcher.next('presence', ({ user_id }) => user_id === bob.id)
  for (let minute = 0; minute < 3; minute++) {
    forward(60_000)
    await ring(bob)
  }
  expect(await shown(bob)).toBe(true)
  expect(line.ended).toBeUndefined()
})

test('[R75] whoever is alone is not looked after, until somebody comes who sees them', async () => {
  const room = await group(ada, [bob])
  const line = await openSidebar(bob)
  await ping(line)
  for (let rung = 0; rung < 5 && (await ring(bob)); rung++) forward(TIMES.outboxFirst)
  expect(await alarmOf(bob)).toBeNull()
  // Not a partner, but somebody of a group.
  const watcher = await enter(ada, room)
  await eventually(async () => expect(await alarmOf(bob)).not.toBeNull())
  watcher.close()
})

test('[R75] whoever a crash left online is found gone when somebody comes who sees them', async () => {
  const room = await direct(ada, bob)
  const line = await enter(bob, room)
  await eventually(async () => expect(await shown(bob)).toBe(true))
  for (let rung = 0; rung < 5 && (await ring(bob)); rung++) forward(TIMES.outboxFirst)
  expect(await alarmOf(bob)).toBeNull()
  await evictDurableObject(roomActor(room), { webSockets: 'close' })
  await evictDurableObject(sidebarActor(bob), { webSockets: 'close' })
  await line.closed()
  const watcher = await openSidebar(ada)
  await eventually(async () => expect(await alarmOf(bob)).not.toBeNull())
  for (let rung = 0; rung < 2; rung++) {
    forward(TIMES.presenceGrace + 1)
    await ring(bob)
  }
  await watcher.next('presence', ({ user_id, online }) => user_id === bob.id && !online)
  expect(await shown(bob)).toBe(false)
})
