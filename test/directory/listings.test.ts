/** Lists in a directory of thousands: each part reads only as much as it shows. */
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { auditTrail } from '../../src/directory/operation/audit'
import { findAccounts } from '../../src/directory/operation/staff'
import { listRooms } from '../../src/directory/operation/stats'
import { requestsOf } from '../../src/directory/people/friends'
import { findPeople, type Ordering, sortKeyOf } from '../../src/directory/people/people'
import { findRooms } from '../../src/directory/rooms/rooms'
import { LIMITS } from '../../src/protocol'
import { get, type Someone, signUp } from '../support/world'

const PEOPLE = 3_000
/** What a statement may read beside what it shows: a little of each index, and who asks. */
const BESIDE = 20
/** Rows read for each person shown: their row, presence, and what stands between the two. */
const EACH = 9
const db = env.DIRECTORY

/** The rows that some work reads, by D1's own count. */
async function rowsRead<T>(work: (watched: D1Database) => Promise<T>): Promise<{ result: T; read: number }> {
  let read = 0
  const counted = (statement: D1PreparedStatement): D1PreparedStatement =>
    new Proxy(statement, {
      get(of, name) {
        const value = Reflect.get(of, name)
        if (name === 'bind') return (...values: unknown[]) => counted(of.bind(...values))
        if (name !== 'all') return typeof value === 'function' ? value.bind(of) : value
        return async () => {
          const answer = await of.all()
          read += answer.meta.rows_read
          return answer
        }
      },
    })
  const watched = new Proxy(db, {
    get(of, name) {
      const value = Reflect.get(of, name)
      if (name === 'prepare') return (sql: string) => counted(of.prepare(sql))
      if (name !== 'batch') return typeof value === 'function' ? value.bind(of) : value
      return async (statements: D1PreparedStatement[]) => {
        const answers = await of.batch(statements)
        for (const { meta } of answers) read += meta.rows_read
        return answers
      }
    },
  })
  return { result: await work(watched), read }
}

let ada: Someone
beforeAll(async () => {
  ada = await signUp('ada')
  // Straight into the tables, as the API leaves them. A tenth are erased, and stand together in the order of names.
  const numbers = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${PEOPLE})`
  const name = `printf('person%05d', i)`
  await db.batch([
    db.prepare(
      `${numbers} INSERT INTO users (id, username, username_key, email, search_key, created_at, disabled_at, erased_at)
       SELECT i, ${name}, ${name}, ${name} || '@parlour.test', ${name} || ' asa', i, iif(i % 10 = 2, 1, NULL), NULL FROM n`,
    ),
    db.prepare(`${numbers} INSERT INTO users (id, username, username_key, search_key, created_at, erased_at)
      SELECT ${PEOPLE} + i, 'deleted user', 'deleted user ' || i, '', i, 1 FROM n`),
    db.prepare(
      `${numbers} INSERT INTO name_suffixes SELECT substr(${name}, 1 + j.value), i FROM n, json_each('[0,1,2,3,4,5,6,7,8,9,10]') j WHERE true`,
    ),
    db.prepare(`${numbers} INSERT INTO friend_requests (id, from_user, to_user, status, created_at, updated_at)
      SELECT i, i, ${ada.id}, iif(i % 2, 'rejected', 'cancelled'), i, i FROM n`),
    db.prepare(
      `${numbers} INSERT INTO rooms (id, is_group, name, name_key, search_key, created_at) SELECT i, 1, ${name}, ${name}, ${name}, i FROM n`,
    ),
    db.prepare(
      `${numbers} INSERT INTO memberships (room_id, user_id, role) SELECT 1, i, 'member' FROM n WHERE i <= 1000`,
    ),
    db.prepare(`INSERT INTO memberships (room_id, user_id, role) VALUES (1, ${ada.id}, 'member')`),
    db.prepare(
      `${numbers} INSERT INTO audit (at, actor_id, action, user_id) SELECT i, ${ada.id}, 'user.notified', i FROM n`,
    ),
  ])
})

describe('a part of the list of people', () => {
  it.each(['username', '-username', 'id', '-id'] as const)(
    'by %s reads as much in the middle as at the start',
    async (ordering) => {
      const limit = 50
      const part = (after?: string | number) =>
        rowsRead((watched) => findPeople(watched, ada.id, { ordering, limit, after }))
      const first = await part()
      let last = first
      for (let parts = 0; parts < 20; parts++) {
        const [end] = last.result.slice(-1)
        last = await part(end && sortKeyOf(ordering as Ordering, end))
        expect(last.result).toHaveLength(limit)
      }
      // By id nobody stands together: whoever is not listed is walked past among the others.
      for (const { read } of [first, last])
        expect(read).toBeLessThan(limit * (EACH + (ordering.endsWith('id') ? 1 : 0)) + BESIDE)
    },
  )

  it.each(['username', 'id'] as const)(
    'by %s reads only the people whom the asker is connected to, where it lists no others',
    async (ordering) => {
      for (const more of [{}, { search: 'a' }]) {
        const { result, read } = await rowsRead((watched) =>
          findPeople(watched, 1_001, { among: 'connected', ordering, limit: 50, ...more }),
        )
        // They are in no room.
        expect(result.map(({ username }) => username)).toEqual(['person01001'])
        expect(read).toBeLessThan(BESIDE + EACH)
      }
    },
  )

  it('shows everybody once, also when somebody comes or goes on the way', async () => {
    const seen: number[] = []
    let path: string | undefined = '/api/users/?ordering=username&limit=500'
    for (let parts = 0; path; parts++) {
      const { body, headers } = await get(ada, path)
      seen.push(...body.map(({ id }: { id: number }) => id))
      path = /^<([^>]+)>/.exec(headers.get('Link') ?? '')?.[1]
      if (path) expect(path).not.toContain('offset')
      if (parts === 1) await signUp('aaron')
    }
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toHaveLength((PEOPLE * 9) / 10 + 1)
  })

  it('can be asked for by an offset as before, as far as that is cheap', async () => {
    const { read } = await rowsRead((watched) =>
      findPeople(watched, ada.id, { ordering: 'username', limit: 10, offset: LIMITS.offsetMax }),
    )
    // Once as they are walked past, once as they are put in order with those who have blocked the viewer.
    expect(read).toBeLessThan(2 * (LIMITS.offsetMax + 10) + 10 * EACH + BESIDE)
    expect((await get(ada, `/api/users/?offset=${LIMITS.offsetMax}&limit=1`)).status).toBe(200)
    expect((await get(ada, `/api/users/?offset=${LIMITS.offsetMax + 1}`)).body).toMatchObject({
      code: 'invalid',
      offset: expect.any(Array),
    })
  })

  it.each(['nonsense', 'WyJhIl0x', btoa('[1,2]'), btoa('{"a":1}'), btoa('[null]'), 'x'.repeat(401)])(
    'is refused for the cursor %s',
    async (cursor) => {
      expect((await get(ada, `/api/users/?cursor=${encodeURIComponent(cursor)}`)).body).toMatchObject({
        code: 'invalid',
        cursor: [expect.any(String)],
      })
    },
  )

  it('is refused for the cursor of a list in another order', async () => {
    const { headers } = await get(ada, '/api/users/?limit=1&ordering=id')
    const cursor = new URL(/<([^>]+)>/.exec(headers.get('Link') ?? '')?.[1] ?? '').searchParams.get('cursor')
    expect((await get(ada, `/api/users/?ordering=username&cursor=${cursor}`)).body.code).toBe('invalid')
  })
})

describe('a search for people', () => {
  const search = (text: string, more: object = {}) =>
    rowsRead((watched) => findPeople(watched, ada.id, { ordering: 'username', limit: 50, search: text, ...more }))

  it('reads no more than it may look at, however many there are', async () => {
    for (const text of ['person', 'e', '0']) {
      const { result, read } = await search(text)
      expect(result).toHaveLength(50)
      expect(read).toBeLessThan(LIMITS.peopleSought * 4 + 50 * EACH + BESIDE)
    }
  })

  it('finds any part of a name, and whoever is typed out among however many', async () => {
    for (const text of ['person01234', 'PERSON01234', 'son01234', '01234']) {
      expect((await search(text)).result.map(({ username }) => username)).toContain('person01234')
    }
    expect((await search('nobody')).result).toEqual([])
  })

  it('finds somebody by their new name, and no more by the old one', async () => {
    const who = await signUp('wanda', { first_name: 'Wanda', last_name: 'Ötker' })
    const names = async (text: string) => (await search(text)).result.map(({ id }) => id)
    for (const text of ['wand', 'anda ö', 'ÖTKER', 'tker']) expect(await names(text)).toEqual([who.id])
    const change = (body: object) => import('../support/world').then(({ patch }) => patch(who, '/api/profile/', body))
    expect((await change({ last_name: 'Zuse' })).status).toBe(200)
    expect(await names('ötker')).toEqual([])
    expect(await names('anda zus')).toEqual([who.id])
    // A name that somebody has changes nothing, and loses nothing.
    expect((await change({ username: 'ada', first_name: 'Nobody' })).status).toBe(409)
    expect(await names('anda zus')).toEqual([who.id])
    expect(await names('nobody')).toEqual([])
  })
})

describe('a part of every other listing', () => {
  const limit = 50
  it.each<[string, (watched: D1Database, far: boolean) => Promise<{ length: number }>, number]>([
    ['friend requests', (w, far) => requestsOf(w, ada.id, { limit, after: far ? [500, 0] : undefined }), 2 * 4],
    ['accounts for staff', (w, far) => findAccounts(w, { limit, after: far ? 'person02000' : undefined }), 4],
    [
      'accounts that are disabled',
      (w, far) => findAccounts(w, { only: 'disabled', limit, after: far ? 'person02000' : undefined }),
      3,
    ],
    ['rooms for staff', async (w, far) => (await listRooms(w, { limit, after: far ? [500, 0] : undefined })).rooms, 2],
    ['the trail', (w, far) => auditTrail(w, { limit, before: far ? 500 : undefined }), 4],
    ['the trail of one person', (w, far) => auditTrail(w, { user: ada.id, limit, before: far ? 500 : undefined }), 5],
  ])('%s reads as much as it shows, wherever it is', async (_, work, each) => {
    for (const far of [false, true]) {
      const { result, read } = await rowsRead((watched) => work(watched, far))
      expect(result).toHaveLength(limit)
      expect(read).toBeLessThan((limit + 1) * each + BESIDE)
    }
  })

  it('a search for rooms reads a bounded number of rows', async () => {
    const { result, read } = await rowsRead((watched) => findRooms(watched, ada.id, 'person0'))
    expect(result.ids).toEqual([1])
    expect(read).toBeLessThan(LIMITS.peopleSought * 12)
  })

  it('a search for rooms by staff looks at some in each part, and leads on to the others', async () => {
    const { rooms, next } = await listRooms(db, { search: 'person00001', limit })
    expect([rooms.length, next]).toEqual([0, expect.any(Array)])
    expect((await listRooms(db, { search: 'person00001', limit, after: next ?? undefined })).rooms).toMatchObject([
      { id: 1 },
    ])
  })
})
