/** `/ws/chat/{id}/`: every frame, both ways. */
import { beforeAll, describe, expect, it } from 'vitest'
import { as, makeGroup, type Person, say, signUp, signUpAll } from '../cast.ts'
import { type Frame, Listener, pause } from '../listener.ts'

let ada: Person
let bob: Person
let carol: Person
let room: number
beforeAll(async () => {
  ;[ada, bob, carol] = await signUpAll('ada', 'bob', 'carol')
  room = await makeGroup(ada, bob, carol)
})

const seats = () => Promise.all([Listener.inRoom(ada, room), Listener.inRoom(bob, room)])

describe('opening', () => {
  it('says ready, where one is, who one is and who is there', async () => {
    const a = await Listener.open(ada, `/ws/chat/${room}/`)
    expect(await a.next('ready')).toMatchObject({ room, you: ada.id, online: [ada.id] })
    const b = await Listener.open(bob, `/ws/chat/${room}/`)
    const { online } = await b.next('ready')
    expect(online.sort()).toEqual([ada.id, bob.id].sort())
    expect(b.events[0]?.type).toBe('ready')
  })

  it('answers ping with pong', async () => {
    const [a] = await seats()
    await a.ping()
    await a.ping()
  })
})

describe('sending', () => {
  it('is acknowledged to the sender and told to everyone, the sender too', async () => {
    const [a, b] = await seats()
    a.send({ type: 'send_message', content: ' Good evening. ', client_id: 'evening-1', ref: 7 })
    const ack = await a.next('message.ack')
    expect(ack).toMatchObject({ client_id: 'evening-1', ref: 7, seq: ack.id })
    for (const seat of [a, b]) {
      const told = await seat.next('new_message')
      expect(told).toMatchObject({
        seq: ack.seq,
        message: { id: ack.id, content: 'Good evening.', room, client_id: 'evening-1' },
      })
      expect(told.message).toMatchObject({ timestamp: ack.timestamp, sender: { id: ada.id, username: ada.username } })
    }
    expect(b.heard('message.ack')).toEqual([])
  })

  it('has a short form', async () => {
    const [a, b] = await seats()
    a.send({ message: 'short and good' })
    expect((await b.next('new_message')).message).toMatchObject({ content: 'short and good', client_id: null })
  })

  it('under a client_id that was used is acknowledged with the first id and told to nobody', async () => {
    const [a, b] = await seats()
    const twice = { type: 'send_message', content: 'only once', client_id: `twice-${Date.now()}` }
    const first = await a.ask(twice)
    const again = await a.ask({ ...twice, content: 'or not' })
    expect(again).toMatchObject({ type: 'message.ack', id: first.id, seq: first.seq, timestamp: first.timestamp })
    const marker = await say(ada, room, 'after')
    await b.next({ seq: marker.id })
    expect(b.heard((frame) => frame.message?.id === first.id)).toHaveLength(1)
  })

  it('answers another message, and comes by REST as by socket', async () => {
    const [a, b] = await seats()
    const { id } = await say(bob, room, 'by REST')
    expect((await a.next('new_message')).message.id).toBe(id)
    const { id: answer } = await a.ask({ type: 'send_message', content: 'by socket', reply_to: id })
    expect((await b.next((frame) => frame.message?.id === answer)).message.reply_to).toBe(id)
    expect((await as(bob, 200, 'GET', `/api/chatrooms/${room}/messages/${answer}/`)).body.content).toBe('by socket')
  })

  it('reaches everyone in one order, each once, whoever sends at the same time', async () => {
    const all = await Promise.all([ada, bob, carol].map((who) => Listener.inRoom(who, room)))
    const count = 20
    for (const [place, seat] of all.entries()) {
      for (let turn = 0; turn < count; turn++) seat.send({ type: 'send_message', content: `${place}:${turn}` })
    }
    const heard = () => all.map((seat) => seat.heard('new_message').map((frame) => frame.message.content))
    await expect.poll(() => heard().map((told) => told.length)).toEqual([60, 60, 60])
    const [first, ...others] = heard()
    for (const other of others) expect(other).toEqual(first)
    const seqs = all[0]?.heard('new_message').map(({ seq }) => seq) ?? []
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
    for (const place of [0, 1, 2]) {
      const own = first?.filter((text: string) => text.startsWith(`${place}:`))
      expect(own).toEqual(Array.from({ length: count }, (_, turn) => `${place}:${turn}`))
    }
  })
})

describe('changing', () => {
  it('a message is told to everyone with a seq of its own', async () => {
    const [a, b] = await seats()
    const { id } = await a.ask({ type: 'send_message', content: 'firts' })
    a.send({ type: 'edit_message', message_id: id, content: 'first' })
    const edited = await b.next('message_updated')
    expect(edited.message).toMatchObject({ id, content: 'first', edited_at: expect.any(String) })
    expect(edited.seq).toBeGreaterThan(id)
    a.send({ type: 'delete_message', message_id: id })
    const deleted = await b.next('message_deleted')
    expect(deleted.message).toMatchObject({ id, content: null, deleted: true })
    expect(deleted.seq).toBeGreaterThan(edited.seq)
    await a.next({ type: 'message_deleted', seq: deleted.seq })
  })

  it('a message of another is refused', async () => {
    const [a, b] = await seats()
    const { id } = await a.ask({ type: 'send_message', content: 'hands off' })
    expect(await b.ask({ type: 'edit_message', message_id: id, content: 'mine' })).toMatchObject({ type: 'error' })
    expect(await b.ask({ type: 'delete_message', message_id: id })).toMatchObject({ type: 'error' })
    expect((await as(bob, 200, 'GET', `/api/chatrooms/${room}/messages/${id}/`)).body.content).toBe('hands off')
  })

  it('the room or its people is told to everyone in it', async () => {
    const own = await makeGroup(ada, bob)
    const b = await Listener.inRoom(bob, own)
    await as(ada, 200, 'PATCH', `/api/chatrooms/${own}/`, { room_name: 'Renamed' })
    expect((await b.next('room_updated')).room).toMatchObject({ id: own, room_name: 'Renamed' })
    await as(ada, 200, 'POST', `/api/chatrooms/${own}/add_members/`, { users: [carol.id] })
    expect((await b.next('member_added')).user).toMatchObject({ id: carol.id, role: 'member' })
    await as(ada, 200, 'POST', `/api/chatrooms/${own}/assign_admin/`, { user_id: carol.id })
    expect((await b.next('member_updated')).user).toMatchObject({ id: carol.id, role: 'admin', is_admin: true })
    await as(ada, 200, 'POST', `/api/chatrooms/${own}/remove_member/`, { user_id: carol.id })
    expect((await b.next('member_removed')).user).toMatchObject({ id: carol.id })
  })
})

describe('typing', () => {
  it('is told to the others, not to oneself, and at most once in 2 s', async () => {
    const [a, b] = await seats()
    for (let key = 0; key < 5; key++) a.send({ type: 'typing' })
    expect(await b.next('typing')).toMatchObject({ user_id: ada.id, username: ada.username })
    a.send({ type: 'stop_typing' })
    expect(await b.next('stop_typing')).toMatchObject({ user_id: ada.id })
    const marker = await a.ask({ type: 'send_message', content: 'done typing' })
    for (const seat of [a, b]) await seat.next({ seq: marker.seq, type: 'new_message' })
    expect(b.heard('typing')).toHaveLength(1)
    expect([...a.heard('typing'), ...a.heard('stop_typing')]).toEqual([])
  })

  it('ends with the connection', async () => {
    const [a, b] = await seats()
    b.send({ type: 'typing' })
    await a.next('typing')
    b.close()
    expect(await a.next('stop_typing')).toMatchObject({ user_id: bob.id })
  })
})

describe('receipts', () => {
  it('are told to everyone, and never go back', async () => {
    const [a, b] = await seats()
    const one = await a.ask({ type: 'send_message', content: 'one' })
    const two = await a.ask({ type: 'send_message', content: 'two' })
    b.send({ type: 'delivered', message_id: two.id })
    expect(await a.next('message.delivered')).toMatchObject({ message_id: two.id, user_id: bob.id })
    b.send({ type: 'read_message', message_id: two.id })
    const read = await a.next('message.read')
    expect(read).toMatchObject({ message_id: two.id, reader: { id: bob.id, username: bob.username } })
    b.send({ type: 'read_message', message_id: one.id })
    await pause(1_500)
    expect(a.heard('message.read').map(({ message_id }) => message_id)).toEqual([two.id])
    const [status] = (await as(ada, 200, 'GET', `/api/chatrooms/${room}/messages/${two.id}/message_read_status/`)).body
    expect(status).toMatchObject({ user: { id: bob.id }, timestamp: read.read_at })
  })

  it('for messages that are not there are refused', async () => {
    const [a] = await seats()
    for (const type of ['read_message', 'delivered']) {
      expect(await a.ask({ type, message_id: 4503599627370497 })).toMatchObject({ type: 'error' })
    }
  })
})

describe('presence', () => {
  it('of members is told to the room', async () => {
    const [dora, eve] = await signUpAll('dora', 'eve')
    const own = await makeGroup(dora, eve)
    const d = await Listener.inRoom(dora, own)
    await Listener.inRoom(eve, own)
    expect(await d.next('presence')).toMatchObject({ user_id: eve.id, online: true })
  })
})

describe('a frame that is not right', () => {
  it.each([
    ['not JSON', '{"type":'],
    ['an array', '[]'],
    ['a number', '7'],
    ['null', 'null'],
    ['of an unknown type', '{"type":"explode"}'],
    ['without a type', '{}'],
    ['of a type inherited from Object', '{"type":"constructor"}'],
    ['of bytes', new TextEncoder().encode('{"type":"typing"}')],
    ['too long', JSON.stringify({ type: 'send_message', content: 'x'.repeat(70_000) })],
    ['a message without text', '{"type":"send_message"}'],
    ['a message of blanks', '{"type":"send_message","content":"  "}'],
    ['text instead of an id', '{"type":"delete_message","message_id":"x"}'],
  ])('(%s) is answered with an error, and the socket stays open', async (_, frame) => {
    const [a] = await seats()
    a.send(frame as string)
    expect(await a.next('error')).toMatchObject({ code: expect.any(String), detail: expect.any(String) })
    await a.ping()
    expect((await a.ask({ type: 'send_message', content: 'still here' })).type).toBe('message.ack')
  })

  it('has its ref echoed', async () => {
    const [a] = await seats()
    const answers: Frame[] = [
      await a.ask({ type: 'explode' }),
      await a.ask({ type: 'edit_message', message_id: 4503599627370497, content: 'x' }),
    ]
    for (const answer of answers) expect(answer.type).toBe('error')
  })

  it('in a flood closes the socket with 4400', async () => {
    const dora = await signUp('dora')
    const own = await makeGroup(dora, ada)
    const d = await Listener.inRoom(dora, own)
    for (let sent = 0; sent < 2_000; sent++) d.send('nonsense')
    expect((await d.closed).code).toBe(4400)
  })
})
