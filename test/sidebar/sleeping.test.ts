/** A room of a thousand: what a message costs for members who sleep. Counted on the real actors. */
import { env } from 'cloudflare:workers'
import { beforeAll, expect, test, vi } from 'vitest'
import { LIMITS } from '../../src/config'
import { Feed } from '../../src/feed/feed'
import { newId } from '../../src/protocol'
import { Sidebar } from '../../src/sidebar/sidebar'
import { eventually } from '../support/eventually'
import { atRest, cast, enter, type Frame, get, group, openSidebar, post, type Someone } from '../support/world'

/** How long a room and a thousand sidebars may take to call each other, in milliseconds. */
const A_THOUSAND_CALLS = 240_000

let ada: Someone
let bob: Someone
let room: Frame
/** Everyone in the room but the two. */
let crowd: number[]

/** People who are in the directory and never were here: registering them one by one would only measure scrypt. */
async function enrol(count: number): Promise<number[]> {
  const people = Array.from({ length: count }, newId).map((id) => ({ id, name: `sleeper${id}` }))
  await env.DIRECTORY.prepare(
    `INSERT INTO users (id, username, username_key, email, created_at)
     SELECT value ->> 'id', value ->> 'name', value ->> 'name', value ->> 'name' || '@parlour.test', 0 FROM json_each(?)`,
  )
    .bind(JSON.stringify(people))
    .run()
  return people.map(({ id }) => id)
}

const told = vi.spyOn(Sidebar.prototype, 'roomChanged')
const notified = vi.spyOn(Feed.prototype, 'unreadChanged')
const people = (spy: { mock: { contexts: unknown[] } }) =>
  spy.mock.contexts.map((actor) => Number((actor as { ctx: DurableObjectState }).ctx.id.name))
const warned = vi.spyOn(console, 'warn').mockImplementation(() => {})
function counted() {
  const late = warned.mock.calls.filter(([line]) => String(line).includes('"sidebar.untold"')).length
  const overtaken = notified.mock.settledResults.filter(
    ({ value }) => (value as { taken?: boolean }).taken === false,
  ).length
  const counts = { told: people(told), notified: people(notified), late, overtaken }
  for (const spy of [told, notified, warned]) spy.mockClear()
  return counts
}

beforeAll(async () => {
  ;({ ada, bob } = await cast('ada', 'bob'))
  crowd = await enrol(LIMITS.members - 2)
  const others = [bob, ...crowd.map((id) => ({ id }) as Someone)]
  room = await group(ada, others)
  await eventually(() => expect(new Set(people(told)).size).toBe(LIMITS.members), A_THOUSAND_CALLS)
  await atRest(room)
})

test('[R56] a group holds 1,000 members and no more', async () => {
  const members: number[] = []
  const first = `/api/chatrooms/${room.id}/participants/?limit=${LIMITS.listDefault}`
  for (let url: string | undefined = first; url !== undefined; ) {
    const { body, headers } = await get(ada, url)
    expect(body.length).toBeLessThanOrEqual(LIMITS.listDefault)
    members.push(...body.map(({ id }: Frame) => id))
    url = /^<([^>]+)>; rel="next"$/.exec(headers.get('Link') ?? '')?.[1]
  }
  expect(members).toHaveLength(LIMITS.members)
  expect(new Set(members)).toEqual(new Set([ada.id, bob.id, ...crowd]))
  const [one] = await enrol(1)
  const { status, body } = await post(ada, `/api/chatrooms/${room.id}/add_members/`, { users: [one] })
  expect([status, body.code]).toEqual([409, 'room_full'])
  // Whoever is in it already takes no second place.
  expect((await post(ada, `/api/chatrooms/${room.id}/add_members/`, { users: [bob.id] })).status).toBe(200)
})

test('[R65] [R66] a message calls each sleeping member’s list once, and the next hundred call none of them', async () => {
  const [a, list] = [await enter(ada, room), await openSidebar(bob)]
  await atRest(room)
  counted()
  await a.answer({ type: 'send_message', content: 'the first' })
  // Meanwhile nobody who talks waits for a thousand lists.
  await list.next('last_message_updated', ({ last_message }) => last_message.content === 'the first')
  await eventually(() => {
    expect(new Set(people(told)).size).toBeGreaterThanOrEqual(LIMITS.members - 1)
    // An alarm that rings while a list has not answered yet calls that list again.
    expect(told.mock.settledResults.filter(({ type }) => type === 'incomplete')).toEqual([])
  }, A_THOUSAND_CALLS)
  await atRest(room)
  const first = counted()
  const of = (calls: number[], who: number[]) => calls.filter((id) => who.includes(id))
  // Once more only where a call took too long: a list's answer, or the way to a feed that had to wake for it.
  for (const [calls, late] of [
    [of(first.told, crowd), first.late],
    [of(first.notified, crowd), first.late + first.overtaken],
  ] as const) {
    expect([...new Set(calls)].toSorted()).toEqual(crowd.toSorted())
    expect(calls.length - crowd.length).toBeLessThanOrEqual(late)
  }

  for (let n = 1; n <= 100; n++) a.send({ type: 'send_message', content: `${n}` })
  await list.next('last_message_updated', ({ last_message }) => last_message.content === '100')
  await atRest(room)
  const later = counted()
  expect(of(later.told, crowd)).toEqual([])
  expect(of(later.notified, crowd)).toEqual([])
  // The one who looks was told, seldom; the sender, whose list is closed, has nothing unread.
  expect(of(later.told, [bob.id]).length).toBeGreaterThan(0)
  expect(of(later.told, [bob.id]).length).toBeLessThan(10)
  expect(of(later.told, [ada.id])).toEqual([])
})
