/** Searching a room: by one fold, with whatever is typed, and while its index is being rebuilt. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { Room } from '../../src/room/room'
import {
  cast,
  done,
  type Frame,
  forward,
  get,
  group,
  patch,
  presentTime,
  remove,
  roomActor,
  type Someone,
  say,
} from '../support/world'

let ada: Someone
let bob: Someone
beforeAll(async () => {
  ;({ ada, bob } = await cast('ada', 'bob'))
})

afterEach(presentTime)

const found = async (room: Frame, words: string, more = ''): Promise<number[]> =>
  (await done(get(bob, `/api/search/?room=${room.id}&q=${encodeURIComponent(words)}${more}`))).results.map(
    ({ id }: Frame) => id,
  )
const within = async (room: Frame, words: string): Promise<number[]> =>
  (await done(get(bob, `/api/chatrooms/${room.id}/messages/?search=${encodeURIComponent(words)}`))).results.map(
    ({ id }: Frame) => id,
  )

/** Texts that lower case alone does not make equal, each with what is asked for. */
const PAIRS: [text: string, asked: string][] = [
  ['Wir sehen uns in İstanbul', 'istanbul'],
  ['die Straße entlang', 'STRASSE'],
  ['ΟΔΥΣΣΕΥΣ', 'οδυσσεύς'],
  ['Ｗｉｄｅ letters', 'wide'],
  ['the ﬁnal oﬃce', 'Final OFFICE'],
  ['5 µg', '5 ΜG'],
  ['ᲗᲑᲘᲚᲘᲡᲘ', 'თბილისი'],
  ['𞤀𞤁', '𞤢𞤣'],
  ['Frau Müller', 'Mu\u0308ller'],
  ['Herr Muller', 'müller'],
  ['Łódź', 'lo'],
  ['co\u00adoperate', 'cooperate'],
]

describe('a text is found whatever its case, form and accents', () => {
  test('by every spelling of it, and its snippet is the original', async () => {
    const room = await group(ada, [bob])
    for (const [text, asked] of PAIRS) {
      const { id } = await say(ada, room, text)
      expect(await found(room, asked), `${asked} in ${text}`).toContain(id)
      expect(await within(room, asked), `${asked} in ${text}`).toContain(id)
      const spellings = [text, text.toUpperCase(), text.toLowerCase(), text.normalize('NFD'), text.normalize('NFKC')]
      for (const spelling of spellings) expect(await found(room, spelling), spelling).toContain(id)
    }
  })

  test('the snippet is cut around what was found, wherever folding has moved it', async () => {
    const room = await group(ada, [bob])
    await say(ada, room, `${'ﬃ'.repeat(200)} die Straße ${'e\u0301'.repeat(100)}`)
    const [hit] = (await done(get(bob, `/api/search/?room=${room.id}&q=STRASSE`))).results
    expect(hit.snippet).toMatch(/^…ﬃ+ die Straße (e\u0301)+…$/)
  })

  test('an edited text is found by what it is now, a deleted one by nothing', async () => {
    const room = await group(ada, [bob])
    const { id } = await say(ada, room, 'GROẞE Ideen')
    await done(patch(ada, `/api/chatrooms/${room.id}/messages/${id}/`, { content: 'İdeen' }))
    expect([await found(room, 'grosse'), await found(room, 'IDEEN')]).toEqual([[], [id]])
    await remove(ada, `/api/chatrooms/${room.id}/messages/${id}/`)
    expect(await found(room, 'ideen')).toEqual([])
  })
})

/** What people and programs type into a search. */
const HOSTILE = [
  '\0',
  'a\0b',
  '"',
  "';--",
  '*',
  'NEAR(a b)',
  'a AND',
  'NOT',
  'content:x',
  '^a',
  '{a b}:c',
  '%_',
  '\\',
  '\u200d',
  '\u202eabc',
  '👩‍👩‍👧',
  '\u0301',
  '🏳',
  'ﷺ',
  '\u0001\u0001',
  'x'.repeat(100),
  '"'.repeat(100),
  'ẞ'.repeat(100),
]

test('nothing that is typed into a search makes it fail', async () => {
  const room = await group(ada, [bob])
  await say(ada, room, 'a"b % _ * NOT \u0301')
  const paths = ['/api/search/?q=', `/api/chatrooms/${room.id}/messages/?search=`, '/api/chatrooms/?search=']
  for (const path of [...paths, '/api/users/?search=', '/api/friends/?search=']) {
    for (const text of [...HOSTILE, 'x'.repeat(10_000)]) {
      const { status } = await get(bob, path + encodeURIComponent(text))
      expect(status, `${path} ${JSON.stringify(text.slice(0, 20))}`).toBeLessThan(500)
    }
    // As no URL should be: halves of a surrogate pair in UTF-8, and what is no UTF-8 at all.
    for (const text of ['%ED%A0%80', '%FF%FE', '%00', '%', '%zz']) {
      expect((await get(bob, path + text)).status, path + text).toBeLessThan(500)
    }
  }
  const { id } = await say(ada, room, 'before\0after')
  expect(await found(room, 'e\0a')).toEqual([id])
  expect(await within(room, 'after')).toEqual([id])
  // What cannot be seen finds nothing, and not everything.
  expect(await found(room, '\u200d')).toEqual([])
  expect(await within(room, '\u00ad')).toEqual([])
})

/** Undoes `0008_subscriptions` and what came after it. */
function undoSubscriptions(sql: SqlStorage): void {
  for (const table of ['changes', 'hooks', 'webhooks']) sql.exec(`DROP TABLE ${table}`)
  sql.exec('ALTER TABLE members DROP COLUMN is_bot')
  sql.exec('ALTER TABLE members RENAME COLUMN subscription TO sidebar')
  sql.exec(
    `UPDATE members SET sidebar = CASE sidebar WHEN 'all' THEN 'awake' WHEN 'firstUnread' THEN 'idle' ELSE 'asleep' END`,
  )
  sql.exec('ALTER TABLE storage RENAME COLUMN announced_level TO told')
  sql.exec('ALTER TABLE storage RENAME COLUMN projected_bytes TO projected')
  sql.exec('ALTER TABLE storage RENAME COLUMN attachment_bytes TO attached')
}

/** The room's storage as the version before had it: its own index, none of what has been added since. */
function asBefore(room: Frame): Promise<void> {
  return runInDurableObject(roomActor(room), (_, { storage: { sql } }) => {
    undoSubscriptions(sql)
    for (const table of ['search_folded_terms', 'search_folded', 'search_rebuild']) sql.exec(`DROP TABLE ${table}`)
    sql.exec('ALTER TABLE messages DROP COLUMN mentions')
    sql.exec('DROP TABLE invitations')
    for (const column of ['blocks DROP COLUMN seq', 'blocks DROP COLUMN frozen', 'members DROP COLUMN left_freely']) {
      sql.exec(`ALTER TABLE ${column}`)
    }
    sql.exec('DROP TABLE storage')
    sql.exec('DROP TABLE read_steps')
    sql.exec('DROP TABLE system_lines')
    for (const column of ['person_version', 'renamed_seq', 'read_steps']) {
      sql.exec(`ALTER TABLE members DROP COLUMN ${column}`)
    }
    sql.exec(`DELETE FROM migrations WHERE id >= '0002_texts'`)
    sql.exec(
      `INSERT INTO search (rowid, content) SELECT id, content || char(1, 1) FROM messages WHERE content IS NOT NULL`,
    )
  })
}

const below = (room: Frame): Promise<number> =>
  runInDurableObject(roomActor(room), (_, { storage: { sql } }) => {
    const [row] = sql.exec<{ below: number }>('SELECT below FROM search_rebuild').toArray()
    return row?.below ?? 0
  })

test('an index of before is rebuilt step by step, and what is found meanwhile is what is there', async () => {
  const room = await group(ada, [bob])
  const first = await say(ada, room, 'Erste Straße')
  // More than one step takes.
  await runInDurableObject(roomActor(room), (_, { storage: { sql } }) => {
    sql.exec(
      `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2500)
       INSERT INTO messages (id, sender_id, content, created_at)
       SELECT ?1 + n, ?2, 'filler ' || n, ?3 + n FROM numbers`,
      first.id,
      ada.id,
      Date.parse(first.timestamp),
    )
  })
  await evictDurableObject(roomActor(room))
  const second = await say(ada, room, 'zweite Straße')
  // Its alarm rings by hand only: it is set for a time to come.
  forward(60_000)
  await asBefore(room)
  await evictDurableObject(roomActor(room))
  const hits = [second.id, first.id]
  expect(await found(room, 'STRASSE')).toEqual(hits)
  expect(await found(room, 'STRASSE', '&limit=1')).toEqual([second.id])
  const steps = [await below(room)]
  expect(steps[0]).toBe(second.id + 1)
  // What is written, edited and deleted meanwhile is found as it is, in either part.
  const third = await say(ada, room, 'dritte STRASSE')
  const path = (message: Frame) => `/api/chatrooms/${room.id}/messages/${message.id}/`
  await done(patch(ada, path(first), { content: 'erste STRAẞE' }))
  while ((steps.at(-1) ?? 0) > 0) {
    expect(await found(room, 'straße')).toEqual([third.id, second.id, first.id])
    expect(await found(room, 'filler 7')).toHaveLength(35)
    await runDurableObjectAlarm(roomActor(room))
    steps.push(await below(room))
    await evictDurableObject(roomActor(room))
  }
  expect(steps.length).toBeGreaterThan(3)
  expect(steps).toEqual(steps.toSorted((a, b) => b - a))
  expect(await found(room, 'straße')).toEqual([third.id, second.id, first.id])
  expect(await found(room, 'filler 7')).toHaveLength(35)
  await remove(ada, path(second))
  expect(await found(room, 'straße')).toEqual([third.id, first.id])
  // The one of before keeps nothing, and can still be written to by a version that knows no other.
  await runInDurableObject(roomActor(room), (_, { storage: { sql } }) => {
    expect(sql.exec(`SELECT rowid FROM search WHERE search MATCH '"fil"'`).toArray()).toEqual([])
    sql.exec(`INSERT INTO search (rowid, content) VALUES (1, 'filler')`)
  })
})

test('an index of an earlier fold is built anew where the fold has changed', async () => {
  const [room, other] = [await group(ada, [bob]), await group(ada, [bob])]
  const plain = await say(ada, other, 'nothing of that')
  const sent = await say(ada, room, 'So it’s ｶﾞﾝﾀﾞﾑ')
  for (const { id } of [room, other]) {
    await runInDurableObject(roomActor({ id }), (_, { storage: { sql } }) => {
      sql.exec(`INSERT INTO search_folded (search_folded) VALUES ('delete-all')`)
      sql.exec(
        `INSERT INTO search_folded (rowid, content) SELECT id, lower(content) || char(1, 1) FROM messages WHERE content IS NOT NULL`,
      )
      undoSubscriptions(sql)
      sql.exec(`DELETE FROM migrations WHERE id >= '0007_refold'`)
    })
    await evictDurableObject(roomActor({ id }))
  }
  const sought = ["so it's", 'ガンダム']
  for (const words of sought) expect(await found(room, words)).toEqual([sent.id])
  expect(await below(room)).toBe(sent.id + 1)
  await runDurableObjectAlarm(roomActor(room))
  expect(await below(room)).toBe(0)
  for (const words of sought) expect(await found(room, words)).toEqual([sent.id])
  expect(await below(other)).toBe(0)
  expect(await found(other, 'nothing')).toEqual([plain.id])
  await done(patch(ada, `/api/chatrooms/${room.id}/messages/${sent.id}/`, { content: 'else' }))
  for (const words of sought) expect(await found(room, words)).toEqual([])
})

test('[R118] a room that fails is named in the answer, and what is in the others is found', async () => {
  const { carl } = await cast('carl')
  const [whole, failing] = [await group(ada, [carl]), await group(ada, [carl])]
  const { id } = await say(ada, whole, 'a needle here')
  await say(ada, failing, 'a needle there')
  // The newest room is asked first.
  vi.spyOn(Room.prototype, 'search').mockImplementationOnce(() => {
    throw new Error('This room is broken')
  })
  const { body } = await get(carl, '/api/search/?q=needle')
  expect([body.results.map((hit: Frame) => hit.id), body.unanswered_rooms]).toEqual([[id], [failing.id]])
  const { body: later } = await get(carl, '/api/search/?q=needle')
  expect([later.results.length, 'unanswered_rooms' in later]).toEqual([2, false])
})
