/** Requests and sockets while the directory is silent: live sessions go on, and ended ones stay refused everywhere. */
import { createExecutionContext, evictAllDurableObjects } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { app } from '../../src/api/app'
import { authenticateCaller, type SignedIn } from '../../src/api/middleware/authenticate'
import { verifyAccess } from '../../src/auth/tokens'
import { TIMES } from '../../src/config'
import { endSession } from '../../src/directory/accounts/sessions'
import { DELIVERY_TIME, pendingEntries } from '../../src/directory/operation/outbox'
import { PASSWORD } from '../support/api'
import { promote } from '../support/staff'
import {
  ask,
  cast,
  done,
  type Frame,
  forward,
  get,
  group,
  Line,
  ORIGIN,
  patch,
  post,
  presentTime,
  type Someone,
  say,
  signIn,
} from '../support/world'

let ada: Someone
let staff: Someone
const { directory: directoryTime, presenceShown } = TIMES
const setTimes = (times: { directory: number; presenceShown: number }) => Object.assign(TIMES, times)
beforeAll(async () => {
  const people = await cast('ada', 'staff')
  ada = people.ada
  staff = people.staff
  await promote(staff)
})

const directory = env.DIRECTORY
let isSilent = false

/** From now on nothing that the directory is asked is answered. @returns what it is asked */
function silence(): string[] {
  const asked: string[] = []
  // Each of its callers waits by itself: a promise of one cannot be settled by another.
  const never = async () => {
    while (isSilent) await scheduler.wait(10)
    throw new Error('D1_ERROR: Network connection lost.')
  }
  isSilent = true
  setTimes({ directory: 200, presenceShown: 20 })
  const statement: object = { bind: () => statement, first: never, run: never, all: never, raw: never }
  env.DIRECTORY = {
    batch: never,
    prepare(sql: string) {
      asked.push(sql)
      return statement
    },
  } as never
  return asked
}

/** The directory answers again, and what waited for it fails. */
function speak(): void {
  env.DIRECTORY = directory
  isSilent = false
  setTimes({ directory: directoryTime, presenceShown })
}

afterEach(() => {
  speak()
  presentTime()
})

/** A new person in a room with Ada, in which she said something. */
async function member(name: string): Promise<{ who: Someone; room: Frame }> {
  const { [name]: who } = (await cast(name)) as Record<string, Someone>
  const room = await group(ada, [who as Someone])
  await say(ada, room, 'before the silence')
  return { who: who as Someone, room }
}

/** Opens a socket with the bindings as they are now. */
async function open(who: Someone, path: string, first: string): Promise<number> {
  const url = new URL(`${path}?token=${who.access}`, ORIGIN)
  const request = new Request(url, { headers: { Upgrade: 'websocket' } })
  const answer = await app.fetch(request, { ...env }, createExecutionContext())
  if (!answer.webSocket) return answer.status
  const line = new Line(answer.webSocket, path)
  await line.next(first)
  line.close()
  return 101
}

const paths = (room: Frame) => ['/api/chatrooms/', `/api/chatrooms/${room.id}/messages/`, '/api/notifications/']
const sockets = (room: Frame) =>
  [
    [`/ws/chat/${room.id}/`, 'ready'],
    ['/ws/sidebar/', 'snapshot'],
    ['/ws/notifications/', 'notification_list'],
  ] as const

const statuses = async (who: Someone, room: Frame) => [
  ...(await Promise.all(paths(room).map(async (path) => (await get(who, path)).status))),
  ...(await Promise.all(sockets(room).map(([path, first]) => open(who, path, first)))),
]

test('[R7] lists, pages, messages and sockets need no directory', async () => {
  const { who, room } = await member('bob')
  await evictAllDurableObjects()
  const asked = silence()
  for (const path of paths(room)) expect([path, (await get(who, path)).status]).toEqual([path, 200])
  expect((await post(who, `/api/chatrooms/${room.id}/messages/`, { content: 'in the silence' })).status).toBe(201)
  expect(asked).toEqual([])
  for (const [path, first] of sockets(room)) expect([path, await open(who, path, first)]).toEqual([path, 101])
  const { body } = await get(ada, `/api/chatrooms/${room.id}/messages/`)
  expect(body.results[0].content).toBe('in the silence')
})

const ENDS: Record<string, (who: Someone, device: Someone) => Promise<unknown>> = {
  'signing out': (_, { refresh }) => ask('POST', '/api/logout/', { body: { refresh } }),
  'ending all other sessions': async (who) => ask('DELETE', '/api/sessions/', { token: (await signIn(who)).access }),
  'a new password': async (who) =>
    done(patch(await signIn(who), '/api/profile/', { old_password: PASSWORD, new_password: 'another long password' })),
  'disabling the account, and enabling it again,': async ({ id }) => {
    await done(post(await signIn(staff), `/api/admin/users/${id}/disable/`))
    await done(post(await signIn(staff), `/api/admin/users/${id}/enable/`))
  },
}

test.each(Object.keys(ENDS))('[R7] %s ten minutes before a token expires closes every way in', async (way) => {
  const { who, room } = await member(`p${Object.keys(ENDS).indexOf(way)}`)
  const device = await signIn(who)
  forward(TIMES.accessToken - 10 * 60_000)
  const asked = silence()
  expect(await statuses(device, room)).toEqual([200, 200, 200, 101, 101, 101])
  expect(asked.filter((sql) => sql.includes('sessions'))).toEqual([])
  speak()
  await ENDS[way]?.(who, device)
  silence()
  expect(await statuses(device, room)).toEqual([401, 401, 401, 401, 401, 401])
  speak()
  await evictAllDurableObjects()
  forward(9 * 60_000)
  silence()
  expect(await statuses(device, room)).toEqual([401, 401, 401, 401, 401, 401])
})

test('an erased account is refused everywhere', async () => {
  const { who, room } = await member('eve')
  expect(await statuses(who, room)).toEqual([200, 200, 200, 101, 101, 101])
  await ask('DELETE', '/api/profile/', { token: who.access, body: { password: PASSWORD } })
  silence()
  expect(await statuses(who, room)).toEqual([401, 401, 401, 401, 401, 401])
})

test('a name that changed after the token was issued is the new one', async () => {
  const { cy } = await cast('cy')
  await done(patch(cy, '/api/profile/', { first_name: 'Cyrus' }))
  const door = new Hono<SignedIn>().get('/', authenticateCaller, (c) => c.json(c.var.caller))
  silence()
  const answer = await door.request('/', { headers: { Authorization: `Bearer ${cy.access}` } }, { ...env })
  expect(await answer.json()).toMatchObject({ id: cy.id, full_name: 'Cyrus', version: 1 })
})

test('a spent refresh token is not answered again once its successor was used to read', async () => {
  const device = await signIn(ada)
  const refresh = () => ask('POST', '/api/token/refresh/', { body: { refresh: device.refresh } })
  const first = await refresh()
  expect((await refresh()).body.refresh).toBe(first.body.refresh)
  expect((await get({ ...device, access: first.body.access }, '/api/chatrooms/')).status).toBe(200)
  await evictAllDurableObjects()
  expect((await refresh()).status).toBe(401)
  forward(TIMES.sessionChecked)
  expect((await get({ ...device, access: first.body.access }, '/api/chatrooms/')).status).toBe(401)
})

test('a room that is not in the list is looked for in the directory before it is named', async () => {
  const asked = silence()
  const strange = get(ada, '/api/chatrooms/4503599627370495/messages/')
  expect((await strange).status).toBe(503)
  expect(asked.join()).toContain('FROM rooms WHERE id')
})

test('[R7] a session whose end a request could not tell before it died is refused from the next request on', async () => {
  const { who } = await member('fay')
  const device = await signIn(who)
  // What such a request leaves behind.
  const { sid } = await verifyAccess([env.AUTH_SECRET], device.access)
  expect(await endSession(env.DIRECTORY, who.id, sid, Date.now())).toBe(true)
  expect((await get(device, '/api/chatrooms/')).status).toBe(200)
  forward(DELIVERY_TIME + 1)
  expect((await get(who, '/api/profile/')).status).toBe(200)
  expect((await get(device, '/api/chatrooms/')).status).toBe(401)
  expect(await pendingEntries(env.DIRECTORY, who.id)).toEqual([])
})
