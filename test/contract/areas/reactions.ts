/** Reacting to messages, by REST and by socket. */
import { beforeAll, describe, expect, it } from 'vitest'
import { as, makeGroup, type Person, say, signUpAll } from '../cast.ts'
import { Listener } from '../listener.ts'
import { expectShape } from '../shape.ts'
import { message } from '../shapes.ts'

let ada: Person
let bob: Person
let carol: Person
let room: number
beforeAll(async () => {
  ;[ada, bob, carol] = await signUpAll('ada', 'bob', 'carol')
  room = await makeGroup(ada, bob)
})

const path = (id: number, emoji: string) =>
  `/api/chatrooms/${room}/messages/${id}/reactions/${encodeURIComponent(emoji)}/`
const given = (emoji: string, ...people: Person[]) => ({
  emoji,
  count: people.length,
  user_ids: people.map(({ id }) => id),
})

describe('a reaction', () => {
  it('is given and taken back, any number of times alike, and shown to everyone with the message', async () => {
    const { id } = await say(ada, room, 'Dinner at eight?')
    const seat = await Listener.inRoom(ada, room)
    const { body } = await as(bob, 200, 'PUT', path(id, '👍'))
    expectShape(body, message)
    expect(body).toMatchObject({ reactions: [given('👍', bob)], edited_at: null })
    const told = await seat.next('message_updated')
    expect(told.message).toMatchObject({ id, seq: told.seq, reactions: [given('👍', bob)] })
    await as(bob, 200, 'PUT', path(id, '👍'))
    seat.send({ type: 'react', message_id: id, emoji: '👍', ref: 1 })
    await seat.next('done')
    expect((await seat.next('message_updated')).message.reactions).toEqual([given('👍', bob, ada)])
    seat.send({ type: 'unreact', message_id: id, emoji: '👍', ref: 2 })
    await seat.next('done')
    for (const _ of 'ab') expect((await as(bob, 200, 'DELETE', path(id, '👍'))).body.reactions).toEqual([])
    expect((await as(ada, 200, 'GET', `/api/chatrooms/${room}/messages/`)).body.results[0].reactions).toEqual([])
  })

  it('is one emoji, by somebody in the room, on a message that is there', async () => {
    const { id } = await say(ada, room, 'Anything?')
    for (const no of ['yes', '👍👍', '1']) await as(bob, 400, 'PUT', path(id, no))
    await as(carol, 404, 'PUT', path(id, '👍'))
    await as(bob, 404, 'PUT', path(id + 1_000, '👍'))
    await as(bob, 200, 'PUT', path(id, '👍'))
    await as(ada, 204, 'DELETE', `/api/chatrooms/${room}/messages/${id}/`)
    await as(bob, 409, 'PUT', path(id, '👍'))
  })
})
