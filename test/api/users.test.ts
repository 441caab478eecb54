/** `/api/users`: everybody, as others see them. */
import { env } from 'cloudflare:workers'
import { beforeAll, expect, test } from 'vitest'
import { User } from '../../src/protocol'
import { ask, type Someone, signUp } from '../support/api'

const cast: Record<string, Someone> = {}
let token: string
beforeAll(async () => {
  for (const [name, first, last] of [
    ['ada', 'Ada', 'Lovelace'],
    ['bob', 'Bob', 'Ünsal'],
    ['carol', 'Carol', '100%'],
    ['dan_', '', ''],
    ['Eve', 'Ève', 'O’Neill'],
  ] as const) {
    cast[name] = await signUp(name, { first_name: first, last_name: last })
  }
  token = cast.ada?.access ?? ''
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
  expect(JSON.stringify((await ask('GET', `/api/users/${cast.bob?.id}`, { token })).body)).not.toContain('@')
})

test.each([
  ['ADA', ['ada']],
  ['lovelace', ['ada']],
  ['bob ün', ['bob']],
  ['ÜNSAL', ['bob']],
  ['ÈVE', ['Eve']],
  ['%', ['carol']],
  ['_', ['dan_']],
  ["'", []],
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
  const { body } = await ask('GET', `/api/users/${cast.bob?.id}/`, { token })
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
