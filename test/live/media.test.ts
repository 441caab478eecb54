/** Uploads over real connections: what large and hostile bodies do to them, and what a restart does to what was sent. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { RunningServer } from '../../scripts/server.ts'
import { startServer } from './server.ts'

const MEGABYTE = 1024 * 1024

let server: RunningServer
let token: string
let room: number

const ask = (method: string, path: string, body?: unknown) =>
  fetch(new URL(path, server.url), {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body instanceof FormData ? {} : { 'content-type': 'application/json' }),
    },
    body: body instanceof FormData || body === undefined ? body : JSON.stringify(body),
  })

// biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect in it
async function read(answer: Promise<Response>): Promise<{ status: number; body: any }> {
  const response = await answer
  return { status: response.status, body: await response.json() }
}

async function done(answer: Promise<Response>) {
  const { status, body } = await read(answer)
  if (status >= 300) throw new Error(`Answered ${status}: ${JSON.stringify(body)}`)
  return body
}

beforeAll(async () => {
  server = await startServer({ vars: { RATE_LIMITS: 'off' } })
  const account = { email: 'ada@example.com', username: 'ada', password: 'correct horse battery' }
  token = (await done(ask('POST', '/api/register/', account))).access
  room = (await done(ask('POST', '/api/chatrooms/', { room_name: 'Pictures' }))).id
})

/** A form with a file of so many bytes, which begins with `beginning`. */
function form(field: string, size: number, beginning: Uint8Array = new Uint8Array()): FormData {
  const bytes = new Uint8Array(size)
  bytes.set(beginning)
  const data = new FormData()
  data.append(field, new File([bytes], 'some.bin'))
  return data
}

/** Every byte tells its place, so that parts put together wrongly are noticed. */
const pattern = Uint8Array.from({ length: 12 * MEGABYTE }, (_, place) => (place * 7919) >>> 8)

describe('a client that sends too much', () => {
  it.each([
    ['a file of one byte more', '/api/files/', 'file', 25 * MEGABYTE + 1],
    ['a file of twice as much', '/api/files/', 'file', 50 * MEGABYTE],
    ['an image of one byte more', '/api/images/', 'image', 10 * MEGABYTE + 1],
  ])('hears so, and its connection is not just cut: %s', async (_, path, field, size) => {
    expect(await read(ask('POST', path, form(field, size)))).toMatchObject({ status: 413, body: { code: 'too_large' } })
  })

  it('hears so also where a larger file would be allowed beside it', async () => {
    const answer = ask('POST', `/api/chatrooms/${room}/messages/`, form('image', 20 * MEGABYTE))
    expect(await read(answer)).toMatchObject({ status: 413, body: { code: 'too_large', image: [expect.any(String)] } })
  })

  it('hears that it is not signed in', async () => {
    const answer = fetch(new URL('/api/files/', server.url), { method: 'POST', body: form('file', 20 * MEGABYTE) })
    expect(await read(answer)).toMatchObject({ status: 401 })
  })
})

it('more uploads at once than fit into the memory that they share take turns', async () => {
  const uploads = Array.from({ length: 12 }, () =>
    read(ask('POST', '/api/files/', form('file', pattern.length, pattern))),
  )
  for (const { status, body } of await Promise.all(uploads)) {
    expect(status).toBe(201)
    expect(body.size).toBe(pattern.length)
  }
})

it('a file that was sent comes back byte for byte, also after the server was killed', async () => {
  const body = form('file', pattern.length, pattern)
  body.append('content', 'the plans')
  const sent = await done(ask('POST', `/api/chatrooms/${room}/messages/`, body))
  await server.kill()
  await server.restart()
  const [message] = (await done(ask('GET', `/api/chatrooms/${room}/messages/`))).results
  expect(message).toMatchObject({ id: sent.id, content: 'the plans', file: sent.file, file_name: 'some.bin' })
  const bytes = new Uint8Array(await (await fetch(message.file)).arrayBuffer())
  expect(Buffer.from(bytes).equals(Buffer.from(pattern))).toBe(true)
})
