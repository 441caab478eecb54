/** Every list costs the same number of queries, whatever its length. */
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { TIMES } from '../../src/config'
import { ask, cast, forward, group, post, type Someone, say, signUp } from '../support/world'

const SHORT = 2
const LONG = 12

/** The bindings, counting each statement that the directory prepares and each actor that is called. */
function counting(): { bindings: Partial<Env>; count: () => number } {
  let count = 0
  const counted = <T extends object>(target: T, name: string): T =>
    new Proxy(target, {
      get(of, key) {
        const value: unknown = Reflect.get(of, key)
        if (typeof value !== 'function') return value
        if (key === name) count += 1
        return value.bind(of)
      },
    })
  const bindings = {
    DIRECTORY: counted(env.DIRECTORY, 'prepare'),
    ROOMS: counted(env.ROOMS, 'getByName'),
    SIDEBARS: counted(env.SIDEBARS, 'getByName'),
    FEEDS: counted(env.FEEDS, 'getByName'),
  }
  return { bindings, count: () => count }
}

/** The queries and calls of one GET, and the rows of its answer. */
async function costOf(who: Someone, path: string): Promise<{ questions: number; rows: number }> {
  // Each answer begins with a question about the session.
  forward(TIMES.sessionChecked)
  const { bindings, count } = counting()
  const { status, body } = await ask('GET', path, { token: who.access, env: bindings })
  expect(status).toBe(200)
  return { questions: count(), rows: (body.results ?? body.participants ?? body).length }
}

let ada: Someone
let everybody: Someone[]
let small: { id: number }
let large: { id: number }
beforeAll(async () => {
  ada = (await cast('ada')).ada
  everybody = await Promise.all(Array.from({ length: LONG }, (_, place) => signUp(`person${place}`)))
  small = (await group(ada, everybody.slice(0, SHORT - 1))) as { id: number }
  large = (await group(ada, everybody.slice(0, LONG - 1))) as { id: number }
  for (const who of everybody) {
    await post(who, '/api/friend-requests/', { to_user: ada.id })
    await group(who, [ada])
  }
  for (const person of everybody.slice(0, LONG - 1)) await say(person, large, `by ${person.username}`)
  for (const text of ['one', 'two']) await say(ada, small, text)
})

describe('a list of many costs as many questions as a list of few:', () => {
  it.each([
    ['rooms', () => '/api/chatrooms/'],
    ['messages', () => `/api/chatrooms/${large.id}/messages/`],
    ['users', () => '/api/users/'],
    ['friend requests', () => '/api/friend-requests/'],
    ['notifications', () => '/api/notifications/'],
  ])('%s', async (_, path) => {
    const few = await costOf(ada, `${path()}?limit=${SHORT}`)
    const many = await costOf(ada, `${path()}?limit=${LONG - 1}`)
    expect([few.rows, many.rows]).toEqual([SHORT, LONG - 1])
    expect(many.questions).toBe(few.questions)
  })

  it.each([
    ['participants', (room: { id: number }) => `/api/chatrooms/${room.id}/participants/`],
    ['a room in detail', (room: { id: number }) => `/api/chatrooms/${room.id}/`],
  ])('%s', async (_, path) => {
    const [few, many] = [await costOf(ada, path(small)), await costOf(ada, path(large))]
    expect([few.rows, many.rows]).toEqual([SHORT, LONG])
    expect(many.questions).toBe(few.questions)
  })

  it('and the count counts', async () => {
    expect((await costOf(ada, '/api/users/')).questions).toBeGreaterThan(0)
    expect((await costOf(ada, `/api/chatrooms/${large.id}/`)).questions).toBeGreaterThan(1)
  })
})
