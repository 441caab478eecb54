/** Links that let people in, and bans that keep them out. */
import { beforeEach, describe, expect, it } from 'vitest'
import { ask } from '../ask.ts'
import { as, inListOf, makeGroup, type Person, signUp, signUpAll } from '../cast.ts'
import { Listener, pause } from '../listener.ts'
import { expectShape } from '../shape.ts'
import { roomDetail, shareableLink } from '../shapes.ts'

let ada: Person
let bob: Person
let carol: Person
let room: number
beforeEach(async () => {
  ;[ada, bob, carol] = await signUpAll('ada', 'bob', 'carol')
  room = await makeGroup(ada, bob)
})

const linkPath = () => `/api/chatrooms/${room}/shareable_link/`

async function newLink(limits: object = {}): Promise<string> {
  const { status, body } = await ask('POST', linkPath(), { token: ada.access, body: limits })
  expect([200, 201]).toContain(status)
  expectShape(body, shareableLink)
  return body.code
}

const join = (who: Person, code: string) => ask('POST', `/api/chatrooms/join/${code}/`, { token: who.access })

describe('a link', () => {
  it('is there for every member, and made anew by admins', async () => {
    const first = (await as(bob, 200, 'GET', linkPath())).body
    expectShape(first, shareableLink)
    expect(first.room_id).toBe(room)
    expect(first.link).toContain(first.code)
    await as(bob, 403, 'POST', linkPath(), {})
    await as(bob, 403, 'DELETE', linkPath())
    const code = await newLink({ max_uses: 3 })
    expect((await as(bob, 200, 'GET', linkPath())).body).toMatchObject({ code, max_uses: 3, uses: 0 })
    await as(carol, 404, 'GET', linkPath())
  })

  it('shows what it leads to, and lets in', async () => {
    const code = await newLink()
    const { body, text } = await as(carol, 200, 'GET', `/api/chatrooms/join/${code}/`)
    const { room_name } = (await as(ada, 200, 'GET', `/api/chatrooms/${room}/`)).body
    expect(text).toContain(room_name)
    expect(Object.values(body)).toContain(2)
    expect(text).not.toContain(ada.username)
    const sidebar = await Listener.ofSidebar(carol)
    const joined = await join(carol, code)
    expect([200, 201]).toContain(joined.status)
    expectShape(joined.body, roomDetail)
    expect(joined.body).toMatchObject({ id: room, my_role: 'member' })
    expect((await sidebar.next('group_created')).group.id).toBe(room)
    expect((await as(ada, 200, 'GET', linkPath())).body.uses).toBe(1)
    // Once more changes nothing.
    expect((await join(carol, code)).body.participants).toHaveLength(3)
  })

  it('that is revoked, used up or expired is gone', async () => {
    const [dora, eve] = await signUpAll('dora', 'eve')
    const revoked = await newLink()
    await as(ada, 204, 'DELETE', linkPath())
    const single = await newLink({ max_uses: 1 })
    expect((await join(revoked === single ? dora : carol, revoked)).status).toBe(410)
    expect([200, 201]).toContain((await join(dora, single)).status)
    expect((await join(eve, single)).status).toBe(410)
    await as(eve, 410, 'GET', `/api/chatrooms/join/${single}/`)
    const brief = await newLink({ expires_at: new Date(Date.now() + 700).toISOString() })
    await as(eve, 200, 'GET', `/api/chatrooms/join/${brief}/`)
    await pause(800)
    expect((await join(eve, brief)).status).toBe(410)
  })

  it('with one seat lets one in, however many try', async () => {
    const code = await newLink({ max_uses: 1 })
    const people = await signUpAll('one', 'two', 'three', 'four', 'five', 'six')
    const statuses = (await Promise.all(people.map((who) => join(who, code)))).map(({ status }) => status)
    expect(statuses.filter((status) => status < 300)).toHaveLength(1)
    expect(statuses.filter((status) => status === 410)).toHaveLength(5)
    expect((await as(ada, 200, 'GET', `/api/chatrooms/${room}/`)).body.participants).toHaveLength(3)
  })

  it('that nobody made is absent', async () => {
    await as(carol, 404, 'GET', '/api/chatrooms/join/made-up-code/')
    expect((await join(carol, 'made-up-code')).status).toBe(404)
  })
})

describe('a ban', () => {
  const bans = () => `/api/chatrooms/${room}/bans/`
  const ban = (who: Person, whom: Person) => ask('POST', bans(), { token: who.access, body: { user_id: whom.id } })

  it('puts a member out, and keeps them out by any link', async () => {
    const code = await newLink()
    const seat = await Listener.inRoom(bob, room)
    const { status } = await ban(ada, bob)
    expect([200, 201]).toContain(status)
    expect((await seat.closed).code).toBe(4403)
    expect(await inListOf(bob, room)).toBeUndefined()
    expect((await join(bob, code)).status).toBe(403)
    const list = (await as(ada, 200, 'GET', bans())).text
    expect(list).toContain(String(bob.id))
    await as(ada, 204, 'DELETE', `${bans()}${bob.id}/`)
    expect([200, 201]).toContain((await join(bob, code)).status)
  })

  it('can be laid on somebody who was never there', async () => {
    const code = await newLink()
    await ban(ada, carol)
    expect((await join(carol, code)).status).toBe(403)
  })

  it('is for admins to lay, see and lift', async () => {
    const dora = await signUp('dora')
    expect((await ban(bob, dora)).status).toBe(403)
    await as(bob, 403, 'GET', bans())
    await as(bob, 403, 'DELETE', `${bans()}${dora.id}/`)
    await as(carol, 404, 'GET', bans())
    expect((await ban(ada, ada)).status).toBe(400)
  })
})
