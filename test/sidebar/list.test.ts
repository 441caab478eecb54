/** The list as REST reads it: its order, its pages, what is in a room of it. */
import { beforeAll, expect, test } from 'vitest'
import * as z from 'zod'
import { RoomInList } from '../../src/protocol'
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

twice('[R63] what one made of a room goes when one leaves it, however soon one is let in again', async (interlude) => {
  const [fay, gus] = [await someone(), await someone()]
  const room = await group(fay, [gus])
  const mine = async () => (await follow(gus, '/api/chatrooms/')).results[0]
  await done(patch(gus, `/api/chatrooms/${room.id}/me/`, { nickname: 'F', muted: true, pinned: true }))
  await say(fay, room, 'hello')
  expect(await mine()).toMatchObject({ muted: true, pinned: true, nickname: 'F' })
  // The list sleeps and asks after both: then all that it hears is that gus is in the room.
  await done(post(gus, `/api/chatrooms/${room.id}/leave_room/`))
  await done(post(fay, `/api/chatrooms/${room.id}/add_members/`, { users: [gus.id] }))
  await interlude()
  expect(await mine()).toMatchObject({ muted: false, pinned: false, nickname: null })
  await done(patch(gus, `/api/chatrooms/${room.id}/me/`, { pinned: true }))
  await interlude()
  await say(fay, room, 'again')
  expect(await mine()).toMatchObject({ pinned: true, unread_count: 1 })
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
