/** What holds for all paths: credentials, errors, bodies, ids, times, pages, cross-origin requests. */
import { beforeAll, describe, expect, it } from 'vitest'
import { ask, asked } from '../ask.ts'
import { as, makeGroup, type Person, signUp, signUpAll, unique } from '../cast.ts'

let ada: Person
let bob: Person
beforeAll(async () => {
  ;[ada, bob] = await signUpAll('ada', 'bob')
})

describe('credentials', () => {
  it('are accepted as Bearer and as Token', async () => {
    for (const scheme of ['Bearer', 'Token']) {
      const { body } = await asked(200, 'GET', '/api/profile/', {
        headers: { authorization: `${scheme} ${ada.access}` },
      })
      expect(body.id).toBe(ada.id)
    }
  })

  it('that are missing, made up, or a refresh token answer 401', async () => {
    for (const headers of [
      {},
      { authorization: ada.access },
      { authorization: 'Bearer nonsense' },
      { authorization: `Bearer ${ada.refresh}` },
    ]) {
      await asked(401, 'GET', '/api/profile/', { headers: headers as Record<string, string> })
    }
  })
})

describe('errors', () => {
  it('name each bad field with an array of sentences, beside detail and code', async () => {
    const { body } = await asked(400, 'POST', '/api/register/', { body: { email: 'no address', password: 'x' } })
    expect(body.code).toBe('invalid')
    for (const field of ['email', 'password']) expect(body[field]).toEqual([expect.any(String)])
    // What existing clients print.
    for (const line of Object.values(body).flat()) expect(line).toBeTypeOf('string')
  })

  it.each([
    ['text that is not JSON', 'application/json', '{"email":'],
    ['an array', 'application/json', '[]'],
    ['a bare word', 'application/json', '"hello"'],
    ['null', 'application/json', 'null'],
  ])('answer 400 to %s', async (_, type, body) => {
    await asked(400, 'POST', '/api/login/', { body, headers: { 'content-type': type } })
  })

  it('answer 415 to a type that is neither JSON nor a form', async () => {
    await asked(415, 'POST', '/api/login/', { body: '<a/>', headers: { 'content-type': 'application/xml' } })
  })

  it('answer 413 to a body that is too large', async () => {
    await asked(413, 'POST', '/api/login/', { body: { identifier: 'a'.repeat(1_000_000), password: 'b' } })
  })

  it('answer 405 to a method that a path does not have', async () => {
    const { headers } = await asked(405, 'DELETE', '/api/login/')
    expect(headers.get('allow')).toContain('POST')
  })

  it('answer 404 to ids that cannot exist as to those that do not', async () => {
    const missing = (await as(ada, 404, 'GET', '/api/chatrooms/4503599627370497/')).body
    for (const id of ['0', '-1', '1.5', 'abc', '9007199254740993', '%00', '1%2F2']) {
      expect((await as(ada, 404, 'GET', `/api/chatrooms/${id}/`)).body).toEqual(missing)
    }
  })
})

describe('bodies', () => {
  it('may be JSON, a form in the URL encoding or a multipart form, with the same result', async () => {
    const carol = await signUp('carol')
    const name = unique('room')
    const fields = [
      ['room_name', name],
      ['participant_ids', String(ada.id)],
      ['participant_ids', String(carol.id)],
    ] as [string, string][]
    const form = new FormData()
    for (const [key, value] of fields) form.append(key, value)
    const bodies = [{ room_name: name, participant_ids: [ada.id, carol.id] }, new URLSearchParams(fields), form]
    for (const body of bodies) {
      const room = (await as(bob, 201, 'POST', '/api/chatrooms/', body)).body
      expect(room.room_name).toBe(name)
      expect(room.participants.map(({ id }: Person) => id).sort()).toEqual([ada.id, bob.id, carol.id].sort())
    }
  })

  it('with one of a repeated key make an array of one', async () => {
    const fields = { room_name: unique('room'), participant_ids: String(ada.id) }
    const room = (await as(bob, 201, 'POST', '/api/chatrooms/', new URLSearchParams(fields))).body
    expect(room.participants).toHaveLength(2)
  })

  it('may be forms wherever a file can be sent', async () => {
    const username = unique('dora')
    const account = { username, email: `${username}@example.com`, password: 'a long password', first_name: 'Dora' }
    const { body } = await asked(201, 'POST', '/api/register/', { body: new URLSearchParams(account) })
    expect(body.user).toMatchObject({ username, first_name: 'Dora' })
    const form = new FormData()
    form.append('bio', 'Written in a form')
    expect((await as(ada, 200, 'PATCH', '/api/profile/', form)).body.bio).toBe('Written in a form')
    const room = await makeGroup(ada, bob)
    const renamed = new URLSearchParams({ room_name: 'By form' })
    expect((await as(ada, 200, 'PATCH', `/api/chatrooms/${room}/`, renamed)).body.room_name).toBe('By form')
    const text = new FormData()
    text.append('content', 'From a form')
    expect((await as(ada, 201, 'POST', `/api/chatrooms/${room}/messages/`, text)).body.content).toBe('From a form')
  })

  it('may hold fields that nobody knows', async () => {
    const more = { agree_to_terms: true, nested: { a: [1] }, id: 7, is_staff: true, email_verified: true }
    const eve = await signUp('eve', more)
    expect(eve.id).not.toBe(7)
    const { body } = await as(eve, 200, 'GET', '/api/profile/')
    expect(body).toMatchObject({ is_staff: false, email_verified: false })
  })
})

describe('queries', () => {
  it('with unknown parameters are answered as without', async () => {
    await as(ada, 200, 'GET', '/api/chatrooms/?colour=red&__proto__=1')
    await as(ada, 200, 'GET', '/api/users/?format=json&page=2')
  })

  it.each(['limit=0', 'limit=101', 'limit=x', 'cursor=made-up'])('with a bad %s answer 400', async (query) => {
    await as(ada, 400, 'GET', `/api/chatrooms/?${query}`)
  })
})

describe('cross-origin requests', () => {
  const page = { origin: 'https://app.example' }

  it('are answered for any origin in development, with the headers that clients use', async () => {
    const asks = 'authorization,content-type,idempotency-key'
    const preflight = { ...page, 'access-control-request-method': 'PATCH', 'access-control-request-headers': asks }
    const { status, headers } = await ask('OPTIONS', '/api/profile/', { headers: preflight })
    expect(status).toBe(204)
    expect(['*', page.origin]).toContain(headers.get('access-control-allow-origin'))
    expect(headers.get('access-control-allow-methods')).toContain('PATCH')
    const allowed = headers.get('access-control-allow-headers')?.toLowerCase().split(/,\s*/)
    expect(allowed).toEqual(expect.arrayContaining(asks.split(',')))
  })

  it('can read answers and errors alike', async () => {
    for (const token of [ada.access, undefined]) {
      const { headers } = await ask('GET', '/api/profile/', { token, headers: page })
      expect(['*', page.origin]).toContain(headers.get('access-control-allow-origin'))
    }
  })
})

describe('answers', () => {
  it('are UTF-8 JSON that is not to be cached and not to be guessed at', async () => {
    const { headers } = await as(ada, 200, 'GET', '/api/profile/')
    expect(headers.get('content-type')).toMatch(/^application\/json/)
    expect(headers.get('cache-control')).toContain('no-store')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('give text back as it was sent, in any script', async () => {
    const bio = 'Zażółć gęślą jaźń · 你好 · مرحبا · 👩‍👩‍👧‍👦 · <b>&amp;</b>'
    expect((await as(ada, 200, 'PATCH', '/api/profile/', { bio })).body.bio).toBe(bio)
  })
})
