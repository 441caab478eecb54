/** Coming back: nothing is missed, nothing repeated; and several events in a frame for those who ask for it. */
import { beforeAll, describe, expect, it } from 'vitest'
import { as, makeGroup, type Person, say, signUp, signUpAll } from '../cast.ts'
import { Listener, pause } from '../listener.ts'

let ada: Person
let bob: Person
beforeAll(async () => {
  ;[ada, bob] = await signUpAll('ada', 'bob')
})

/** What a client knows of a room's messages after some events. */
function knownFrom(listener: Listener): Map<number, string | null> {
  const known = new Map<number, string | null>()
  for (const { message } of listener.events) if (message) known.set(message.id, message.content)
  return known
}

/** The same, read anew. */
async function truth(who: Person, room: number): Promise<Map<number, string | null>> {
  const { body } = await as(who, 200, 'GET', `/api/chatrooms/${room}/messages/?limit=100`)
  return new Map(body.results.map((each: { id: number; content: string | null }) => [each.id, each.content]).reverse())
}

const seqsOf = (listener: Listener) =>
  listener.events
    .filter(({ type, seq }) => seq !== undefined && type !== 'ready' && type !== 'message.ack')
    .map(({ seq }) => seq)

describe('resuming', () => {
  it('sends first what was missed, then ready, then what happens', async () => {
    const room = await makeGroup(ada, bob)
    const before = await Listener.inRoom(bob, room)
    const [kept, edited, deleted] = [
      await say(ada, room, 'kept'),
      await say(ada, room, 'firts'),
      await say(ada, room, 'rude'),
    ]
    await before.next({ type: 'new_message', seq: deleted.id })
    before.close()
    const known = knownFrom(before)

    await as(ada, 200, 'PATCH', `/api/chatrooms/${room}/messages/${edited.id}/`, { content: 'first' })
    await as(ada, 204, 'DELETE', `/api/chatrooms/${room}/messages/${deleted.id}/`)
    const missed = await say(ada, room, 'missed')
    const gone = await say(ada, room, 'said and taken back')
    await as(ada, 204, 'DELETE', `/api/chatrooms/${room}/messages/${gone.id}/`)
    const carol = await signUp('carol')
    await as(ada, 200, 'POST', `/api/chatrooms/${room}/add_members/`, { users: [carol.id] })
    await as(ada, 200, 'PATCH', `/api/chatrooms/${room}/`, { room_name: 'Renamed' })
    await as(ada, 200, 'POST', `/api/chatrooms/${room}/messages/${missed.id}/mark_as_read/`)

    const back = await Listener.inRoom(bob, room, `?after=${deleted.id}`)
    const place = back.events.findIndex(({ type }) => type === 'ready')
    expect(place).toBe(back.events.length - 1)
    for (const [id, content] of knownFrom(back)) known.set(id, content)
    expect(known).toEqual(await truth(bob, room))
    expect(back.heard({ type: 'new_message' }).map(({ message }) => message.id)).not.toContain(kept.id)
    expect(back.heard('member_added').map(({ user }) => user.id)).toContain(carol.id)
    expect(back.heard('room_updated').at(-1)?.room.room_name).toBe('Renamed')
    const live = await say(ada, room, 'live')
    expect((await back.next({ type: 'new_message', seq: live.id })).message.content).toBe('live')
    const seqs = seqsOf(back)
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
  })

  it('from the end sends ready alone; without after, too', async () => {
    const room = await makeGroup(ada, bob)
    await say(ada, room, 'old')
    const { seq } = await (await Listener.open(bob, `/ws/chat/${room}/`)).next('ready')
    const back = await Listener.inRoom(bob, room, `?after=${seq}`)
    expect(back.events.map(({ type }) => type)).toEqual(['ready'])
    const fresh = await Listener.inRoom(bob, room)
    expect(fresh.events.map(({ type }) => type)).toEqual(['ready'])
  })

  it('from the beginning sends everything', async () => {
    const room = await makeGroup(ada, bob)
    for (let said = 0; said < 30; said++) await say(ada, room, `message ${said}`)
    const back = await Listener.inRoom(bob, room, '?after=0')
    expect(knownFrom(back)).toEqual(await truth(bob, room))
  })

  it('again and again, while others write, adds up to exactly what was said', async () => {
    const room = await makeGroup(ada, bob)
    const writer = await Listener.inRoom(ada, room)
    const heard: number[] = []
    let after = 0
    for (let visit = 0; visit < 8; visit++) {
      for (let said = 0; said < 10; said++) writer.send({ type: 'send_message', content: `${visit}:${said}` })
      const seat = await Listener.inRoom(bob, room, `?after=${after}`)
      await pause(visit * 5)
      // What has arrived counts; whatever is on its way is lost with the connection.
      const events = [...seat.events]
      seat.close()
      for (const { type, seq, message } of events) {
        if (type === 'new_message') heard.push(message.id)
        if (seq !== undefined) after = Math.max(after, seq)
      }
    }
    await expect.poll(() => writer.heard('message.ack').length).toBe(80)
    const last = await Listener.inRoom(bob, room, `?after=${after}`)
    heard.push(...last.heard('new_message').map(({ message }) => message.id))
    expect(heard).toEqual(writer.heard('message.ack').map(({ id }) => id))
  })
})

describe('events in one frame', () => {
  const burst = async (room: number, query: string) => {
    const seat = await Listener.inRoom(bob, room, query)
    const writer = await Listener.inRoom(ada, room)
    for (let said = 0; said < 50; said++) writer.send({ type: 'send_message', content: `message ${said}` })
    await expect.poll(() => seat.heard('new_message').length).toBe(50)
    return seat
  }

  it('come as an array only to those who asked for it', async () => {
    const room = await makeGroup(ada, bob)
    const plain = await burst(room, '')
    expect(plain.raw.filter((text) => text.startsWith('['))).toEqual([])
  })

  it('are the same events in the same order', async () => {
    const room = await makeGroup(ada, bob)
    const seat = await burst(room, '?batch=1')
    const [first, ...rest] = seat.heard('new_message').map(({ seq }) => seq as number)
    expect(rest).toEqual(rest.map((_, place) => (first as number) + place + 1))
    const back = await Listener.inRoom(bob, room, '?batch=1&after=0')
    expect(back.heard('new_message')).toHaveLength(50)
    expect(back.raw.length).toBeLessThan(back.events.length)
  })
})
