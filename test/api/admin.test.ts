/** `/api/admin`: lists and actions of staff, their limits, and the audit trail. */
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { CLOSE } from '../../src/config'
import { AdminRoom, AdminRoomDetail, AdminStats, AdminUser, AuditEntry, newId } from '../../src/protocol'
import { PASSWORD } from '../support/api'
import { promote } from '../support/staff'
import {
  ask,
  cast,
  connect,
  direct,
  done,
  enter,
  get,
  group,
  openFeed,
  openSidebar,
  pause,
  post,
  remove,
  type Someone,
  say,
  signIn,
  signUp,
  twice,
} from '../support/world'

let boss: Someone
let deputy: Someone
let ada: Someone

beforeAll(async () => {
  const people = await cast('boss', 'deputy', 'ada')
  boss = await promote(people.boss)
  deputy = await promote(people.deputy)
  ada = people.ada
})

const audit = async (query = '') => (await get(boss, `/api/admin/audit/${query}`)).body
const disable = (by: Someone, whom: { id: unknown }) => post(by, `/api/admin/users/${whom.id}/disable/`)
const enable = (by: Someone, whom: { id: unknown }) => post(by, `/api/admin/users/${whom.id}/enable/`)
const login = (who: Someone, password = PASSWORD) =>
  ask('POST', '/api/login/', { body: { identifier: who.username, password } })

describe('the rights of staff', () => {
  const paths = (room: number): [string, string][] => [
    ['GET', '/api/admin/stats/'],
    ['GET', '/api/admin/users/'],
    ['GET', `/api/admin/users/${ada.id}/`],
    ['POST', `/api/admin/users/${boss.id}/disable/`],
    ['POST', `/api/admin/users/${boss.id}/enable/`],
    ['GET', '/api/admin/rooms/'],
    ['GET', `/api/admin/rooms/${room}/`],
    ['DELETE', `/api/admin/rooms/${room}/`],
    ['GET', '/api/admin/audit/'],
  ]

  it('are needed for every path, and the owner of a room has no more of them than anybody', async () => {
    const room = await group(ada, [])
    for (const [method, path] of paths(room.id)) {
      const { status, body } = await ask(method, path, { token: ada.access })
      expect([path, status, body.code]).toEqual([path, 403, 'staff_only'])
      expect((await ask(method, path)).status).toBe(401)
    }
    expect((await login(boss)).status).toBe(200)
    expect((await get(ada, `/api/chatrooms/${room.id}/`)).status).toBe(200)
  })

  it('are read at each request: a token from before they were taken is worth nothing', async () => {
    const brief = await promote(await signUp('brief'))
    expect((await get(brief, '/api/admin/stats/')).status).toBe(200)
    await env.DIRECTORY.prepare('UPDATE users SET is_staff = 0 WHERE id = ?').bind(brief.id).run()
    expect((await get(brief, '/api/admin/stats/')).body.code).toBe('staff_only')
  })
})

describe('the figures', () => {
  it('count what there is', async () => {
    const before = (await get(boss, '/api/admin/stats/')).body
    expect(AdminStats.parse(before)).toEqual(before)
    const { one, two } = await cast('one', 'two')
    await group(one, [two])
    await direct(one, two)
    await disable(boss, two)
    const after = (await get(boss, '/api/admin/stats/')).body
    expect(after.users.total - before.users.total).toBe(2)
    expect(after.users.disabled - before.users.disabled).toBe(1)
    expect(after.users.new_this_week - before.users.new_this_week).toBe(2)
    expect(after.sessions.live - before.sessions.live).toBe(1)
    expect(after.rooms.groups - before.rooms.groups).toBe(1)
    expect(after.rooms.direct - before.rooms.direct).toBe(1)
  })
})

describe('the accounts', () => {
  it('are listed with what staff need, found by any part of a name or address, and paged', async () => {
    const zoe = await signUp('zoe.admin', { first_name: 'Zoë', last_name: 'Ångström' })
    for (const search of ['ZOE.ADMIN', 'zoë', 'ångs', 'zoe.admin@parlour', String(zoe.id)]) {
      const { body } = await get(boss, `/api/admin/users/?search=${encodeURIComponent(search)}`)
      expect(body).toHaveLength(1)
      expect(AdminUser.parse(body[0])).toEqual(body[0])
      expect(body[0]).toMatchObject({ id: zoe.id, email: zoe.email, disabled: false, is_staff: false })
    }
    expect((await get(boss, `/api/admin/users/${zoe.id}/`)).body.email).toBe(zoe.email)
    const first = await get(boss, '/api/admin/users/?limit=2')
    expect(first.body).toHaveLength(2)
    const next = /<(.*)>; rel="next"/.exec(first.headers.get('Link') ?? '')?.[1] as string
    const second = await get(boss, next)
    expect(second.body.map(({ id }: Someone) => id)).not.toContain(first.body[1].id)
    const staff = (await get(boss, '/api/admin/users/?only=staff')).body
    expect(staff.map(({ id }: Someone) => id).sort()).toEqual([boss.id, deputy.id].sort())
  })

  it('that do not exist are not found', async () => {
    for (const id of [newId(), 'abc', 0]) {
      expect((await get(boss, `/api/admin/users/${id}/`)).status).toBe(404)
      expect((await disable(boss, { id })).status).toBe(404)
      expect((await enable(boss, { id })).status).toBe(404)
    }
  })
})

describe('disabling an account', () => {
  twice('ends its sessions, closes its sockets everywhere and keeps it out, until it is enabled', async (interlude) => {
    const victim = await signUp(`victim${newId()}`)
    const room = await group(ada, [victim])
    const phone = await signIn(victim)
    const mine = [await enter(victim, room), await openSidebar(victim), await openFeed(victim)]
    const phones = [await enter(phone, room), await openSidebar(phone)]
    const others = await enter(ada, room)
    await interlude()

    const { status, body } = await disable(boss, victim)
    expect(status).toBe(200)
    expect(AdminUser.parse(body)).toMatchObject({ id: victim.id, disabled: true })
    // Closed by the act itself: by the next answer all are.
    await get(ada, '/api/profile/')
    const lines = [...mine, ...phones]
    expect(lines.map(({ ended }) => ended?.code)).toEqual(lines.map(() => CLOSE.sessionEnded))

    expect((await get(victim, '/api/profile/')).status).toBe(401)
    expect((await get(phone, '/api/profile/')).status).toBe(401)
    expect((await ask('POST', '/api/token/refresh/', { body: { refresh: victim.refresh } })).status).toBe(401)
    expect((await login(victim)).body.code).toBe('account_disabled')
    // Only with the right password: to others it is an account like any.
    expect((await login(victim, 'wrong password')).body.code).toBe('wrong_credentials')
    await expect(connect(victim, `/ws/chat/${room.id}/`)).rejects.toThrow('401')
    await interlude()

    await say(ada, room, 'Gone?')
    expect(others.ended).toBeUndefined()
    others.close()
    expect((await enable(boss, victim)).body).toMatchObject({ disabled: false, disabled_at: null })
    const again = await signIn(victim)
    expect((await get(again, `/api/chatrooms/${room.id}/messages/`)).body.results[0].content).toBe('Gone?')
    expect((await get(victim, '/api/profile/')).status).toBe(401)
  })

  it('twice changes nothing and is recorded once; enabling likewise', async () => {
    const { dan } = await cast('dan')
    const first = (await disable(boss, dan)).body
    await pause(5)
    expect((await disable(deputy, dan)).body.disabled_at).toBe(first.disabled_at)
    await enable(boss, dan)
    await enable(boss, dan)
    const deeds = await audit(`?user=${dan.id}`)
    expect(deeds.map(({ action }: AuditEntry) => action)).toEqual(['user.enabled', 'user.disabled'])
  })

  it('is not for oneself', async () => {
    expect((await disable(boss, boss)).body.code).toBe('yourself')
    expect((await get(boss, '/api/admin/stats/')).status).toBe(200)
  })

  it('never leaves a deployment without staff, not even when two disable each other at once', async () => {
    for (let round = 0; round < 10; round++) {
      const answers = await Promise.all([disable(boss, deputy), disable(deputy, boss)])
      const statuses = answers.map(({ status }) => status)
      // The second either finds that it would be the last, or is no longer signed in.
      expect(statuses.filter((status) => status === 200)).toHaveLength(1)
      const left = statuses[0] === 200 ? boss : deputy
      const gone = left === boss ? deputy : boss
      expect((await enable(left, gone)).status).toBe(200)
      Object.assign(gone, await signIn(gone))
    }
  })
})

describe('the rooms', () => {
  it('are listed and found, without a word of what is said in them', async () => {
    const room = await group(ada, [], { room_name: 'The Secret Garden' })
    const message = await say(ada, room, 'A canary sings.')
    for (const search of ['secret gar', String(room.id)]) {
      const { body } = await get(boss, `/api/admin/rooms/?search=${encodeURIComponent(search)}`)
      expect(z.array(AdminRoom).parse(body)).toEqual(body)
      expect(body).toEqual([expect.objectContaining({ id: room.id, room_name: 'The Secret Garden', member_count: 1 })])
    }
    const { body } = await get(boss, `/api/admin/rooms/${room.id}/`)
    expect(AdminRoomDetail.parse(body)).toEqual(body)
    expect(body.last_activity).toBe(message.timestamp)
    expect(body.stored_bytes).toBeGreaterThan(0)
    expect(JSON.stringify(body)).not.toContain('canary')
    expect((await get(boss, `/api/admin/rooms/${newId()}/`)).status).toBe(404)
    expect((await get(boss, '/api/admin/rooms/?limit=1')).headers.get('Link')).toContain('rel="next"')
    // Staff are no members: the room itself does not know them.
    expect((await get(boss, `/api/chatrooms/${room.id}/messages/`)).status).toBe(404)
  })

  twice('are deleted for everybody, sockets and lists included', async (interlude) => {
    const { id } = await signUp(`guest${newId()}`)
    const room = await group(ada, [{ id } as Someone])
    const line = await enter(ada, room)
    const list = await openSidebar(ada)
    await interlude()
    expect((await remove(boss, `/api/admin/rooms/${room.id}/`)).status).toBe(204)
    expect((await line.closed()).code).toBe(CLOSE.roomGone)
    expect((await list.next('room_removed', ({ room_id }) => room_id === room.id)).room_id).toBe(room.id)
    list.close()
    await interlude()
    expect((await get(ada, `/api/chatrooms/${room.id}/`)).status).toBe(404)
    expect((await remove(boss, `/api/admin/rooms/${room.id}/`)).status).toBe(404)
    const [deed] = await audit()
    expect(deed).toMatchObject({ action: 'room.deleted', room_id: room.id, detail: '', user: null })
  })
})

it('the trail says who did what to whom and when, newest first', async () => {
  const { carl } = await cast('carl')
  await done(disable(deputy, carl))
  const deeds = await audit('?limit=1')
  expect(z.array(AuditEntry).parse(deeds)).toEqual(deeds)
  expect(deeds).toEqual([
    {
      id: expect.any(Number),
      timestamp: expect.any(String),
      action: 'user.disabled',
      actor: { id: deputy.id, username: 'deputy' },
      user: { id: carl.id, username: 'carl' },
      room_id: null,
      detail: '',
    },
  ])
  expect(Math.abs(Date.parse(deeds[0].timestamp) - Date.now())).toBeLessThan(5_000)
  await done(post(boss, '/api/notifications/', { message: 'Welcome.', user_id: carl.id }))
  expect((await audit(`?user=${carl.id}&limit=1`))[0]).toMatchObject({
    action: 'user.notified',
    actor: { id: boss.id },
  })
  const granted = (await audit(`?user=${boss.id}`)).find(({ action }: AuditEntry) => action === 'staff.granted')
  expect(granted).toMatchObject({ actor: null, user: { id: boss.id } })
  expect((await get(boss, '/api/admin/audit/?limit=1')).headers.get('Link')).toContain('cursor=')
})
