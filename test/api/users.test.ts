/** `/api/users`: people, as the caller may see them. */
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { settings } from '../../src/config'
import { User } from '../../src/protocol'
import { ask, atRest, cast, direct, done, group, post, type Someone, signUp } from '../support/world'

const people: Record<string, Someone> = {}
let token: string
beforeAll(async () => {
  for (const [name, first, last] of [
    ['ada', 'Ada', 'Lovelace'],
    ['bob', 'Bob', 'Ünsal'],
    ['carol', 'Carol', '100%'],
    ['dan_', '', ''],
    ['Eve', 'Ève', 'O’Neill'],
  ] as const) {
    people[name] = await signUp(name, { first_name: first, last_name: last })
  }
  token = people.ada?.access ?? ''
})

const list = (query = '') => ask('GET', `/api/users/${query}`, { token })
const named = async (query: string) => (await list(query)).body.map((user: { username: string }) => user.username)

test('everybody is listed by username, as the contract shows a person', async () => {
  const { status, body, headers } = await list()
  expect(status).toBe(200)
  expect(await named('')).toEqual(['ada', 'bob', 'carol', 'dan_', 'Eve'])
  for (const user of body) expect(User.parse(user)).toEqual(user)
  expect(body[0]).toMatchObject({
    full_name: 'Ada Lovelace',
    friendship_status: null,
    profile_pic: null,
    online_status: false,
  })
  expect(headers.get('Link')).toBeNull()
})

test('nobody learns an e-mail address', async () => {
  expect(JSON.stringify((await list()).body)).not.toContain('@')
  expect(await named('?search=parlour.test')).toEqual([])
  expect(JSON.stringify((await ask('GET', `/api/users/${people.bob?.id}`, { token })).body)).not.toContain('@')
})

test.each([
  ['ADA', ['ada']],
  ['lovelace', ['ada']],
  ['bob ün', ['bob']],
  ['ÜNSAL', ['bob']],
  ['ÈVE', ['Eve']],
  ['%', ['carol']],
  ['_', ['dan_']],
  // An apostrophe is one, straight or curved: Eve is called O’Neill.
  ["'", ['Eve']],
  ['x'.repeat(200), []],
  ['', ['ada', 'bob', 'carol', 'dan_', 'Eve']],
])('?search=%s finds %j', async (search, expected) => {
  expect(await named(`?search=${encodeURIComponent(search)}`)).toEqual(expected)
})

test.each([
  ['username', ['ada', 'bob', 'carol', 'dan_', 'Eve']],
  ['-username', ['Eve', 'dan_', 'carol', 'bob', 'ada']],
  ['nonsense', ['ada', 'bob', 'carol', 'dan_', 'Eve']],
])('?ordering=%s', async (ordering, expected) => {
  expect(await named(`?ordering=${ordering}`)).toEqual(expected)
})

test('the Link header leads through the whole list, and no further', async () => {
  const seen: string[] = []
  let url: string | undefined = '/api/users/?limit=2&search='
  for (let pages = 0; url; pages++) {
    expect(pages).toBeLessThan(4)
    const { body, headers } = await ask('GET', url, { token })
    seen.push(...body.map((user: { username: string }) => user.username))
    url = /^<([^>]+)>; rel="next"$/.exec(headers.get('Link') ?? '')?.[1]
  }
  expect(seen).toEqual(['ada', 'bob', 'carol', 'dan_', 'Eve'])
})

test.each(['limit=0', 'limit=1001', 'limit=ten', 'offset=-1', 'limit=1&limit=2'])('?%s is refused', async (query) => {
  const { status, body } = await list(`?${query}`)
  expect([status, body.code]).toEqual([400, 'invalid'])
  expect(body[query.split('=')[0] ?? '']).toEqual([expect.any(String)])
})

test('one person is the same object as in the list', async () => {
  const { body } = await ask('GET', `/api/users/${people.bob?.id}/`, { token })
  expect(body).toEqual((await list('?search=bob')).body[0])
})

test.each(['1', '0', 'abc', '9007199254740993'])('there is no user %s', async (id) => {
  const { status, body } = await ask('GET', `/api/users/${id}`, { token })
  expect([status, body.code]).toEqual([404, 'not_found'])
})

test('the disabled are not listed but can be looked up, the erased are gone', async () => {
  const [frank, grace] = [await signUp('frank'), await signUp('grace')]
  expect(await named('?search=fran')).toEqual(['frank'])
  const set = (column: string, id: number) =>
    env.DIRECTORY.prepare(`UPDATE users SET ${column} = 1 WHERE id = ?`).bind(id).run()
  await set('disabled_at', frank.id)
  await set('erased_at', grace.id)
  expect(await named('?search=fran')).toEqual([])
  expect(await named('?search=grace')).toEqual([])
  expect((await ask('GET', `/api/users/${frank.id}`, { token })).status).toBe(200)
  expect((await ask('GET', `/api/users/${grace.id}`, { token })).status).toBe(404)
})

test('a list of any length takes one query beside the one that authenticates', async () => {
  const sql: string[] = []
  const directory = new Proxy(env.DIRECTORY, {
    get(of, name) {
      const value: unknown = Reflect.get(of, name)
      if (name !== 'prepare') return typeof value === 'function' ? value.bind(of) : value
      return (text: string) => {
        sql.push(text)
        return of.prepare(text)
      }
    },
  })
  await ask('GET', '/api/users/', { token, env: { DIRECTORY: directory } })
  expect(sql).toHaveLength(2)
})

describe('where the operator lets people find less than everybody', () => {
  const CONNECTED = ['asked', 'asking', 'blocked', 'friend', 'mate', 'partner', 'seer'] as const
  const STRANGERS = ['blocker', 'former', 'stranger'] as const
  let found: Record<(typeof CONNECTED | typeof STRANGERS)[number] | 'gone', Someone>
  beforeAll(async () => {
    const made = await cast(...[...CONNECTED, ...STRANGERS, 'gone'].map((role) => `v_${role}`))
    found = Object.fromEntries(Object.entries(made).map(([name, who]) => [name.slice(2), who])) as typeof found
    const { seer, friend, mate, partner, asked, asking, blocked, blocker, former, gone } = found
    const request = (from: Someone, to: Someone) => done(post(from, '/api/friend-requests/', { to_user: to.id }))
    await done(post(seer, `/api/friend-requests/${(await request(friend, seer)).id}/accept/`))
    await request(seer, asked)
    await request(asking, seer)
    await group(mate, [seer])
    await direct(partner, seer)
    await done(post(seer, `/api/users/${blocked.id}/block/`))
    await done(post(blocker, `/api/users/${seer.id}/block/`))
    const old = await group(seer, [gone])
    await done(post(gone, `/api/chatrooms/${old.id}/leave_room/`))
    const left = await group(former, [seer])
    await done(post(seer, `/api/chatrooms/${left.id}/leave_room/`))
    await Promise.all([atRest(left), atRest(old)])
  })

  const seen = async (DIRECTORY_VISIBILITY: 'all' | 'rooms' | 'none') => {
    const asking = { token: found.seer.access, env: { DIRECTORY_VISIBILITY } }
    const listed = async (query: string) => {
      const { body } = await ask('GET', `/api/users/${query}`, asking)
      return body.map(({ username }: User) => username.slice(2))
    }
    const byId = async (role: keyof typeof found) => {
      const { status, body } = await ask('GET', `/api/users/${found[role].id}/`, asking)
      return status === 200 ? role : body.code
    }
    return {
      listed: (await listed('?limit=100')).filter((name: string) => name in found),
      byKey: (await listed('?ordering=-id&limit=100')).filter((name: string) => name in found).sort(),
      sought: await listed('?search=v_'),
      connected: await Promise.all(CONNECTED.map(byId)),
      strangers: await Promise.all(STRANGERS.map(byId)),
    }
  }
  const nobody = STRANGERS.map(() => 'not_found')

  test('rooms: the people whom the asker is connected to', async () => {
    const connected = [...CONNECTED]
    expect(await seen('rooms')).toEqual({
      listed: connected,
      byKey: connected,
      sought: connected,
      connected,
      strangers: nobody,
    })
  })

  test('none: nobody is listed or found; people whom the asker is connected to can be looked up', async () => {
    expect(await seen('none')).toEqual({
      listed: [],
      byKey: [],
      sought: [],
      connected: [...CONNECTED],
      strangers: nobody,
    })
  })

  test('all, which is the default: everybody', async () => {
    const all = [...CONNECTED, ...STRANGERS, 'gone'].sort()
    const everybody = { listed: all, byKey: all, sought: all, connected: [...CONNECTED], strangers: [...STRANGERS] }
    expect(await seen('all')).toEqual(everybody)
    expect(settings(env).DIRECTORY_VISIBILITY).toBe('all')
  })

  test('a list read on by its cursor shows each of them once', async () => {
    const asking = { token: found.seer.access, env: { DIRECTORY_VISIBILITY: 'rooms' as const } }
    const names: string[] = []
    for (let path: string | undefined = '/api/users/?limit=2'; path; ) {
      const { body, headers } = await ask('GET', path, asking)
      names.push(...body.map(({ username }: User) => username.slice(2)))
      path = /<([^>]+)>; rel="next"/.exec(headers.get('Link') ?? '')?.[1]
    }
    expect(names).toEqual([...CONNECTED])
  })
  test.each(['rooms', 'none'] as const)(
    '%s: somebody who left a room of the asker is looked up and not listed',
    async (by) => {
      const asking = { token: found.seer.access, env: { DIRECTORY_VISIBILITY: by } }
      expect((await ask('GET', `/api/users/${found.gone.id}/`, asking)).status).toBe(200)
      expect((await ask('GET', '/api/users/?search=v_gone', asking)).body).toEqual([])
    },
  )

  test.each(['rooms', 'none'] as const)('%s: no route tells a stranger from an id that is nobody’s', async (by) => {
    const asking = { token: found.seer.access, env: { DIRECTORY_VISIBILITY: by } }
    const room = await group(found.seer, [])
    const answers = async (id: number) => {
      const all = []
      for (const [method, path, body] of [
        ['GET', `/api/users/${id}/`, undefined],
        ['GET', `/api/friends/${id}/`, undefined],
        ['POST', '/api/friend-requests/', { to_user: id }],
        ['POST', `/api/users/${id}/block/`, undefined],
        ['DELETE', `/api/users/${id}/block/`, undefined],
        ['POST', '/api/chatrooms/', { room_name: 'Trap', participant_ids: [id] }],
        ['POST', '/api/chatrooms/', { participant_ids: [id], is_group: false }],
        ['POST', '/api/chatrooms/direct/', { user_id: id }],
        ['POST', `/api/chatrooms/${room.id}/add_members/`, { users: [id] }],
        ['POST', `/api/chatrooms/${room.id}/bans/`, { user_id: id }],
        ['POST', `/api/chatrooms/${room.id}/remove_member/`, { user_id: id }],
      ] as const) {
        const { status, body: answer } = await ask(method, path, { ...asking, ...(body && { body }) })
        all.push([method, path.replace(String(id), 'N'), status, JSON.stringify(answer).replaceAll(String(id), 'N')])
      }
      return all
    }
    const nobodys = await answers(987_654_321)
    expect(nobodys.every(([, , status]) => Number(status) >= 400)).toBe(true)
    expect(await answers(found.stranger.id)).toEqual(nobodys)
    expect((await ask('GET', `/api/users/${found.stranger.id}/`, asking)).status).toBe(404)
  })
})
