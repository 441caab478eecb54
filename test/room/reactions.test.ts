/** Reactions: given, taken back, told to everyone like an edit, and no edit. */
import { runInDurableObject } from 'cloudflare:test'
import { beforeAll, expect, test, vi } from 'vitest'
import { LIMITS, TIMES } from '../../src/config'
import { Message } from '../../src/protocol'
import type { Room } from '../../src/room/room'
import { switchRates } from '../support/rates'
import {
  ask,
  cast,
  direct,
  enter,
  type Frame,
  get,
  group,
  type Line,
  openFeed,
  openSidebar,
  patch,
  pause,
  remove,
  roomActor,
  type Someone,
  say,
  twice,
} from '../support/world'

let ada: Someone
let bob: Someone
let cy: Someone
let stranger: Someone
let round = 0
beforeAll(async () => {
  ;({ ada, bob, cy, stranger } = await cast('ada', 'bob', 'cy', 'stranger'))
})

const FACES = [...'😀😃😄😁😆😅😂🤣😊😇🙂🙃😉😌😍🥰😘😗😙😚😋😛']
const path = (room: Frame, message: Frame, emoji: string) =>
  `/api/chatrooms/${room.id}/messages/${message.id}/reactions/${encodeURIComponent(emoji)}/`
const put = (who: Someone, room: Frame, message: Frame, emoji: string) =>
  ask('PUT', path(room, message, emoji), { token: who.access })
const take = (who: Someone, room: Frame, message: Frame, emoji: string) => remove(who, path(room, message, emoji))
const react = (line: Line, message: Frame, emoji: string) =>
  line.answer({ type: 'react', message_id: message.id, emoji })
const given = (emoji: string, ...people: Someone[]) => ({
  emoji,
  count: people.length,
  user_ids: people.map(({ id }) => id),
})
const reactionsOf = async (who: Someone, room: Frame, message: Frame) =>
  (await get(who, `/api/chatrooms/${room.id}/messages/${message.id}/`)).body.reactions

twice('[R100] a reaction is told to everyone with the next seq, and looks like no edit', async (interlude) => {
  const room = await group(ada, [bob, cy])
  const b = await enter(bob, room)
  const message = await say(ada, room, 'Ship it?')
  expect(message).toMatchObject({ reactions: [], seq: message.id })
  await interlude()
  const answer = await put(bob, room, message, '🚀')
  expect(answer.status).toBe(200)
  const first = await b.next('message_updated')
  expect(first.seq).toBeGreaterThan(message.id)
  expect(first.message).toEqual(answer.body)
  expect(Message.parse(first.message)).toEqual(first.message)
  expect(first.message).toMatchObject({ seq: first.seq, edited_at: null, reactions: [given('🚀', bob)] })
  await interlude()
  // By socket too; one that comes without its variation selector is the same emoji.
  const c = await enter(cy, room)
  expect((await react(c, message, '🚀')).type).toBe('done')
  await b.next('message_updated', (frame) => frame.message.reactions[0]?.count === 2)
  expect((await react(c, message, '❤')).type).toBe('done')
  const last = await b.next('message_updated', (frame) => frame.message.reactions.length === 2)
  expect(last.message.reactions).toEqual([given('🚀', bob, cy), given('❤️', cy)])
  await interlude()
  expect((await c.answer({ type: 'unreact', message_id: message.id, emoji: '🚀' })).type).toBe('done')
  expect((await take(bob, room, message, '🚀')).body.reactions).toEqual([given('❤️', cy)])
  expect((await get(ada, `/api/chatrooms/${room.id}/messages/`)).body.results[0].reactions).toEqual([given('❤️', cy)])
})

twice('[R100] what is so already is no event', async (interlude) => {
  const room = await group(ada, [bob])
  const message = await say(ada, room, 'twice')
  const b = await enter(bob, room)
  expect((await put(bob, room, message, '👍')).status).toBe(200)
  expect(await b.heardTypes()).toEqual(['message_updated'])
  await interlude()
  expect((await put(bob, room, message, '👍')).body.reactions).toEqual([given('👍', bob)])
  expect((await take(bob, room, message, '👎')).body.reactions).toEqual([given('👍', bob)])
  await pause(TIMES.reactionPush * 1.5)
  expect(await b.heard()).toEqual([])
})

twice('[R101] resuming brings reactions given and taken back meanwhile, each message once', async (interlude) => {
  const room = await group(ada, [bob])
  const [kept, taken] = [await say(ada, room, 'kept'), await say(ada, room, 'taken')]
  await put(bob, room, taken, '👍')
  const early = await enter(bob, room)
  const { seq } = early.frames.find(({ type }) => type === 'ready') as Frame
  early.close()
  for (const emoji of ['👍', '🎉', '🚀']) await put(bob, room, kept, emoji)
  await take(bob, room, taken, '👍')
  await interlude()
  const b = await enter(bob, room, `?after=${seq}`)
  const ready = b.frames.find(({ type }) => type === 'ready') as Frame
  const missed = b.frames.filter(({ type }) => type === 'message_updated')
  expect(missed.map(({ message }) => [message.content, message.reactions.length])).toEqual([
    ['kept', 3],
    ['taken', 0],
  ])
  expect(missed.every((frame) => frame.seq <= ready.seq)).toBe(true)
  // Nothing of what was held back for others comes again.
  await pause(TIMES.reactionPush * 1.5)
  expect(await b.heard()).toEqual([])
})

test('[R101] a message that many react to at once is told a few times, and nobody who comes or hears more misses one', async () => {
  const crowd = Object.values(await cast('d1', 'd2', 'd3', 'd4', 'd5', 'd6'))
  const room = await group(ada, crowd)
  const message = await say(ada, room, 'Applause')
  const a = await enter(ada, room)
  await Promise.all(crowd.map((who) => put(who, room, message, '👏')))
  const all = await a.next('message_updated', (frame) => frame.message.reactions[0].count === crowd.length)
  const told = a.frames.filter(({ type }) => type === 'message_updated')
  expect(told.length).toBeLessThan(crowd.length)
  // What is held back leaves before what is newer: whoever has seen a seq has been told everything before it.
  await react(a, message, '🎉')
  await a.answer({ type: 'send_message', content: 'after', client_id: 'after' })
  await a.next('new_message')
  const rest = a.frames.filter(({ type }) => ['message_updated', 'new_message'].includes(type))
  expect(rest.at(-1)).toMatchObject({ type: 'new_message' })
  const order = rest.map(({ seq }) => seq)
  expect(order).toEqual(order.toSorted((x, y) => x - y))
  expect(rest.at(-2)?.message.reactions).toHaveLength(2)
  expect(all.message.reactions[0].user_ids.toSorted()).toEqual(crowd.map(({ id }) => id).toSorted())
})

test('[R102] a reaction wakes no list, counts as unread nowhere, and notifies nobody', async () => {
  const room = await group(ada, [bob])
  const message = await say(ada, room, 'Seen?')
  await ask('POST', `/api/chatrooms/${room.id}/messages/${message.id}/mark_as_read/`, { token: bob.access })
  const [list, feed, a] = [await openSidebar(ada), await openFeed(ada), await enter(ada, room)]
  const before = (await get(ada, '/api/chatrooms/')).body
  await list.heard()
  await feed.heard()
  await put(bob, room, message, '👍')
  await a.next('message_updated')
  await pause(TIMES.sidebarPush * 2)
  expect(await list.heard()).toEqual([])
  expect(await feed.heard()).toEqual([])
  expect((await get(ada, '/api/chatrooms/')).body).toEqual(before)
  // A message does all of that.
  await say(bob, room, 'Really?')
  await list.next('last_message_updated')
})

twice('[R103] a deleted message loses its reactions and takes no more', async (interlude) => {
  const room = await group(ada, [bob])
  const message = await say(ada, room, 'Soon gone')
  await put(bob, room, message, '👍')
  const b = await enter(bob, room)
  await interlude()
  await remove(ada, `/api/chatrooms/${room.id}/messages/${message.id}/`)
  expect((await b.next('message_deleted')).message.reactions).toEqual([])
  await interlude()
  expect((await put(bob, room, message, '👍')).body.code).toBe('message_deleted')
  expect(await react(b, message, '👍')).toMatchObject({ type: 'error', code: 'message_deleted' })
  const left = await runInDurableObject(roomActor(room), (_: Room, { storage }) =>
    storage.sql.exec('SELECT * FROM reactions').toArray(),
  )
  expect(left).toEqual([])
})

test('[R103] an edit leaves the reactions', async () => {
  const room = await group(ada, [bob])
  const message = await say(ada, room, 'Tpyo')
  await put(bob, room, message, '👍')
  const { body } = await patch(ada, `/api/chatrooms/${room.id}/messages/${message.id}/`, { content: 'Typo' })
  expect(body).toMatchObject({ content: 'Typo', reactions: [given('👍', bob)] })
})

twice('[R103] what an erased person gave goes, from everything', async (interlude) => {
  const [gone] = Object.values(await cast(`gone${round++}`)) as [Someone]
  const room = await group(ada, [gone, bob])
  const messages = [await say(ada, room, 'one'), await say(ada, room, 'two'), await say(bob, room, 'three')]
  for (const message of messages) await put(gone, room, message, '👍')
  await put(bob, room, messages[0] as Frame, '👍')
  const b = await enter(bob, room)
  await interlude()
  await roomActor(room).personErased(gone.id)
  await b.next('member_removed')
  const told = b.frames.filter(({ type }) => type === 'message_updated').map(({ message }) => message.reactions)
  expect(told).toEqual([[given('👍', bob)], [], []])
  expect(await reactionsOf(bob, room, messages[2] as Frame)).toEqual([])
})

test('[R104] one emoji and nothing else is taken', async () => {
  const room = await group(ada, [bob])
  const message = await say(ada, room, 'What counts')
  const b = await enter(bob, room)
  const one = ['👍🏽', '👩🏻‍❤️‍💋‍👩🏾', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '🇪🇺', '1️⃣']
  for (const emoji of one) expect(await react(b, message, emoji)).toMatchObject({ type: 'done' })
  expect((await reactionsOf(ada, room, message)).map(({ emoji }: Frame) => emoji)).toEqual(one)
  for (const emoji of ['', 'a', 'ok', '1', '👍👍', '👍 ', ':+1:', '<b>', '👍'.repeat(100), '\u200d', '\ud83d']) {
    expect(await react(b, message, emoji)).toMatchObject({ type: 'error', code: 'invalid' })
  }
  const { status, body } = await put(bob, room, message, 'ok')
  expect([status, body.code, Object.keys(body)]).toEqual([400, 'invalid', ['emoji', 'detail', 'code']])
  expect(await b.answer({ type: 'react', message_id: message.id })).toMatchObject({ code: 'invalid' })
})

test('[R104] an emoji is one reaction, with whatever selectors it was typed', async () => {
  const room = await group(ada, [bob])
  const message = await say(ada, room, 'One heart')
  const [a, b] = [await enter(ada, room), await enter(bob, room)]
  const forms: [one: string, ...others: string[]][] = [
    ['❤️', '❤', '❤\ufe0e'],
    ['👁️‍🗨️', '👁‍🗨', '👁️‍🗨', '👁‍🗨️'],
    ['🏴‍☠️', '🏴‍☠'],
    ['1️⃣', '1⃣'],
    ['🕵🏽‍♀️', '🕵🏽‍♀', '🕵️🏽‍♀️'],
  ]
  for (const [one, ...others] of forms) {
    for (const form of others) expect((await put(bob, room, message, form)).status, form).toBe(200)
    expect((await react(a, message, others[0] as string)).type).toBe('done')
    expect(await reactionsOf(ada, room, message)).toContainEqual(given(one, bob, ada))
  }
  expect(await reactionsOf(ada, room, message)).toHaveLength(forms.length)
  expect((await take(bob, room, message, '❤\ufe0e')).status).toBe(200)
  expect(await reactionsOf(ada, room, message)).toContainEqual(given('❤️', ada))
  // Another skin is another emoji.
  await react(b, message, '🕵🏻‍♀')
  expect((await reactionsOf(ada, room, message)).slice(-2).map(({ emoji }: Frame) => emoji)).toEqual(['🕵🏽‍♀️', '🕵🏻‍♀️'])
  b.close()
})

test('[R104] forms of one emoji that are kept from before are one, and are taken back together', async () => {
  const room = await group(ada, [bob])
  const message = await say(ada, room, 'Kept')
  await put(ada, room, message, '❤️')
  await runInDurableObject(roomActor(room), (_, { storage: { sql } }) => {
    for (const [form, seq] of [
      ['❤', 100],
      ['❤\ufe0e', 101],
    ] as const) {
      sql.exec(
        'INSERT INTO reactions (message_id, emoji, user_id, seq) VALUES (?, ?, ?, ?)',
        message.id,
        form,
        bob.id,
        seq,
      )
    }
  })
  expect(await reactionsOf(bob, room, message)).toEqual([given('❤️', ada, bob)])
  expect((await take(bob, room, message, '❤')).status).toBe(200)
  expect(await reactionsOf(bob, room, message)).toEqual([given('❤️', ada)])
})

test('[R104] a message holds so many different emoji, and a person gives so many', async () => {
  const people = Object.values(await cast('e1', 'e2', 'e3', 'e4', 'e5'))
  const room = await group(ada, people)
  const message = await say(ada, room, 'Full')
  const faces = FACES.slice(0, LIMITS.reactionsPerMessage)
  for (const [place, emoji] of faces.entries()) {
    const who = people[Math.floor(place / LIMITS.reactionsPerPerson)] as Someone
    expect((await put(who, room, message, emoji)).status).toBe(200)
  }
  const [first, last] = [people[0], people[4]] as [Someone, Someone]
  const beyond = FACES[LIMITS.reactionsPerMessage] as string
  expect(await put(last, room, message, beyond)).toMatchObject({ status: 409, body: { code: 'too_many_reactions' } })
  // What is there already can be joined, but by nobody who has given enough.
  expect((await put(last, room, message, faces[0] as string)).status).toBe(200)
  expect(await put(first, room, message, faces.at(-1) as string)).toMatchObject({
    body: { code: 'too_many_reactions' },
  })
  expect((await take(first, room, message, faces[1] as string)).status).toBe(200)
  expect((await put(first, room, message, faces.at(-1) as string)).status).toBe(200)
})

test('[R104] whoever gives and takes without end is asked to wait, exactly as the rate says', async () => {
  const room = await group(ada, [bob])
  const message = await say(ada, room, 'Flicker')
  const [a, b] = [await enter(ada, room), await enter(bob, room)]
  switchRates('on')
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000)
  const answers: Frame[] = []
  for (let n = 0; n <= 120; n++) {
    answers.push(await b.answer({ type: n % 2 === 0 ? 'react' : 'unreact', message_id: message.id, emoji: '👍' }))
  }
  expect(answers.slice(0, 120).every(({ type }) => type === 'done')).toBe(true)
  expect(answers[120]).toMatchObject({ type: 'error', code: 'rate_limited', retry_after: 1 })
  // Others are not concerned, nor is what changes nothing.
  expect((await react(a, message, '🎉')).type).toBe('done')
  expect((await b.answer({ type: 'unreact', message_id: message.id, emoji: '👍' })).type).toBe('done')
  switchRates('off')
  vi.spyOn(Date, 'now').mockRestore()
})

test('[R104] strangers, and people whom a block keeps apart, cannot react', async () => {
  const room = await direct(ada, bob)
  const message = await say(ada, room, 'Between us')
  const absent = await put(stranger, { id: 1 }, message, '👍')
  const foreign = await put(stranger, room, message, '👍')
  expect([foreign.status, foreign.body]).toEqual([404, absent.body])
  expect((await put(bob, room, message, '👍')).status).toBe(200)
  await roomActor(room).setBlock(ada.id, bob.id, true)
  expect((await put(bob, room, message, '🎉')).body.code).toBe('blocked')
  expect((await take(bob, room, message, '👍')).body.code).toBe('blocked')
  await roomActor(room).setBlock(ada.id, bob.id, false)
  expect((await take(bob, room, message, '👍')).status).toBe(200)
})

test('[R104] a reaction costs four rows at most', async () => {
  const room = await group(ada, [bob])
  const message = await say(ada, room, 'Priced')
  const rows = await runInDurableObject(roomActor(room), (_: Room, { storage }) => {
    const cost = (query: string, ...values: SqlStorageValue[]) => {
      const cursor = storage.sql.exec(query, ...values)
      cursor.toArray()
      return cursor.rowsWritten
    }
    const touched = (seq: number) => cost('UPDATE messages SET changed_seq = ? WHERE id = ?', seq, message.id)
    return [
      cost("INSERT INTO reactions (message_id, emoji, user_id, seq) VALUES (?, '👍', 1, 99)", message.id),
      touched(99),
      touched(100),
      cost('DELETE FROM reactions'),
    ]
  })
  expect((rows[0] as number) + Math.max(rows[1] as number, rows[2] as number)).toBeLessThanOrEqual(4)
  expect(rows[3]).toBeLessThanOrEqual(1)
})
