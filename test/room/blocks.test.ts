/** A direct room whose two have parted: silent both ways, at the room itself, for as long as one of them wants it. */
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, test } from 'vitest'
import { block } from '../../src/directory/people/blocks'
import { newId } from '../../src/protocol'
import type { Room } from '../../src/room/room'
import { eventually } from '../support/eventually'
import {
  cast,
  direct,
  done,
  enter,
  type Frame,
  get,
  group,
  type Line,
  openSidebar,
  patch,
  post,
  remove,
  roomActor,
  type Someone,
  say,
  twice,
} from '../support/world'

let ada: Someone
let bob: Someone
let cy: Someone
let room: Frame
let round = 0
beforeEach(async () => {
  const names = ['ada', 'bob', 'cy'].map((name) => `${name}${round}`)
  ;[ada, bob, cy] = Object.values(await cast(...names)) as [Someone, Someone, Someone]
  round += 1
  room = await direct(ada, bob)
})

const messages = () => `/api/chatrooms/${room.id}/messages/`
const said = async () => (await get(ada, messages())).body.results.map(({ content }: Frame) => content)
const setBlock = (blocker: Someone, blocked: Someone, stands: boolean) =>
  roomActor(room).setBlock(blocker.id, blocked.id, stands)
const sending = (line: Line, content: string) => line.answer({ type: 'send_message', content, client_id: content })
const BLOCKED = { type: 'error', code: 'blocked', detail: expect.any(String) }

twice('neither of the two can write, on sockets that were open before, nor by REST', async (interlude) => {
  const [a, b] = [await enter(ada, room), await enter(bob, room)]
  for (const line of [a, b]) expect(await sending(line, `before ${line === a}`)).toMatchObject({ type: 'message.ack' })
  await Promise.all([a.heard(), b.heard()])
  await setBlock(ada, bob, true)
  await interlude()
  for (const [line, who] of [
    [a, ada],
    [b, bob],
  ] as const) {
    expect(await sending(line, 'after')).toMatchObject(BLOCKED)
    expect(await line.answer({ message: 'short form' })).toMatchObject(BLOCKED)
    const { status, body } = await post(who, messages(), { content: 'after' })
    expect([status, body.code]).toEqual([403, 'blocked'])
  }
  expect([await a.heard(), await b.heard()]).toEqual([[], []])
  expect(await said()).toEqual(['before false', 'before true'])
  await interlude()
  await setBlock(ada, bob, false)
  await interlude()
  expect(await sending(b, 'again')).toMatchObject({ type: 'message.ack' })
  expect((await a.next('new_message')).message.content).toBe('again')
})

twice(
  'it holds for sockets opened later, and the blocked person goes on seeing the blocker as they were',
  async (interlude) => {
    const [a, early] = [await enter(ada, room), await enter(bob, room)]
    const named = async (who: Someone) =>
      (await get(who, `/api/chatrooms/${room.id}/`)).body.participants.find(({ id }: Frame) => id === bob.id).full_name
    await done(patch(bob, '/api/profile/', { first_name: 'Robert' }))
    expect((await a.next('member_updated')).user).toMatchObject({
      id: bob.id,
      full_name: 'Robert',
      online_status: false,
    })
    early.close()
    await done(post(bob, `/api/users/${ada.id}/block/`))
    await interlude()
    const late = await enter(bob, room)
    expect(await sending(late, 'later')).toMatchObject(BLOCKED)
    expect(await sending(a, 'later')).toMatchObject(BLOCKED)
    await interlude()
    await done(patch(bob, '/api/profile/', { first_name: 'Rob' }))
    await eventually(async () => expect(await named(bob)).toBe('Rob'))
    expect([await named(ada), await a.heardTypes()]).toEqual(['Robert', []])
    await interlude()
    // Lifted, the new name is news: now, and to whoever comes back to the room.
    await done(remove(bob, `/api/users/${ada.id}/block/`))
    const { user, seq } = await a.next('member_updated')
    expect([user.full_name, await named(ada)]).toEqual(['Rob', 'Rob'])
    const resumed = await enter(ada, room, `?after=${seq - 1}`)
    expect(resumed.frames.find(({ type }) => type === 'member_updated')?.user.full_name).toBe('Rob')
  },
)

twice('typing ends with the block, and nothing tells the other later that somebody has gone', async (interlude) => {
  const room = await direct(ada, bob)
  const [a, b] = [await enter(ada, room), await enter(bob, room)]
  expect(await a.answer({ type: 'typing' })).toMatchObject({ type: 'done' })
  await b.next('typing')
  await interlude()
  await post(ada, `/api/users/${bob.id}/block/`)
  await b.next('stop_typing')
  await interlude()
  a.close()
  await a.closed()
  expect(await b.heardTypes()).toEqual([])
})

test('what reaches the other like a message is refused too: an edit, typing', async () => {
  const message = await say(ada, room, 'before')
  const [a, b] = [await enter(ada, room), await enter(bob, room)]
  await setBlock(bob, ada, true)
  expect(await a.answer({ type: 'edit_message', message_id: message.id, content: 'changed' })).toMatchObject(BLOCKED)
  expect((await patch(ada, `${messages()}${message.id}/`, { content: 'changed' })).body.code).toBe('blocked')
  expect(await a.answer({ type: 'typing' })).toMatchObject(BLOCKED)
  expect(await b.heard()).toEqual([])
  await setBlock(bob, ada, false)
  expect(await a.answer({ type: 'typing' })).toMatchObject({ type: 'done' })
  expect((await patch(ada, `${messages()}${message.id}/`, { content: 'changed' })).status).toBe(200)
  expect(await b.heardTypes()).toEqual(['typing', 'message_updated'])
})

test('reading, and taking back what one said, stay possible', async () => {
  const message = await say(ada, room, 'before')
  await setBlock(bob, ada, true)
  expect((await get(bob, messages())).body.results).toHaveLength(1)
  expect((await post(bob, `${messages()}${message.id}/mark_as_read/`)).status).toBe(200)
  expect((await remove(ada, `${messages()}${message.id}/`)).status).toBe(204)
  expect(await said()).toEqual([null])
})

twice('a repeat of what was sent before is answered as it was', async (interlude) => {
  const a = await enter(ada, room)
  const first = await sending(a, 'once')
  await setBlock(bob, ada, true)
  await interlude()
  expect(await sending(a, 'once')).toMatchObject({ type: 'message.ack', id: first.id, seq: first.seq })
  expect(await said()).toEqual(['once'])
})

test('strangers learn nothing of it', async () => {
  await setBlock(bob, ada, true)
  const { status, body } = await post(cy, messages(), { content: 'hello?' })
  expect([status, body.code]).toEqual([404, 'not_found'])
})

describe('the state', () => {
  twice('is of each direction by itself, and repeating it changes nothing', async (interlude) => {
    const blocked = async () => (await post(ada, messages(), { content: 'x' })).status === 403
    for (const [blocker, other, stands, expected] of [
      [ada, bob, true, true],
      [ada, bob, true, true],
      [bob, ada, true, true],
      [ada, bob, false, true],
      [ada, bob, false, true],
      [bob, ada, false, false],
      [bob, ada, false, false],
    ] as const) {
      await setBlock(blocker, other, stands)
      await interlude()
      expect(await blocked()).toBe(expected)
    }
  })

  test('is kept from before the room is created', async () => {
    const actor = roomActor({ id: newId() })
    const callers = [ada, bob].map(({ id, username }) => ({ id, username, full_name: username, picture: null }))
    const [caller, other] = callers.map((person) => ({
      ...person,
      session: newId(),
      sessionEnds: Date.now() + 60_000,
      origin: 'http://parlour.test',
    }))
    if (!caller || !other) throw new Error('two callers')
    await block(env.DIRECTORY, ada.id, bob.id, Date.now())
    await actor.setBlock(ada.id, bob.id, true)
    await runInDurableObject(actor, async (instance: Room, { id }) => {
      const plan = { id: Number(id.name), is_group: false, name: '', description: '', picture: null }
      await instance.create(caller, { ...plan, people: [caller, other] })
      expect(await instance.post(other, { content: 'x' })).toMatchObject({ refused: 'blocked' })
      instance.setBlock(ada.id, bob.id, false)
      expect(await instance.post(other, { content: 'x' })).toMatchObject({ created: true })
    })
  })
})

test('[R78] a group is not silenced by what stands between two of its members', async () => {
  const club = await group(cy, [ada, bob])
  expect((await post(ada, `/api/users/${bob.id}/block/`)).status).toBe(200)
  const [a, b] = [await enter(ada, club), await enter(bob, club)]
  expect(await sending(b, 'to all')).toMatchObject({ type: 'message.ack' })
  expect((await a.next('new_message')).message.content).toBe('to all')
  expect((await say(ada, club, 'back')).content).toBe('back')
})

describe('[R74] in a group', () => {
  test('no news of a member tells whoever is blocked of their presence, and a newcomer is shown as present to the others', async () => {
    const common = await group(cy, [ada, bob])
    const [a, b, c] = [await enter(ada, common), await enter(bob, common), await enter(cy, common)]
    await post(bob, `/api/users/${ada.id}/block/`)
    await patch(bob, '/api/profile/', { first_name: 'Robert' })
    const { user: renamed } = await c.next('member_updated', ({ user }) => user.full_name === 'Robert')
    expect(renamed).toMatchObject({ id: bob.id, online_status: false, last_seen: renamed.joined_at })
    expect(await a.heardTypes()).not.toContain('member_updated')
    // Out and in again: whoever may know hears that he is there, in a frame of its own.
    const [list, from] = [await openSidebar(bob), a.frames.length]
    await done(post(cy, `/api/chatrooms/${common.id}/remove_member/`, { user_id: bob.id }))
    await b.closed()
    await list.next('room_removed')
    await done(post(cy, `/api/chatrooms/${common.id}/add_members/`, { users: [bob.id] }))
    for (const line of [a, c]) {
      const { user } = await line.next('member_added')
      expect(user).toMatchObject({ id: bob.id, online_status: false })
    }
    await c.next('presence', (frame) => frame.user_id === bob.id && frame.online)
    await a.heard()
    const aboutBob = a.frames.slice(from).filter(({ type, user_id }) => type === 'presence' && user_id === bob.id)
    expect(aboutBob.filter(({ online }) => online)).toEqual([])
    list.close()
  })
})
