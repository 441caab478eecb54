/** Resuming: after any absence, exactly what is missing, in order, then what happens live. */
import { evictAllDurableObjects } from 'cloudflare:test'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  cast,
  connect,
  done,
  enter,
  type Frame,
  get,
  group,
  type Line,
  patch,
  pause,
  post,
  remove,
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

/** What a resume sends before `ready`. */
async function missed(who: Someone, room: Frame, after: number): Promise<Frame[]> {
  const line = await enter(who, room, `?after=${after}`)
  const ready = line.frames.findIndex(({ type }) => type === 'ready')
  line.close()
  return line.frames.slice(0, ready)
}

/** A client's room: what it knows, brought forward by each event that carries a seq. */
class Copy {
  seq = 0
  readonly messages = new Map<number, Frame>()
  readonly members = new Map<number, Frame>()
  readonly read = new Map<number, number>()
  readonly delivered = new Map<number, number>()
  name = ''

  take(frame: Frame): void {
    if (frame.seq !== undefined) this.seq = Math.max(this.seq, frame.seq)
    if (frame.type === 'room_updated') this.name = frame.room.room_name
    if (frame.type === 'new_message' || frame.type === 'message_updated' || frame.type === 'message_deleted') {
      // Receipts follow the cursors, not the copy that travelled with the message.
      const { status: _, read_statuses: __, reply_preview: ___, ...message } = frame.message
      this.messages.set(message.id, message)
    }
    if (frame.type === 'member_added' || frame.type === 'member_updated') {
      const { online_status: _, last_seen: __, ...member } = frame.user
      if (frame.type === 'member_updated') expect(this.members.has(member.id)).toBe(true)
      this.members.set(member.id, member)
    }
    if (frame.type === 'member_removed') this.members.delete(frame.user.id)
    if (frame.type === 'message.read') this.read.set(frame.reader.id, frame.message_id)
    if (frame.type === 'message.delivered') this.delivered.set(frame.user_id, frame.message_id)
  }

  /** What the copy comes to, in one order. */
  content() {
    const sorted = <T>(map: Map<number, T>) => [...map].sort(([a], [b]) => a - b)
    const here = (map: Map<number, number>) => sorted(map).filter(([user]) => this.members.has(user))
    const delivered = here(this.delivered).filter(([user, to]) => to > (this.read.get(user) ?? 0))
    return {
      name: this.name,
      messages: sorted(this.messages),
      members: sorted(this.members),
      read: here(this.read),
      delivered,
    }
  }

  static of(frames: Frame[]): Copy {
    const copy = new Copy()
    for (const frame of frames) copy.take(frame)
    return copy
  }
}

function expectAscending(frames: Frame[], after: number): void {
  let last = after
  for (const { seq } of frames) {
    expect(seq).toBeGreaterThan(last)
    last = seq
  }
}

/** Something of every kind that changes a room; gives the seq of the room after each. */
async function eventfulRoom(interlude: () => Promise<void> = async () => {}) {
  const room = await group(ada, [bob, cy])
  const live = await enter(bob, room, '?after=0')
  const first = await say(ada, room, 'first')
  const second = await say(bob, room, 'second')
  await done(post(cy, `/api/chatrooms/${room.id}/messages/${second.id}/mark_as_read/`))
  await interlude()
  await done(patch(ada, `/api/chatrooms/${room.id}/messages/${first.id}/`, { content: 'first, edited' }))
  await done(post(ada, `/api/chatrooms/${room.id}/add_members/`, { users: [dee.id] }))
  const third = await say(dee, room, 'third')
  const c = await enter(cy, room)
  await c.answer({ type: 'delivered', message_id: third.id })
  await interlude()
  await done(remove(bob, `/api/chatrooms/${room.id}/messages/${second.id}/`))
  await done(patch(ada, `/api/chatrooms/${room.id}/`, { room_name: 'Renamed' }))
  await done(post(ada, `/api/chatrooms/${room.id}/assign_admin/`, { user_id: dee.id }))
  await done(post(ada, `/api/chatrooms/${room.id}/remove_member/`, { user_id: cy.id }))
  await interlude()
  await say(ada, room, 'fourth', { reply_to: first.id })
  await live.heard()
  return { room, live: live.frames.filter(({ seq, type }) => seq !== undefined && type !== 'ready') }
}

test('[R25] without `after` only `ready` comes, then what happens', async () => {
  const { room } = await eventfulRoom()
  const line = await connect(ada, `/ws/chat/${room.id}/`)
  const ready = await line.next('ready')
  expect(ready).toMatchObject({ room: room.id, you: ada.id })
  await say(bob, room, 'live')
  await line.next('new_message')
  expect(line.frames.filter(({ type }) => type !== 'presence').map(({ type }) => type)).toEqual([
    'ready',
    'new_message',
  ])
  expect(line.frames[0]).toBe(ready)
})

twice('[R26] [R27] [R28] from any seq a resume gives what a fresh reader has', async (interlude) => {
  const { room, live } = await eventfulRoom(interlude)
  const fresh = Copy.of(await missed(ada, room, 0))
  expect(Copy.of(live).content()).toEqual(fresh.content())
  expect(fresh.content().delivered).toEqual([])
  const { body } = await get(ada, `/api/chatrooms/${room.id}/messages/`)
  expect(body.results.map(({ id }: Frame) => id).toReversed()).toEqual([...fresh.messages.keys()].sort((a, b) => a - b))
  for (let after = 0; after <= fresh.seq; after++) {
    // What a client that left at that moment knew.
    const client = Copy.of(live.filter(({ seq }) => seq <= after))
    const frames = await missed(ada, room, after)
    expectAscending(frames, after)
    for (const frame of frames) client.take(frame)
    expect(client.content(), `resumed after ${after}`).toEqual(fresh.content())
  }
})

twice('[R28] who has got how far is resumed, whether read or only delivered', async (interlude) => {
  const room = await group(ada, [bob, cy])
  const message = await say(ada, room, 'one')
  const [b, c] = [await enter(bob, room), await enter(cy, room)]
  await interlude()
  await b.answer({ type: 'delivered', message_id: message.id })
  await c.answer({ type: 'read_message', message_id: message.id })
  await interlude()
  const frames = await missed(ada, room, message.id)
  expect(frames.map(({ type, user_id, reader }) => [type, user_id ?? reader.id])).toEqual([
    ['message.delivered', bob.id],
    ['message.read', cy.id],
  ])
})

describe('[R27] a message that is newer than `after`', () => {
  test('comes once, as it is now', async () => {
    const room = await group(ada, [bob])
    const message = await say(ada, room, 'before')
    await patch(ada, `/api/chatrooms/${room.id}/messages/${message.id}/`, { content: 'after' })
    const gone = await say(ada, room, 'taken back')
    await remove(ada, `/api/chatrooms/${room.id}/messages/${gone.id}/`)
    const frames = await missed(bob, room, message.id - 1)
    expect(frames.map(({ type, seq, message: { content, deleted } }) => [type, seq, content, deleted])).toEqual([
      ['new_message', message.id, 'after', false],
      ['new_message', gone.id, null, true],
    ])
  })

  test('and an older one comes as its last change', async () => {
    const room = await group(ada, [bob])
    const edited = await say(ada, room, 'before')
    const deleted = await say(ada, room, 'before')
    await patch(ada, `/api/chatrooms/${room.id}/messages/${edited.id}/`, { content: 'once' })
    await patch(ada, `/api/chatrooms/${room.id}/messages/${edited.id}/`, { content: 'twice' })
    await remove(ada, `/api/chatrooms/${room.id}/messages/${deleted.id}/`)
    const frames = await missed(bob, room, deleted.id)
    expect(frames.map(({ type, message: { id, content } }) => [type, id, content])).toEqual([
      ['message_updated', edited.id, 'twice'],
      ['message_deleted', deleted.id, null],
    ])
  })
})

test('[R26] nothing is missing at the end, and a seq from the future brings nothing', async () => {
  const { room } = await eventfulRoom()
  const { seq } = (await enter(ada, room)).frames.find(({ type }) => type === 'ready') as Frame
  expect(await missed(ada, room, seq)).toEqual([])
  expect(await missed(ada, room, seq + 1_000)).toEqual([])
  expect(await missed(ada, room, Number.MAX_SAFE_INTEGER)).toEqual([])
  for (const nonsense of ['', 'x', '-1', '1.5', '99999999999999999']) {
    const line = await connect(ada, `/ws/chat/${room.id}/?after=${nonsense}`)
    expect((await line.next('ready')).seq).toBe(seq)
    expect(line.frames[0]?.type).toBe('ready')
    line.close()
  }
})

describe('[R29] beyond one chunk', () => {
  const COUNT = 1_300
  let room: Frame
  let writer: Line
  beforeAll(async () => {
    room = await group(ada, [bob])
    writer = await enter(ada, room)
    for (let n = 0; n < COUNT; n++) writer.send({ type: 'send_message', content: `${n}` })
    await writer.answer({ type: 'stop_typing' })
  })

  test('everything comes, ascending and once, while others write, edit, delete, join and read', async () => {
    const old = (await get(ada, `/api/chatrooms/${room.id}/messages/?after=0&limit=3`)).body.results
    // From here on both run at once: whatever is written comes in a later chunk or live, never twice, never not at all.
    const line = await connect(bob, `/ws/chat/${room.id}/?after=0`)
    for (let n = 0; n < 60; n++) writer.send({ type: 'send_message', content: `during ${n}` })
    writer.send({ type: 'edit_message', message_id: old[0].id, content: 'edited during' })
    writer.send({ type: 'delete_message', message_id: old[1].id })
    writer.send({ type: 'read_message', message_id: old[2].id, ref: 1 })
    await post(ada, `/api/chatrooms/${room.id}/add_members/`, { users: [dee.id] })
    let sent = 60
    // Without a gap across the moment of `ready`, where what is resumed ends and what is live begins.
    for (let more = 20; more > 0; more -= line.frames.some(({ type }) => type === 'ready') ? 1 : 0) {
      writer.send({ type: 'send_message', content: `across ${++sent}` })
      await pause(0)
    }
    writer.send({ type: 'send_message', content: 'the last', client_id: 'the last' })
    sent += 1
    await line.until('the last', () => line.frames.find(({ message }) => message?.content === 'the last'))
    const told = line.frames.filter(({ seq, type }) => seq !== undefined && type !== 'ready')
    expectAscending(told, 0)
    expect(told.filter(({ type }) => type === 'new_message')).toHaveLength(COUNT + sent)
    expect(line.frames.filter(({ type }) => type === 'ready')).toHaveLength(1)
    expect(Copy.of(told).content()).toEqual(Copy.of(await missed(ada, room, 0)).content())
    line.close()
  })

  test('a member who joined and changed since is made known before they are changed', async () => {
    await done(post(ada, `/api/chatrooms/${room.id}/add_members/`, { users: [cy.id] }))
    const joined = (await get(ada, `/api/chatrooms/${room.id}/`)).body.last_id
    for (let n = 0; n < 600; n++) writer.send({ type: 'send_message', content: `more ${n}` })
    await writer.answer({ type: 'stop_typing' })
    await done(post(ada, `/api/chatrooms/${room.id}/assign_admin/`, { user_id: cy.id }))
    const frames = (await missed(bob, room, joined)).filter(({ user }) => user?.id === cy.id)
    expect(frames.map(({ type, user }) => [type, user.role])).toEqual([['member_added', 'admin']])
  })

  test('a room put out of memory resumes alike', async () => {
    const before = await missed(bob, room, 0)
    await evictAllDurableObjects()
    expect(await missed(bob, room, 0)).toEqual(before)
  })

  test('whoever loses membership in the middle of a resume gets no more of it', async () => {
    const line = await connect(bob, `/ws/chat/${room.id}/?after=0`)
    await done(post(ada, `/api/chatrooms/${room.id}/remove_member/`, { user_id: bob.id }))
    expect((await line.closed()).code).toBe(4403)
    expect(line.frames.some(({ type }) => type === 'ready' || type === 'member_removed')).toBe(false)
  })
})

twice('[R26] a socket that comes between sending and telling is not told twice', async (interlude) => {
  const room = await group(ada, [bob])
  const a = await enter(ada, room)
  await interlude()
  for (let round = 0; round < 10; round++) {
    // What is sent and the upgrade arrive at the room together.
    a.send({ type: 'send_message', content: `${round}` })
    const fresh = await connect(bob, `/ws/chat/${room.id}/`)
    const ready = await fresh.next('ready')
    await fresh.heard()
    for (const { type, seq } of fresh.frames) if (type === 'new_message') expect(seq).toBeGreaterThan(ready.seq)
    fresh.close()
  }
})
