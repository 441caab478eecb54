/** Making, listing, showing, changing and deleting rooms. */
import { beforeAll, describe, expect, it } from 'vitest'
import { ask } from '../ask.ts'
import { as, directRoom, inListOf, makeGroup, type Person, roomsOf, say, signUp, signUpAll, unique } from '../cast.ts'
import { walk } from '../pages.ts'
import { expectShape } from '../shape.ts'
import { room, roomDetail } from '../shapes.ts'

let ada: Person
let bob: Person
let carol: Person
beforeAll(async () => {
  ;[ada, bob, carol] = await signUpAll('ada', 'bob', 'carol')
})

describe('a group', () => {
  it('is made with its people; who makes it owns it', async () => {
    const name = unique('Engines')
    const body = { room_name: name, description: 'Of differences', participant_ids: [bob.id, carol.id] }
    const made = (await as(ada, 201, 'POST', '/api/chatrooms/', body)).body
    expectShape(made, roomDetail)
    expect(made).toMatchObject({
      room_name: name,
      chat_name: name,
      description: 'Of differences',
      is_group: true,
      last_message: null,
      unread_count: 0,
      muted: false,
      pinned: false,
      my_role: 'owner',
      admins: [{ id: ada.id }],
    })
    const roles = Object.fromEntries(
      made.participants.map((each: { id: number; role: string }) => [each.id, each.role]),
    )
    expect(roles).toEqual({ [ada.id]: 'owner', [bob.id]: 'member', [carol.id]: 'member' })
    expect((await as(bob, 200, 'GET', `/api/chatrooms/${made.id}/`)).body.my_role).toBe('member')
  })

  it('may be of one person, if it has a name', async () => {
    const made = (await as(ada, 201, 'POST', '/api/chatrooms/', { room_name: 'Alone', participant_ids: [] })).body
    expect(made).toMatchObject({ is_group: true, participants: [{ id: ada.id }] })
    await as(ada, 400, 'POST', '/api/chatrooms/', { participant_ids: [] })
    await as(ada, 400, 'POST', '/api/chatrooms/', {})
  })

  it('without a name has a chat_name all the same', async () => {
    const body = { participant_ids: [bob.id, carol.id] }
    const made = (await as(ada, 201, 'POST', '/api/chatrooms/', body)).body
    expectShape(made, roomDetail)
    expect(made.is_group).toBe(true)
  })

  it('with unknown people is 400, and is not made', async () => {
    const dora = await signUp('dora')
    const body = { room_name: unique('room'), participant_ids: [bob.id, 4503599627370497] }
    expect((await as(dora, 400, 'POST', '/api/chatrooms/', body)).body).toHaveProperty('participant_ids')
    expect(await roomsOf(dora)).toEqual([])
  })
})

describe('a direct room', () => {
  it('is made once for two people, whoever asks and however', async () => {
    const [eve, fay] = await signUpAll('eve', 'fay')
    const id = await directRoom(eve, fay)
    const again = { user_id: eve.id }
    expect((await as(fay, 200, 'POST', '/api/chatrooms/direct/', again)).body.id).toBe(id)
    const same = (await as(eve, 200, 'POST', '/api/chatrooms/', { participant_ids: [fay.id] })).body
    expectShape(same, roomDetail)
    expect(same).toMatchObject({ id, is_group: false, chat_name: fay.username, last_message: null })
    expect((await inListOf(fay, id)).chat_name).toBe(eve.username)
  })

  it('is one, although both sides ask many times at once', async () => {
    const [eve, fay] = await signUpAll('eve', 'fay')
    const tries = Array.from({ length: 10 }, (_, turn) => {
      const [one, other] = turn % 2 ? [eve, fay] : [fay, eve]
      return ask('POST', '/api/chatrooms/direct/', { token: one.access, body: { user_id: other.id } })
    })
    const answers = await Promise.all(tries)
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    for (const { status } of answers) expect([200, 201]).toContain(status)
    expect(await roomsOf(eve)).toHaveLength(1)
  })

  it('with oneself is 400, with nobody 400', async () => {
    await as(ada, 400, 'POST', '/api/chatrooms/direct/', { user_id: ada.id })
    await as(ada, 400, 'POST', '/api/chatrooms/direct/', { user_id: 4503599627370497 })
    await as(ada, 400, 'POST', '/api/chatrooms/direct/', {})
  })

  it('cannot be renamed, added to, taken from or ruled', async () => {
    const [eve, fay] = await signUpAll('eve', 'fay')
    const path = `/api/chatrooms/${await directRoom(eve, fay)}`
    await as(eve, 400, 'PATCH', `${path}/`, { room_name: 'Ours' })
    await as(eve, 400, 'POST', `${path}/add_members/`, { users: [ada.id] })
    await as(eve, 400, 'POST', `${path}/remove_member/`, { user_id: fay.id })
    await as(eve, 400, 'POST', `${path}/assign_admin/`, { user_id: fay.id })
  })
})

describe('the list of rooms', () => {
  it('is newest activity first, in pages that can be read both ways', async () => {
    const grace = await signUp('grace')
    const ids: number[] = []
    for (let made = 0; made < 5; made++) ids.unshift(await makeGroup(grace, bob))
    const [, second] = ids as [number, number]
    await say(bob, second, 'up with this one')
    const order = [second, ...ids.filter((id) => id !== second)]
    const found = await walk(grace, '/api/chatrooms/?limit=2', room)
    expect(found.map(({ id }) => id)).toEqual(order)
    expect(found[0]).toMatchObject({ unread_count: 1, last_message: { text: 'up with this one', sender: bob.id } })
  })

  it('is searched by the names of rooms and of the people in them', async () => {
    const [grace, heidi] = await signUpAll('grace', 'heidi')
    const group = await makeGroup(grace, bob)
    const direct = await directRoom(grace, heidi)
    const search = async (text: string) =>
      (await walk(grace, `/api/chatrooms/?search=${encodeURIComponent(text)}`, room)).map(({ id }) => id)
    expect(await search(heidi.username)).toEqual([direct])
    expect(await search((await inListOf(grace, group)).room_name.toUpperCase())).toEqual([group])
    expect(await search(bob.username)).toEqual([group])
    expect(await search(unique('nothing'))).toEqual([])
  })

  it('shows the newest message that is left, and what is unread', async () => {
    const grace = await signUp('grace')
    const id = await makeGroup(ada, grace)
    await say(ada, id, 'first')
    const second = await say(ada, id, 'second')
    expect(await inListOf(grace, id)).toMatchObject({
      unread_count: 2,
      last_message: { id: second.id, content: 'second' },
    })
    expect(await inListOf(ada, id)).toMatchObject({
      unread_count: 0,
      last_message: { id: second.id, sender_name: ada.username },
    })
    await as(ada, 204, 'DELETE', `/api/chatrooms/${id}/messages/${second.id}/`)
    expect(await inListOf(grace, id)).toMatchObject({ unread_count: 1, last_message: { content: 'first' } })
  })
})

describe('a room', () => {
  it('is renamed and described by admins, not by members', async () => {
    const id = await makeGroup(ada, bob)
    for (const [method, name] of [
      ['PUT', 'First'],
      ['PATCH', 'Second'],
    ] as const) {
      const { body } = await as(ada, 200, method, `/api/chatrooms/${id}/`, {
        room_name: name,
        description: `${name} one`,
      })
      expectShape(body, roomDetail)
      expect(body).toMatchObject({ room_name: name, chat_name: name, description: `${name} one` })
    }
    await as(bob, 403, 'PATCH', `/api/chatrooms/${id}/`, { room_name: 'Mine' })
    await as(ada, 400, 'PATCH', `/api/chatrooms/${id}/`, { room_name: '   ' })
    expect((await inListOf(bob, id)).room_name).toBe('Second')
  })

  it('is muted, pinned and named by each for themselves', async () => {
    const id = await makeGroup(ada, bob)
    const { body } = await as(bob, 200, 'PATCH', `/api/chatrooms/${id}/me/`, {
      muted: true,
      pinned: true,
      nickname: 'Them',
    })
    expect(body).toMatchObject({ muted: true, pinned: true, chat_name: 'Them' })
    expect(await inListOf(bob, id)).toMatchObject({ muted: true, pinned: true, chat_name: 'Them' })
    expect(await inListOf(ada, id)).toMatchObject({ muted: false, pinned: false })
    expect((await inListOf(ada, id)).chat_name).not.toBe('Them')
    await as(bob, 200, 'PATCH', `/api/chatrooms/${id}/me/`, { nickname: null, muted: false })
    const plain = await inListOf(bob, id)
    expect(plain).toMatchObject({ muted: false, pinned: true, chat_name: plain.room_name })
  })

  it('is as loud as each wants it: everything, mentions, or nothing', async () => {
    const id = await makeGroup(ada, bob)
    const path = `/api/chatrooms/${id}/me/`
    const level = async (changes: object) => {
      const { body } = await as(bob, 200, 'PATCH', path, changes)
      return [body.notify, body.muted]
    }
    expect(await inListOf(bob, id)).toMatchObject({ notify: 'all', muted: false, partner_id: null })
    expect(await level({ notify: 'nothing' })).toEqual(['nothing', true])
    // Muting what is silent leaves it as silent as it is.
    expect(await level({ muted: true })).toEqual(['nothing', true])
    expect(await level({ muted: false })).toEqual(['all', false])
    expect(await level({ muted: true })).toEqual(['mentions', true])
    expect(await level({ notify: 'all', muted: true })).toEqual(['all', false])
    expect(await inListOf(ada, id)).toMatchObject({ notify: 'all' })
    await as(bob, 400, 'PATCH', path, { notify: 'sometimes' })
  })

  it('of two people names the other in the list', async () => {
    const id = await directRoom(ada, bob)
    expect(await inListOf(ada, id)).toMatchObject({ partner_id: bob.id })
    expect(await inListOf(bob, id)).toMatchObject({ partner_id: ada.id })
  })

  it('is deleted by its owner alone', async () => {
    const id = await makeGroup(ada, bob, carol)
    await as(ada, 200, 'POST', `/api/chatrooms/${id}/assign_admin/`, { user_id: bob.id })
    for (const who of [bob, carol]) await as(who, 403, 'DELETE', `/api/chatrooms/${id}/`)
    await as(ada, 204, 'DELETE', `/api/chatrooms/${id}/`)
    for (const who of [ada, bob]) {
      await as(who, 404, 'GET', `/api/chatrooms/${id}/`)
      expect(await inListOf(who, id)).toBeUndefined()
    }
  })

  it('that is not one’s own answers exactly as one that does not exist', async () => {
    const id = await makeGroup(ada, bob)
    const absent = '4503599627370497'
    for (const [method, rest, body] of [
      ['GET', '/', undefined],
      ['PATCH', '/', { room_name: 'x' }],
      ['PATCH', '/me/', { muted: true }],
      ['DELETE', '/', undefined],
      ['GET', '/participants/', undefined],
      ['POST', '/add_members/', { users: [carol.id] }],
      ['POST', '/remove_member/', { user_id: bob.id }],
      ['POST', '/assign_admin/', { user_id: bob.id }],
      ['POST', '/leave_room/', {}],
      ['GET', '/messages/', undefined],
      ['POST', '/messages/', { content: 'x' }],
      ['GET', '/messages/1/', undefined],
    ] as const) {
      const foreign = (await as(carol, 404, method, `/api/chatrooms/${id}${rest}`, body)).body
      expect(foreign).toEqual((await as(carol, 404, method, `/api/chatrooms/${absent}${rest}`, body)).body)
    }
  })
})
