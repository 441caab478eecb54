/** The directory's index of rooms: it follows the rooms, whatever fails on the way. */
import { evictAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import { newId } from '../../src/protocol'
import { Sidebar } from '../../src/sidebar/sidebar'
import { eventually } from '../support/eventually'
import {
  atRest,
  cast,
  done,
  enter,
  type Frame,
  forward,
  get,
  group,
  patch,
  post,
  presentTime,
  remove,
  roomActor,
  type Someone,
  say,
  twice,
} from '../support/world'

let ada: Someone
let bob: Someone
let cy: Someone
let dee: Someone
beforeAll(async () => {
  ;({ ada, bob, cy, dee } = await cast('ada', 'bob', 'cy', 'dee'))
})
afterEach(() => {
  vi.restoreAllMocks()
  presentTime()
})

/** What the directory says of a room. */
async function indexed(room: Frame) {
  const [rooms, members] = await env.DIRECTORY.batch<Frame>([
    env.DIRECTORY.prepare('SELECT name, member_count, deleted_at FROM rooms WHERE id = ?').bind(room.id),
    env.DIRECTORY.prepare('SELECT user_id, role FROM memberships WHERE room_id = ? AND "left" = 0').bind(room.id),
  ])
  const found = rooms?.results[0]
  return {
    name: found?.name,
    deleted: found === undefined ? undefined : found.deleted_at !== null,
    count: found?.member_count,
    members: members?.results.map(({ user_id, role }) => `${user_id} ${role}`).sort(),
  }
}

/** What the room itself says. */
const actual = (room: Frame) =>
  runInDurableObject(roomActor(room), (_, { storage: { sql } }) => {
    const [row] = sql.exec('SELECT name, deleted_at FROM room').toArray()
    const members = sql.exec('SELECT user_id, role FROM members WHERE left_at IS NULL').toArray()
    return {
      name: row?.name,
      deleted: row?.deleted_at !== null,
      count: members.length,
      members: members.map(({ user_id, role }) => `${user_id} ${role}`).sort(),
    }
  })

/** The directory refuses what actors write, until this is taken back; reading works. */
function directoryFails() {
  const prototype = Object.getPrototypeOf(env.DIRECTORY) as D1Database
  return vi.spyOn(prototype, 'batch').mockRejectedValue(new Error('D1_ERROR: the directory is down'))
}

twice('[R69] at rest the directory’s index is what the room says', async (interlude) => {
  const room = await group(ada, [bob, cy])
  expect(await indexed(room)).toEqual(await actual(room))
  const act = (who: Someone, action: string, body: object = {}) =>
    done(post(who, `/api/chatrooms/${room.id}/${action}/`, body))
  const steps = [
    () => act(ada, 'add_members', { users: [dee.id] }),
    () => act(ada, 'assign_admin', { user_id: bob.id }),
    () => act(bob, 'remove_member', { user_id: cy.id }),
    () => done(patch(bob, `/api/chatrooms/${room.id}/`, { room_name: 'Another name' })),
    () => act(ada, 'leave_room'),
    () => act(bob, 'add_members', { users: [ada.id, cy.id] }),
    () => act(bob, 'revoke_admin', { user_id: dee.id }),
    () => remove(bob, `/api/chatrooms/${room.id}/`),
  ]
  for (const step of steps) {
    await step()
    await interlude()
    await atRest(room)
    expect(await indexed(room)).toEqual(await actual(room))
  }
  expect(await indexed(room)).toMatchObject({ deleted: true, members: [] })
})

test('[R69] when the directory fails, the change is kept, told to everyone, and delivered later', async () => {
  const room = await group(ada, [bob])
  const b = await enter(bob, room)
  const before = await indexed(room)
  const failing = directoryFails()
  const added = await post(ada, `/api/chatrooms/${room.id}/add_members/`, { users: [cy.id] })
  expect(added.status).toBe(200)
  expect((await b.next('member_added')).user.id).toBe(cy.id)
  await say(cy, room, 'here I am')
  expect((await b.next('new_message')).message.content).toBe('here I am')
  await post(ada, `/api/chatrooms/${room.id}/remove_member/`, { user_id: bob.id })
  expect(failing.mock.calls.length).toBeGreaterThan(0)
  // It was really tried and really failed, and trying again in vain loses nothing.
  forward(2_000)
  await runDurableObjectAlarm(roomActor(room))
  failing.mockRestore()
  expect(await indexed(room)).toEqual(before)
  await evictAllDurableObjects()
  forward(10_000)
  expect(await runDurableObjectAlarm(roomActor(room))).toBe(true)
  expect(await indexed(room)).toEqual(await actual(room))
  expect((await indexed(room)).members).toEqual([`${ada.id} owner`, `${cy.id} member`].sort())
})

test('[R69] what changes while the directory is being told is told too', async () => {
  const room = await group(ada, [bob])
  const adding = post(ada, `/api/chatrooms/${room.id}/add_members/`, { users: [cy.id] })
  const also = post(ada, `/api/chatrooms/${room.id}/add_members/`, { users: [dee.id] })
  const leaving = post(bob, `/api/chatrooms/${room.id}/leave_room/`)
  await Promise.all([adding, also, leaving])
  // Each answer came when the directory had followed: whoever acts and then searches finds it.
  expect(await indexed(room)).toEqual(await actual(room))
  expect((await get(dee, '/api/chatrooms/?search=group')).body.results.map(({ id }: Frame) => id)).toContain(room.id)
})

test('[R69] an old or repeated telling changes nothing', async () => {
  const room = await group(ada, [bob])
  const prototype = Object.getPrototypeOf(env.DIRECTORY) as D1Database
  const batch = prototype.batch
  const kept: D1PreparedStatement[][] = []
  vi.spyOn(prototype, 'batch').mockImplementation(function (this: D1Database, statements) {
    kept.push(statements)
    return batch.call(this, statements) as never
  })
  await done(post(ada, `/api/chatrooms/${room.id}/add_members/`, { users: [cy.id] }))
  await done(post(ada, `/api/chatrooms/${room.id}/remove_member/`, { user_id: cy.id }))
  const after = await indexed(room)
  expect(after).toEqual(await actual(room))
  // The adding arrives once more, late.
  for (const statements of kept.slice(0, 1)) await batch.call(env.DIRECTORY, statements)
  expect(await indexed(room)).toEqual(after)
})

test('a group can be opened when its making is answered, also while its people do not yet answer to their invitations', async () => {
  const crowd = Array.from({ length: 20 }, newId).map((id) => ({ id, name: `invited${id}` }))
  await env.DIRECTORY.prepare(
    `INSERT INTO users (id, username, username_key, email, created_at)
     SELECT value ->> 'id', value ->> 'name', value ->> 'name', value ->> 'name' || '@parlour.test', 0 FROM json_each(?)`,
  )
    .bind(JSON.stringify(crowd))
    .run()
  let answer = () => {}
  const answered = new Promise<void>((resolve) => {
    answer = resolve
  })
  const news = vi.spyOn(Sidebar.prototype, 'announce').mockReturnValue(answered)
  const room = await group(ada, crowd as unknown as Someone[])
  expect((await get(ada, `/api/chatrooms/${room.id}/`)).status).toBe(200)
  // They were being asked, and more of them than are asked at once.
  await eventually(() => expect(news).toHaveBeenCalled())
  expect(news.mock.calls.length).toBeLessThan(crowd.length)
  answer()
  await eventually(() => expect(news.mock.calls.length).toBe(crowd.length))
  await atRest(room)
})
