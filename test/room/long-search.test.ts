/** A search that would read a whole long history stops on the way, says where, and is gone on with from there. */
import { runInDurableObject } from 'cloudflare:test'
import { beforeAll, expect, test } from 'vitest'
import type { Room } from '../../src/room/room'
import { cast, done, type Frame, get, group, roomActor, type Someone, say } from '../support/world'

const MANY = 60_000
let ada: Someone
let bob: Someone
let room: Frame
let first: Frame
let other: Frame

beforeAll(async () => {
  ;({ ada, bob } = await cast('ada', 'bob'))
  room = await group(ada, [bob], { room_name: 'Long' })
  first = await say(bob, room, 'the first word')
  // Straight into the tables, as sending leaves them; what is sought here is found without the index of texts.
  await runInDurableObject(roomActor(room), (actor: Room, { storage }) => {
    storage.sql.exec(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${MANY})
       INSERT INTO messages (id, sender_id, content, created_at) SELECT ? + i, ?, 'x', ? + i FROM n`,
      first.id,
      ada.id,
      Date.parse(first.timestamp),
    )
    void actor
  })
  other = await group(bob, [ada], { room_name: 'Short' })
})

/** Follows the links of a list. @returns what it has, and over how many parts. */
async function followed(path: string): Promise<{ ids: number[]; parts: number }> {
  const ids: number[] = []
  let parts = 0
  for (let next: string | null = path; next; parts++) {
    expect(parts).toBeLessThan(20)
    const page: Frame = await done(get(ada, next))
    ids.push(...page.results.map(({ id }: Frame) => id))
    next = page.next
  }
  return { ids, parts }
}

test('over all rooms what one person said is found behind sixty thousand messages by somebody else', async () => {
  const late = await say(bob, other, 'the last word')
  const { ids, parts } = await followed(`/api/search/?q=&from=${bob.id}`)
  expect(ids).toEqual([late.id, first.id])
  expect(parts).toBeGreaterThan(1)
})

test('one request reads a bounded part of the history', async () => {
  const reads: number[] = []
  await runInDurableObject(roomActor(room), (actor: Room) => {
    const caller = { id: ada.id, origin: 'http://parlour.test' } as never
    for (const before of [undefined, 40_000, 20_000]) {
      const answer = actor.search(caller, { words: '', from: bob.id, before, limit: 10 })
      if ('read' in answer) reads.push(answer.read)
    }
  })
  expect(reads).toHaveLength(3)
  for (const read of reads) expect(read).toBeLessThan(25_000)
})

test('bounds of time are found without reading what lies beyond them', async () => {
  const around = new Date(Date.parse(first.timestamp) + 30_000)
  const soon = new Date(Date.parse(first.timestamp) + 30_010)
  const path = `/api/search/?q=&room=${room.id}&after=${around.toISOString()}&before=${soon.toISOString()}`
  const { ids } = await followed(path)
  expect(ids).toEqual(Array.from({ length: 9 }, (_, n) => first.id + 30_009 - n))
})
