/** The list as REST reads it: its order, its pages, what is in a room of it. */
import { runInDurableObject } from 'cloudflare:test'
import { beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { LIMITS, RoomInList } from '../../src/protocol'
import {
  atRest,
  cast,
  direct,
  done,
  type Frame,
  get,
  group,
  ORIGIN,
  patch,
  post,
  type Someone,
  say,
  sidebarActor,
  signUp,
  twice,
} from '../support/world'

let ada: Someone
let bob: Someone
beforeAll(async () => {
  ;({ ada, bob } = await cast('ada', 'bob'))
})

let people = 0
const someone = () => signUp(`fay${++people}`)
const ids = (page: Frame): number[] => page.results.map(({ id }: Frame) => id)
const follow = async (who: Someone, url: string): Promise<Frame> => done(get(who, url.replace(ORIGIN, '')))

twice('[R62] the newest activity comes first, and pages lead all the way there and back', async (interlude) => {
  const fay = await someone()
  const rooms: Frame[] = []
  for (let n = 0; n < 7; n++) rooms.push(await group(ada, [fay], { room_name: `Room ${n}` }))
  for (const n of [3, 0, 5]) await say(ada, rooms[n] as Frame, 'activity')
  await interlude()
  const order = [5, 0, 3, 6, 4, 2, 1].map((n) => rooms[n]?.id)
  const pages: Frame[] = [await follow(fay, '/api/chatrooms/?limit=3')]
  expect(pages[0]?.previous).toBeNull()
  while (pages.at(-1)?.next) pages.push(await follow(fay, pages.at(-1)?.next))
  expect(pages.map(ids)).toEqual([order.slice(0, 3), order.slice(3, 6), order.slice(6)])
  for (const page of pages) expect(z.array(RoomInList).parse(page.results)).toEqual(page.results)
  await interlude()
  const back: Frame[] = [pages.at(-1) as Frame]
  while (back.at(-1)?.previous) back.push(await follow(fay, back.at(-1)?.previous))
  expect(back.map(ids)).toEqual([order.slice(6), order.slice(3, 6), order.slice(0, 3)])
  expect(back.at(-1)?.next).not.toBeNull()
})

test('[R62] a room that moves up while one reads is neither missed below nor shown twice there', async () => {
  const fay = await someone()
  const rooms: Frame[] = []
  for (let n = 0; n < 5; n++) rooms.push(await group(ada, [fay]))
  const first = await follow(fay, '/api/chatrooms/?limit=2')
  await say(ada, rooms[1] as Frame, 'up')
  await atRest(rooms[1] as Frame)
  const second = await follow(fay, first.next)
  expect(ids(first)).toEqual([rooms[4]?.id, rooms[3]?.id])
  expect(ids(second)).toEqual([rooms[2]?.id, rooms[0]?.id])
  expect(ids(await follow(fay, '/api/chatrooms/?limit=1'))).toEqual([rooms[1]?.id])
})

test('[R62] what is pinned comes with the first page, whatever is newer, and on no page after it', async () => {
  const fay = await someone()
  const rooms: Frame[] = []
  for (let n = 0; n < 9; n++) rooms.unshift(await group(fay, [], { room_name: `Room ${n}` }))
  const pin = (room: Frame | undefined, pinned: boolean) =>
    done(patch(fay, `/api/chatrooms/${room?.id}/me/`, { pinned }))
  const at = (...places: number[]) => places.map((place) => rooms[place]?.id)
  await pin(rooms[8], true)
  await pin(rooms[6], true)
  const first = await follow(fay, '/api/chatrooms/?limit=4')
  expect(ids(first)).toEqual(at(0, 1, 6, 8))
  expect(first.previous).toBeNull()
  const second = await follow(fay, first.next)
  expect(ids(second)).toEqual(at(2, 3, 4, 5))
  const third = await follow(fay, second.next)
  expect([ids(third), third.next]).toEqual([at(7), null])
  // And back: the page that comes to the top is the first one.
  const back = await follow(fay, third.previous)
  expect(ids(back)).toEqual(at(2, 3, 4, 5))
  const top = await follow(fay, back.previous)
  expect([ids(top), top.previous]).toEqual([at(0, 1, 6, 8), null])
  expect(ids(await follow(fay, top.next))).toEqual(at(2, 3, 4, 5))
  // What is pinned, or no longer, while one reads is neither missed nor shown twice.
  await pin(rooms[7], true)
  await pin(rooms[8], false)
  expect([ids(await follow(fay, second.next)), ids(await follow(fay, first.next))]).toEqual([at(7), at(2, 3, 4, 5)])
  // More of them than fit into a page: all are there, and the others follow.
  for (const place of [1, 2, 3, 4]) await pin(rooms[place], true)
  const full = await follow(fay, '/api/chatrooms/?limit=2')
  expect(ids(full)).toEqual(at(1, 2, 3, 4, 6, 7))
  const rest = await follow(fay, full.next)
  expect(ids(rest)).toEqual(at(0, 5))
  expect(ids(await follow(fay, rest.next))).toEqual(at(8))
  expect(ids(await follow(fay, rest.previous))).toEqual(at(1, 2, 3, 4, 6, 7))
})

test('[R62] so many rooms are pinned and no more', async () => {
  const fay = await someone()
  const room = await group(fay, [])
  await runInDurableObject(sidebarActor(fay), (_, { storage: { sql } }) => {
    sql.exec(
      `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1)
       INSERT INTO rooms (room_id, version, gone, is_group, name, title, description, members, created_at, last_activity,
         unread, rewritten, notify, pinned, stale, added_at, changed_at)
       SELECT n, 1, 0, 1, '', 'Room', '', 1, n, n, 0, 0, 'all', 1, 0, 0, 0 FROM numbers`,
      LIMITS.pinnedRooms,
    )
  })
  const { status, body } = await patch(fay, `/api/chatrooms/${room.id}/me/`, { pinned: true })
  expect([status, body.code]).toEqual([409, 'too_many_pinned'])
  expect((await get(fay, '/api/chatrooms/?limit=1')).body.results).toHaveLength(LIMITS.pinnedRooms)
})

test('[R62] a limit that leaves nothing over has no next page, and nobody’s rooms are an empty page', async () => {
  const fay = await someone()
  expect(await follow(fay, '/api/chatrooms/')).toEqual({ next: null, previous: null, results: [] })
  for (let n = 0; n < 2; n++) await group(fay, [ada])
  expect((await follow(fay, '/api/chatrooms/?limit=2')).next).toBeNull()
  expect((await follow(fay, '/api/chatrooms/?limit=1')).next).not.toBeNull()
  expect((await get(fay, '/api/chatrooms/?cursor=nonsense')).status).toBe(400)
  expect((await get(fay, '/api/chatrooms/?limit=0')).status).toBe(400)
})

twice('[R63] each sees a direct room under the other’s name, and what they made of it', async (interlude) => {
  const [fay, gus] = [await someone(), await someone()]
  const room = await direct(fay, gus)
  await say(fay, room, 'hello')
  await done(patch(gus, `/api/chatrooms/${room.id}/me/`, { nickname: 'F', muted: true, pinned: true }))
  await interlude()
  expect((await follow(fay, '/api/chatrooms/')).results[0]).toMatchObject({
    chat_name: gus.username,
    unread_count: 0,
    muted: false,
    pinned: false,
    nickname: null,
  })
  expect((await follow(gus, '/api/chatrooms/')).results[0]).toMatchObject({
    chat_name: 'F',
    unread_count: 1,
    muted: true,
    pinned: true,
    nickname: 'F',
    last_message: { content: 'hello', text: 'hello', sender: fay.id, sender_name: fay.username },
  })
  await done(patch(gus, `/api/chatrooms/${room.id}/me/`, { nickname: null }))
  await interlude()
  expect((await get(gus, `/api/chatrooms/${room.id}/`)).body).toMatchObject({ chat_name: fay.username, pinned: true })
})

describe.each(['removed', 'leaving'] as const)('[R63] the settings of a room do not outlast a membership', (how) => {
  twice(`of somebody ${how}, however soon they come back`, async (interlude) => {
    const [fay, gus] = [await someone(), await someone()]
    const room = await group(fay, [gus])
    const path = `/api/chatrooms/${room.id}/`
    const mine = async () => (await follow(gus, '/api/chatrooms/')).results[0]
    await done(patch(gus, `${path}me/`, { nickname: 'F', muted: true, pinned: true }))
    await say(fay, room, 'hello')
    expect(await mine()).toMatchObject({ muted: true, pinned: true, nickname: 'F' })
    // The list sleeps and asks after all of it: then all that it hears is that gus is in the room.
    if (how === 'removed') await done(post(fay, `${path}remove_member/`, { user_id: gus.id }))
    else await done(post(gus, `${path}leave_room/`))
    await done(post(fay, `${path}add_members/`, { users: [gus.id] }))
    if (how === 'leaving') await done(post(gus, `/api/invites/${room.id}/accept/`))
    await interlude()
    expect(await mine()).toMatchObject({ muted: false, pinned: false, nickname: null })
    await done(patch(gus, `${path}me/`, { pinned: true }))
    await interlude()
    await say(fay, room, 'again')
    expect(await mine()).toMatchObject({ pinned: true, unread_count: 1 })
  })
})

test('[R68] rooms are found by their names and by the people in them, one’s own only', async () => {
  const fay = await someone()
  const [named, withBob] = [
    await group(fay, [ada], { room_name: 'Zebra Club' }),
    await group(fay, [bob], { room_name: 'Other' }),
  ]
  await group(ada, [bob], { room_name: 'Zebra of others' })
  expect(ids(await follow(fay, '/api/chatrooms/?search=zebra'))).toEqual([named.id])
  expect(ids(await follow(fay, '/api/chatrooms/?search=BOB'))).toEqual([withBob.id])
  expect(ids(await follow(fay, '/api/chatrooms/?search=%25'))).toEqual([])
})
