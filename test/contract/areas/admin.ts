/** What staff may do, and nobody else. Needs a staff account: `--staff name:password`. */
import { beforeAll, describe, expect, it } from 'vitest'
import { ask, asked } from '../ask.ts'
import { as, makeGroup, PASSWORD, type Person, say, signUp, signUpAll } from '../cast.ts'
import { expectClosed, Listener } from '../listener.ts'
import { staffAccount } from '../target.ts'

let ada: Person
let staff: string
beforeAll(async () => {
  ada = await signUp('ada')
  staff = (await asked(200, 'POST', '/api/login/', { body: staffAccount() })).body.access
})

const PATHS = [
  ['GET', '/api/admin/stats/'],
  ['GET', '/api/admin/storage/'],
  ['GET', '/api/admin/users/'],
  ['POST', '/api/admin/users/1/disable/'],
  ['POST', '/api/admin/users/1/enable/'],
  ['GET', '/api/admin/rooms/'],
  ['DELETE', '/api/admin/rooms/1/'],
  ['GET', '/api/admin/audit/'],
] as const

describe('staff paths', () => {
  it.each(PATHS)('%s %s answer 403 to everybody else', async (method, path) => {
    await as(ada, 403, method, path)
    await asked(401, method, path)
    expect((await ask(method, path, { token: staff })).status).not.toBe(403)
  })

  it('show figures, accounts and rooms, and never what was written', async () => {
    const bob = await signUp('bob')
    const room = await makeGroup(ada, bob)
    const canary = 'only for the two of us'
    await say(ada, room, canary)
    for (const path of ['/api/admin/stats/', '/api/admin/users/', '/api/admin/rooms/', '/api/admin/audit/']) {
      const { body, text } = await asked(200, 'GET', path, { token: staff })
      expect(body).toBeTypeOf('object')
      expect(text).not.toContain(canary)
    }
  })
})

describe('an account that is disabled', () => {
  it('is signed out everywhere within a second, and kept out until it is enabled', async () => {
    const bob = await signUp('bob')
    const room = await makeGroup(ada, bob)
    const sockets = [await Listener.inRoom(bob, room), await Listener.ofSidebar(bob), await Listener.ofFeed(bob)]
    const since = performance.now()
    await asked(200, 'POST', `/api/admin/users/${bob.id}/disable/`, { token: staff })
    await expectClosed(sockets, 4401, since)
    await as(bob, 401, 'GET', '/api/profile/')
    await asked(401, 'POST', '/api/token/refresh/', { body: { refresh: bob.refresh } })
    const login = () => ask('POST', '/api/login/', { body: { identifier: bob.username, password: PASSWORD } })
    expect((await login()).status).toBe(403)
    await asked(200, 'POST', `/api/admin/users/${bob.id}/enable/`, { token: staff })
    expect((await login()).status).toBe(200)
    const { text } = await asked(200, 'GET', '/api/admin/audit/', { token: staff })
    expect(text).toContain(String(bob.id))
  })
})

describe('a room that staff delete', () => {
  it('is gone for everybody in it', async () => {
    const [bob] = await signUpAll('bob')
    const room = await makeGroup(ada, bob)
    const seat = await Listener.inRoom(bob, room)
    await asked(204, 'DELETE', `/api/admin/rooms/${room}/`, { token: staff })
    expect((await seat.closed).code).toBe(4404)
    await as(ada, 404, 'GET', `/api/chatrooms/${room}/`)
  })
})

describe('a notification by staff', () => {
  it('reaches anybody', async () => {
    const bob = await signUp('bob')
    const feed = await Listener.ofFeed(bob)
    await asked(201, 'POST', '/api/notifications/', {
      token: staff,
      body: { message: 'Down at noon.', user_id: bob.id },
    })
    const told = await feed.next('new_notification')
    expect(told.notification).toMatchObject({ notification_type: 'system', message: 'Down at noon.' })
  })
})
