/** Pending work is done although its alarm was lost: whatever lost it, and in every kind of actor. */
import { evictAllDurableObjects, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import { Alarm } from '../../src/actor/store/alarm'
import { worker } from '../../src/api/worker'
import { TIMES } from '../../src/config'
import { nextToSweep, recordSweep } from '../../src/directory/operation/sweeps'
import { DirectoryProjection } from '../../src/room/outbound/directory-projection'
import { SidebarPush } from '../../src/room/outbound/sidebar-push'
import { Room } from '../../src/room/room'
import { Sidebar } from '../../src/sidebar/sidebar'
import { eventually } from '../support/eventually'
import { promote } from '../support/staff'
import {
  atRest,
  cast,
  done,
  enter,
  type Frame,
  forward,
  get,
  group,
  openSidebar,
  patch,
  presentTime,
  roomActor,
  type Someone,
  say,
  sidebarActor,
  signUp,
} from '../support/world'

/** Runs of an alarm after which the platform gives up: the first, and six retries. */
const RUNS = 7

let ada: Someone
let bob: Someone
let boss: Someone
let room: Frame
beforeAll(async () => {
  ;({ ada, bob, boss } = await cast('ada', 'bob', 'boss'))
  await promote(boss)
})
afterEach(() => {
  vi.restoreAllMocks()
  presentTime()
})

type Actor = DurableObjectStub<undefined>

/** The alarm is gone, and with it the instance that remembers it. */
async function loseAlarm(actor: Actor): Promise<void> {
  await runInDurableObject(actor, (_, { storage }) => storage.deleteAlarm())
  await evictDurableObject(actor)
}

const alarmOf = (actor: Actor) => runInDurableObject(actor, (_, { storage }) => storage.getAlarm())

const nameInDirectory = () =>
  env.DIRECTORY.prepare('SELECT name FROM rooms WHERE id = ?').bind(room.id).first<string>('name')

const renamed = (name: string) => patch(ada, `/api/chatrooms/${room.id}/`, { room_name: name })

/** Renames the room while the directory does not take it. */
async function renameUnprojected(name: string): Promise<void> {
  room = await group(ada, [bob])
  await atRest(room)
  const failing = vi
    .spyOn(DirectoryProjection.prototype, 'deliver')
    .mockRejectedValue(new Error('The directory is down'))
  await renamed(name)
  await eventually(() => expect(failing).toHaveBeenCalled())
  expect(await nameInDirectory()).not.toBe(name)
  failing.mockRestore()
}

test('[R119] an outbox entry is delivered after its alarm is lost, at the next call of any kind', async () => {
  await renameUnprojected('Lost and found')
  await loseAlarm(roomActor(room))
  await get(ada, `/api/chatrooms/${room.id}/`)
  forward(TIMES.outboxMost)
  await runDurableObjectAlarm(roomActor(room))
  await eventually(async () => expect(await nameInDirectory()).toBe('Lost and found'))
})

test('[R119] an alarm that fails seven times is set again, and its other parts run each time', async () => {
  await renameUnprojected('Seven times')
  const actor = roomActor(room)
  const failing = vi.spyOn(DirectoryProjection.prototype, 'deliver').mockRejectedValue(new Error('Still down'))
  vi.spyOn(SidebarPush.prototype, 'onAlarm').mockRejectedValue(new Error('This part is broken'))
  for (let run = 0; run < RUNS; run++) {
    forward(TIMES.outboxMost)
    const before = failing.mock.calls.length
    expect(await runDurableObjectAlarm(actor)).toBe(true)
    expect(failing.mock.calls.length).toBeGreaterThan(before)
    expect(await alarmOf(actor)).not.toBeNull()
  }
  vi.restoreAllMocks()
  forward(TIMES.outboxMost)
  await runDurableObjectAlarm(actor)
  await eventually(async () => expect(await nameInDirectory()).toBe('Seven times'))
})

test('[R119] storage that fails for a whole run loses nothing: a timer of the instance, or the next one, goes on', async () => {
  await renameUnprojected('Through the storm')
  const actor = roomActor(room)
  await runInDurableObject(actor, async (instance, { storage }) => {
    const [exec, setAlarm] = [storage.sql.exec, storage.setAlarm]
    const down = () => {
      throw new Error('Storage is down')
    }
    await storage.deleteAlarm()
    Object.assign(storage.sql, { exec: down })
    Object.assign(storage, { setAlarm: down })
    try {
      await expect((instance as unknown as { alarm(): Promise<void> }).alarm()).rejects.toThrow('Storage is down')
    } finally {
      Object.assign(storage.sql, { exec })
      Object.assign(storage, { setAlarm })
    }
  })
  // The timer of the same instance.
  await eventually(async () => expect(await alarmOf(actor)).not.toBeNull())
  forward(TIMES.outboxMost)
  await runDurableObjectAlarm(actor)
  await eventually(async () => expect(await nameInDirectory()).toBe('Through the storm'))
})

test('[R119] an instance that lives on sees that its alarm did not ring, and sets it again', async () => {
  await renameUnprojected('Deaf')
  const actor = roomActor(room)
  await runInDurableObject(actor, (_, { storage }) => storage.deleteAlarm())
  await get(ada, `/api/chatrooms/${room.id}/`)
  expect(await alarmOf(actor)).toBeNull()
  forward(TIMES.alarmLost + TIMES.outboxMost)
  await get(ada, `/api/chatrooms/${room.id}/`)
  expect(await alarmOf(actor)).not.toBeNull()
})

test('[R119] a list gets a push whose alarm was lost by the sweep, without another change in the room', async () => {
  room = await group(ada, [bob])
  const list = await openSidebar(bob)
  await atRest(room)
  await list.heard()
  const deaf = vi.spyOn(Sidebar.prototype, 'roomChanged').mockRejectedValue(new Error('This sidebar is broken'))
  await say(ada, room, 'can you hear me?')
  await eventually(() => expect(deaf).toHaveBeenCalled())
  deaf.mockRestore()
  await loseAlarm(roomActor(room))
  await roomActor(room).overdueSince()
  expect(await alarmOf(roomActor(room))).not.toBeNull()
  await atRest(room)
  expect(await list.next('last_message_updated')).toMatchObject({ last_message: { content: 'can you hear me?' } })
  list.close()
})

test('a room that is up to date wakes without an alarm and without reading its members', async () => {
  room = await group(ada, [bob])
  const list = await openSidebar(bob)
  await say(ada, room, 'all have this')
  await atRest(room)
  list.close()
  await evictAllDurableObjects()
  await roomActor(room).quotesFor(bob.id, [], [])
  expect(await alarmOf(roomActor(room))).toBeNull()
})

test('[R119] an owner without devices goes offline, although the alarm for it was lost', async () => {
  const cy = await signUp('cy')
  const list = await openSidebar(cy)
  const actor = sidebarActor(cy)
  list.close()
  await eventually(async () => expect(await alarmOf(actor)).not.toBeNull())
  await loseAlarm(actor)
  expect(await alarmOf(actor)).not.toBeNull()
})

test('the oldest pending work is known by its time', async () => {
  await renameUnprojected('How old')
  await enter(bob, room)
  await runInDurableObject(roomActor(room), (_, ctx) => {
    const alarm = new Alarm(ctx)
    alarm.covers(() => null)
    expect(alarm.overdueSince()).toBeNull()
    alarm.covers(() => 5)
    alarm.covers(() => 3)
    expect(alarm.overdueSince()).toBe(3)
  })
})

test('[R119] the sweep reaches objects that nobody calls, and staff see how old the oldest pending work is', async () => {
  await renameUnprojected('Swept')
  const dee = await signUp('dee')
  await patch(dee, '/api/profile/', { first_name: 'Cyan' })
  await loseAlarm(roomActor(room))
  await runInDurableObject(roomActor(room), (_, { storage }) => storage.deleteAlarm())
  const since = async () => (await done(get(boss, '/api/admin/stats/'))).pending
  expect(await since()).toEqual({ swept_at: null, overdue_since: null })
  await evictAllDurableObjects()
  forward(TIMES.outboxMost)
  await env.DIRECTORY.prepare(
    `INSERT INTO outbox (user_id, kind, subject, revision, created_at) VALUES (?, 'person', 0, 1, 0)`,
  )
    .bind(dee.id)
    .run()
  await worker.scheduled({} as ScheduledController, env)
  expect(await alarmOf(roomActor(room))).not.toBeNull()
  const { swept_at, overdue_since } = await since()
  expect(Date.parse(overdue_since)).toBeLessThan(Date.parse(swept_at))
  expect(await env.DIRECTORY.prepare('SELECT count(*) AS n FROM outbox').first('n')).toBe(0)
  await runDurableObjectAlarm(roomActor(room))
  await eventually(async () => expect(await nameInDirectory()).toBe('Swept'))
})

test('a sweep goes on where the last one ended, begins again at the end, and survives an object that fails', async () => {
  await env.DIRECTORY.exec('DELETE FROM sweeps')
  const [first] = await nextToSweep(env.DIRECTORY, 'room', 1, Date.now())
  await recordSweep(env.DIRECTORY, 'room', { last: first ?? 0, at: 5, overdueSince: 3 })
  const [second] = await nextToSweep(env.DIRECTORY, 'room', 1, Date.now())
  expect(second).toBeGreaterThan(first ?? 0)
  await recordSweep(env.DIRECTORY, 'room', { last: second ?? 0, at: 6, overdueSince: null })
  const row = () => env.DIRECTORY.prepare("SELECT * FROM sweeps WHERE kind = 'room'").first()
  expect(await row()).toMatchObject({ overdue_since: 3, overdue_before: null })
  await recordSweep(env.DIRECTORY, 'room', { last: 0, at: 7, overdueSince: 4 })
  expect(await row()).toMatchObject({ after_id: 0, overdue_since: null, overdue_before: 3 })
  expect(await nextToSweep(env.DIRECTORY, 'room', 1, Date.now())).toEqual([first])
  vi.spyOn(Room.prototype, 'overdueSince').mockImplementation(() => {
    throw new Error('This room is broken')
  })
  await worker.scheduled({} as ScheduledController, env)
  expect((await row())?.overdue_before).not.toBeNull()
})
