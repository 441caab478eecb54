/** Who comes into a group, who goes, and who may decide it. */
import { beforeAll, describe, expect, it } from 'vitest'
import { as, inListOf, makeGroup, type Person, say, signUp, signUpAll } from '../cast.ts'
import { expectShape, listOf } from '../shape.ts'
import { participant, roomDetail } from '../shapes.ts'

let ada: Person
let bob: Person
let carol: Person
let dora: Person
beforeAll(async () => {
  ;[ada, bob, carol, dora] = await signUpAll('ada', 'bob', 'carol', 'dora')
})

const rolesIn = async (who: Person, room: number): Promise<Record<number, string>> => {
  const { body } = await as(who, 200, 'GET', `/api/chatrooms/${room}/participants/`)
  expectShape(body, listOf(participant))
  return Object.fromEntries(body.map((each: { id: number; role: string }) => [each.id, each.role]))
}

describe('members', () => {
  it('are listed with their roles', async () => {
    const room = await makeGroup(ada, bob)
    expect(await rolesIn(bob, room)).toEqual({ [ada.id]: 'owner', [bob.id]: 'member' })
    const { body } = await as(bob, 200, 'GET', `/api/chatrooms/${room}/participants/`)
    for (const each of body) expect(each.is_admin).toBe(each.role !== 'member')
  })

  it('are added by admins, and see the room at once', async () => {
    const room = await makeGroup(ada, bob)
    await as(bob, 403, 'POST', `/api/chatrooms/${room}/add_members/`, { users: [carol.id] })
    expect(await inListOf(carol, room)).toBeUndefined()
    const users = [carol.id, dora.id]
    const { body } = await as(ada, 200, 'POST', `/api/chatrooms/${room}/add_members/`, { users })
    expectShape(body, roomDetail)
    expect(await inListOf(carol, room)).toMatchObject({ id: room, unread_count: 0 })
    // Once more changes nothing.
    await as(ada, 200, 'POST', `/api/chatrooms/${room}/add_members/`, { users })
    expect(Object.keys(await rolesIn(dora, room))).toHaveLength(4)
  })

  it('are not added when they do not exist', async () => {
    const room = await makeGroup(ada, bob)
    await as(ada, 400, 'POST', `/api/chatrooms/${room}/add_members/`, { users: [carol.id, 4503599627370497] })
    await as(ada, 400, 'POST', `/api/chatrooms/${room}/add_members/`, { users: [] })
    await as(ada, 400, 'POST', `/api/chatrooms/${room}/add_members/`, {})
    expect(Object.keys(await rolesIn(ada, room))).toHaveLength(2)
  })

  it('are removed by admins, and lose everything at once', async () => {
    const room = await makeGroup(ada, bob, carol)
    await say(ada, room, 'before')
    await as(bob, 403, 'POST', `/api/chatrooms/${room}/remove_member/`, { user_id: carol.id })
    await as(carol, 200, 'GET', `/api/chatrooms/${room}/messages/`)
    await as(ada, 200, 'POST', `/api/chatrooms/${room}/remove_member/`, { user_id: carol.id })
    await as(carol, 404, 'GET', `/api/chatrooms/${room}/messages/`)
    await as(carol, 404, 'POST', `/api/chatrooms/${room}/messages/`, { content: 'still here' })
    expect(await inListOf(carol, room)).toBeUndefined()
    await as(ada, 404, 'POST', `/api/chatrooms/${room}/remove_member/`, { user_id: dora.id })
  })

  it('may come back, with nothing unread and nothing lost', async () => {
    const room = await makeGroup(ada, bob)
    const first = await say(bob, room, 'mine')
    await as(ada, 200, 'POST', `/api/chatrooms/${room}/remove_member/`, { user_id: bob.id })
    await say(ada, room, 'while bob was away')
    await as(ada, 200, 'POST', `/api/chatrooms/${room}/add_members/`, { users: [bob.id] })
    expect((await inListOf(bob, room)).unread_count).toBe(0)
    expect((await as(bob, 200, 'GET', `/api/chatrooms/${room}/messages/${first.id}/`)).body.sender.id).toBe(bob.id)
  })
})

describe('roles', () => {
  it('are given and taken by admins', async () => {
    const room = await makeGroup(ada, bob, carol)
    await as(bob, 403, 'POST', `/api/chatrooms/${room}/assign_admin/`, { user_id: bob.id })
    await as(ada, 200, 'POST', `/api/chatrooms/${room}/assign_admin/`, { user_id: bob.id })
    const { body } = await as(ada, 200, 'GET', `/api/chatrooms/${room}/`)
    expect(body.admins.map(({ id }: Person) => id).sort()).toEqual([ada.id, bob.id].sort())
    await as(bob, 200, 'PATCH', `/api/chatrooms/${room}/`, { room_name: 'Bob may' })
    await as(ada, 200, 'POST', `/api/chatrooms/${room}/revoke_admin/`, { user_id: bob.id })
    await as(bob, 403, 'PATCH', `/api/chatrooms/${room}/`, { room_name: 'Bob may not' })
    await as(ada, 404, 'POST', `/api/chatrooms/${room}/assign_admin/`, { user_id: dora.id })
  })

  it('of the owner are beyond the reach of admins', async () => {
    const room = await makeGroup(ada, bob)
    await as(ada, 200, 'POST', `/api/chatrooms/${room}/assign_admin/`, { user_id: bob.id })
    await as(bob, 403, 'POST', `/api/chatrooms/${room}/remove_member/`, { user_id: ada.id })
    await as(bob, 403, 'POST', `/api/chatrooms/${room}/revoke_admin/`, { user_id: ada.id })
    expect(await rolesIn(bob, room)).toMatchObject({ [ada.id]: 'owner' })
  })
})

describe('leaving', () => {
  it('hands the last rights to the longest-standing member', async () => {
    const room = await makeGroup(ada, bob)
    await as(ada, 200, 'POST', `/api/chatrooms/${room}/add_members/`, { users: [carol.id] })
    await as(ada, 200, 'POST', `/api/chatrooms/${room}/leave_room/`)
    await as(ada, 404, 'GET', `/api/chatrooms/${room}/`)
    const roles = await rolesIn(carol, room)
    expect(roles[bob.id]).not.toBe('member')
    expect(roles[carol.id]).toBe('member')
  })

  it('leaves nothing behind when the last one goes', async () => {
    const [eve, fay] = await signUpAll('eve', 'fay')
    const room = await makeGroup(eve, fay)
    await as(eve, 200, 'POST', `/api/chatrooms/${room}/leave_room/`)
    await as(fay, 200, 'POST', `/api/chatrooms/${room}/leave_room/`)
    for (const who of [eve, fay]) await as(who, 404, 'GET', `/api/chatrooms/${room}/`)
  })

  it('at the same time, both admins included, leaves a room with somebody in charge', async () => {
    const eve = await signUp('eve')
    const room = await makeGroup(ada, bob, eve)
    await as(ada, 200, 'POST', `/api/chatrooms/${room}/assign_admin/`, { user_id: bob.id })
    await Promise.all([ada, bob].map((who) => as(who, 200, 'POST', `/api/chatrooms/${room}/leave_room/`)))
    expect(Object.entries(await rolesIn(eve, room))).toEqual([[String(eve.id), expect.not.stringMatching('member')]])
  })
})
