/** Incoming hooks: programs post into a room by a URL, as a bot of the hook's name. */
import { runInDurableObject } from 'cloudflare:test'
import { beforeAll, expect, test } from 'vitest'
import { LIMITS, RATES } from '../../src/config'
import { switchRates } from '../support/rates'
import {
  ask,
  cast,
  done,
  enter,
  type Frame,
  get,
  group,
  openSidebar,
  post,
  remove,
  roomActor,
  type Someone,
  say,
  twice,
} from '../support/world'

let ada: Someone
let bob: Someone
let eve: Someone
beforeAll(async () => {
  ;({ ada, bob, eve } = await cast('ada', 'bob', 'eve'))
})

const hooksOf = (room: Frame) => `/api/chatrooms/${room.id}/hooks/`
const make = (room: Frame, name = 'Build') => done(post(ada, hooksOf(room), { name }))
const by = ({ url }: Frame, body: object, headers = {}) => ask('POST', new URL(url).pathname, { body, headers })

twice('[R120] a hook posts as a bot of its name, which is no member', async (interlude) => {
  const room = await group(ada, [bob])
  const list = await openSidebar(bob)
  const hook = await make(room)
  const line = await enter(bob, room)
  await interlude()
  const { status, body } = await by(hook, { text: ' Build 7 is green, @bob ' })
  expect(status).toBe(201)
  expect(body).toMatchObject({ content: 'Build 7 is green, @bob', room: room.id, mentions: [{ id: bob.id }] })
  expect(body.sender).toMatchObject({ username: 'Build', full_name: 'Build', is_bot: true })
  expect((await line.next('new_message')).message).toEqual(body)
  expect(body.sender.id).not.toBe(ada.id)
  const listed = await list.next('last_message_updated', ({ room_id }) => room_id === room.id)
  expect(listed).toMatchObject({ unread_count: 1, last_message: { sender_name: 'Build' } })
  await interlude()
  // The bot reads nothing, so it is no audience: the message is read when everybody else has.
  for (const who of [ada, bob]) await done(post(who, `/api/chatrooms/${room.id}/messages/${body.id}/mark_as_read/`))
  const { results } = (await get(ada, `/api/chatrooms/${room.id}/messages/`)).body
  expect(results[0]).toMatchObject({ id: body.id, status: 'read' })
  expect((await get(ada, `/api/chatrooms/${room.id}/participants/`)).body).toHaveLength(2)
  expect((await by(hook, { content: 'by its other name' })).body.content).toBe('by its other name')
})

test('[R121] admins make, list and remove hooks, and a removed URL is unknown', async () => {
  const room = await group(ada, [bob])
  const hook = await make(room)
  expect(hook.url).toMatch(/\/api\/hooks\/[0-9a-z]+-[\w-]{43}\/$/)
  expect((await get(ada, hooksOf(room))).body).toEqual([
    { id: hook.id, name: 'Build', created_by: ada.id, created_at: hook.created_at },
  ])
  expect((await post(bob, hooksOf(room), { name: 'Mine' })).body.code).toBe('admins_only')
  expect((await get(eve, hooksOf(room))).status).toBe(404)
  expect((await remove(ada, `${hooksOf(room)}${hook.id}/`)).status).toBe(204)
  expect((await remove(ada, `${hooksOf(room)}${hook.id}/`)).status).toBe(404)
  expect((await by(hook, { text: 'too late' })).status).toBe(404)
  const gone = await make(room)
  await done(remove(ada, `/api/chatrooms/${room.id}/`))
  expect((await by(gone, { text: 'too late' })).status).toBe(404)
})

test('[R121] a URL is guessed by nobody who read the database, and names no room that does not exist', async () => {
  const room = await group(ada, [bob])
  const { url } = await make(room)
  const secret = new URL(url).pathname.split('-').slice(1).join('-').slice(0, -1)
  const rows = await runInDurableObject(roomActor(room), (_, { storage }) =>
    JSON.stringify(storage.sql.exec('SELECT * FROM hooks').toArray()),
  )
  expect(rows).toContain('Build')
  expect(rows).not.toContain(secret)
  for (const path of [
    url.replace(secret, secret.toLowerCase()),
    url.replace(/hooks\/[0-9a-z]+-/, 'hooks/1-'),
    `${url}x`,
  ]) {
    expect((await by({ url: path }, { text: 'guessed' })).status).toBe(404)
  }
})

test('[R121] what a hook sends is bounded as a message is, and repeated by its key only once', async () => {
  const room = await group(ada, [bob])
  const hook = await make(room)
  expect((await by(hook, {})).body.code).toBe('empty_message')
  expect((await by(hook, { text: 'x'.repeat(LIMITS.messageLength + 1) })).body.text).toBeDefined()
  const key = { 'idempotency-key': 'run-7' }
  const first = await by(hook, { text: 'once' }, key)
  const again = await by(hook, { text: 'once' }, key)
  expect([first.status, again.status, again.body.id]).toEqual([201, 200, first.body.id])
  for (let n = 1; n < LIMITS.hooksPerRoom; n++) await make(room, `Hook ${n}`)
  expect((await post(ada, hooksOf(room), { name: 'One more' })).body.code).toBe('list_full')
})

test('[R121] a hook has a rate of its own, and its work counts for the admin who made it', async () => {
  const room = await group(ada, [bob])
  const hook = await make(room)
  switchRates('on')
  try {
    const statuses: number[] = []
    for (let n = 0; n <= RATES.hook.limit; n++) statuses.push((await by(hook, { text: `${n}` })).status)
    expect(statuses.filter((status) => status === 201).length).toBeGreaterThanOrEqual(RATES.hook.limit)
    expect((await by(hook, { text: 'over' })).status).toBe(429)
    await say(ada, room, 'Ada may.')
  } finally {
    switchRates('off')
  }
})
