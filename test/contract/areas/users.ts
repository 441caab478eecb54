/** Everybody, as others see them. */
import { beforeAll, describe, expect, it } from 'vitest'
import { asked } from '../ask.ts'
import { as, PASSWORD, type Person, signUp, signUpAll, unique } from '../cast.ts'
import { expectShape, listOf } from '../shape.ts'
import { user } from '../shapes.ts'

const family = unique('fam').replace('_', '')
let ada: Person
let others: Person[]
beforeAll(async () => {
  ada = await signUp('ada')
  others = await Promise.all(
    ['c', 'a', 'b'].map(async (letter) => {
      const username = `${family}${letter}`
      const { body } = await asked(201, 'POST', '/api/register/', {
        body: {
          email: `hidden-${username}@example.com`,
          username,
          password: PASSWORD,
          first_name: 'Given',
          last_name: letter,
        },
      })
      return { id: body.user.id, username, email: body.user.email, access: body.access, refresh: body.refresh }
    }),
  )
})

const search = async (text: string, more = '') =>
  (await as(ada, 200, 'GET', `/api/users/?search=${encodeURIComponent(text)}${more}`)).body as Person[]

describe('the list of users', () => {
  it('is an array of people, none with an e-mail address', async () => {
    const { body, text } = await as(ada, 200, 'GET', '/api/users/')
    expectShape(body, listOf(user))
    expect(body.length).toBeGreaterThan(0)
    expect(text).not.toContain('@')
  })

  it('is searched by name, in any case', async () => {
    const found = await search(family.toUpperCase())
    expect(found.map(({ id }) => id).sort()).toEqual(others.map(({ id }) => id).sort())
    expectShape(found, listOf(user))
    expect(await search(unique('nobody'))).toEqual([])
  })

  it('takes what is searched for as it is written: % and _ stand for themselves', async () => {
    expect(await search(`${family}_`)).toEqual([])
    expect(await search(`%${family}`)).toEqual([])
  })

  it('is not searched by address', async () => {
    expect(await search(others[0]?.email ?? '')).toEqual([])
    expect(await search('@example.com')).toEqual([])
  })

  it('is ordered by username', async () => {
    const names = (await search(family, '&ordering=username')).map(({ username }) => username)
    expect(names).toEqual(['a', 'b', 'c'].map((letter) => family + letter))
  })

  it('goes on behind a Link header, to the end', async () => {
    let path: string | undefined = `/api/users/?search=${family}&ordering=username&limit=2`
    const seen: string[] = []
    let parts = 0
    while (path) {
      const { body, headers }: Awaited<ReturnType<typeof as>> = await as(ada, 200, 'GET', path)
      expect(body.length).toBeLessThanOrEqual(2)
      seen.push(...body.map(({ username }: Person) => username))
      path = /^<(https?:\/\/[^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1]
      parts += 1
    }
    expect(parts).toBe(2)
    expect(seen).toEqual(['a', 'b', 'c'].map((letter) => family + letter))
  })
})

describe('one user', () => {
  it('is the same object as in the list', async () => {
    const [bob] = await signUpAll('bob')
    const { body } = await as(ada, 200, 'GET', `/api/users/${bob.id}/`)
    expectShape(body, user)
    expect(body).toEqual((await search(bob.username))[0])
    expect(body).toMatchObject({ id: bob.id, username: bob.username, friendship_status: null })
    expect(body).not.toHaveProperty('email')
  })

  it('who does not exist is 404', async () => {
    await as(ada, 404, 'GET', '/api/users/4503599627370497/')
    await as(ada, 404, 'GET', '/api/users/nobody/')
  })
})
