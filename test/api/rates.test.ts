/** Rate limits at their figures: 429 with `Retry-After`, counted exactly, each for the right person. */
import { evictDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, test, vi } from 'vitest'
import { CLOSE, LIMITS, RATES } from '../../src/config'
import { intervalOf, type Rate } from '../../src/protocol'
import { PASSWORD } from '../support/api'
import { withRates } from '../support/rates'
import {
  type Answer,
  ask,
  cast,
  enter,
  get,
  group,
  openSidebar,
  patch,
  post,
  presentTime,
  roomActor,
  type Someone,
  say,
  signUp,
} from '../support/world'

withRates()
afterEach(presentTime)

const ELSEWHERE = { 'CF-Connecting-IP': '198.51.100.7' }

/** Sends requests at once. @returns how many were answered with `status` */
async function many(times: number, each: () => Promise<Answer>, status: number): Promise<number> {
  const answers = await Promise.all(Array.from({ length: times }, each))
  return answers.filter((answer) => answer.status === status).length
}

/** Stops the clock until the test is over: what is given back as time goes by would blur the figures. */
const stopTime = () => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })

const forget = () => env.DIRECTORY.prepare('DELETE FROM rates').run()

/** Spends so many more of everything counted in the directory, without hashing as many passwords. */
const spend = (rate: Rate, times: number) =>
  env.DIRECTORY.prepare('UPDATE rates SET until = until + ?')
    .bind(intervalOf(rate) * times)
    .run()

function expectRefusal(answer: Answer): void {
  expect(answer.status).toBe(429)
  expect(answer.body).toEqual({ code: 'rate_limited', detail: expect.any(String) })
  expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0)
}

test('registering from one address ends at its figure, and goes on from another', async () => {
  await forget()
  await signUp('first')
  await spend(RATES.register, RATES.register.limit - 2)
  await signUp('last')
  const body = { email: 'late@parlour.test', password: PASSWORD }
  expectRefusal(await ask('POST', '/api/register/', { body }))
  expect((await ask('POST', '/api/register/', { body, headers: ELSEWHERE })).status).toBe(201)
  await forget()
})

describe('a form with a file in it', () => {
  const BOUNDARY = 'x-----7d1'
  const beginning = (name: string, filename = 'a.png') =>
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"; filename="${filename}"\r\n\r\n`

  /** A body that says how long it is, and notes how much of it was taken. */
  function observed(text: string, length: number) {
    const taken = { bytes: 0 }
    const chunk = new Uint8Array(16 * 1024)
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          const piece = taken.bytes === 0 ? new TextEncoder().encode(text) : chunk
          taken.bytes += piece.length
          controller.enqueue(piece)
          if (taken.bytes >= length) controller.close()
        },
      },
      { highWaterMark: 0 },
    )
    const headers = { 'Content-Type': `multipart/form-data; boundary=${BOUNDARY}`, 'Content-Length': String(length) }
    return { taken, body, headers }
  }

  const LARGE = 4 * 1024 * 1024

  it.each([
    ['an image', 'POST', '/api/images/', 'image'],
    ['a file', 'POST', '/api/files/', 'file'],
    ['a face', 'PATCH', '/api/profile/', 'profile_pic'],
    ['a file that the form does not take', 'PATCH', '/api/profile/', 'film'],
  ])('is counted before any of it is read: %s', async (_, method, path, field) => {
    const who = await signUp(`sends-${field}`)
    await spendUploads(who)
    const { taken, body, headers } = observed(beginning(field), LARGE)
    expectRefusal(await ask(method, path, { token: who.access, body, headers }))
    expect(taken.bytes).toBe(0)
  })

  it('is counted before any of the file is read where all of it is small', async () => {
    const who = await signUp('small-uploader')
    await spendUploads(who)
    const image = new File([new Uint8Array(50_000)], 'a.png')
    const body = new FormData()
    body.append('image', image)
    expectRefusal(await ask('POST', '/api/images/', { token: who.access, body }))
    const text = new FormData()
    text.append('first_name', 'Words')
    expect((await ask('PATCH', '/api/profile/', { token: who.access, body: text })).status).toBe(200)
  })

  it('that is no image counts as one that is', async () => {
    const who = await signUp('liar')
    stopTime()
    const upload = (text: string) => {
      const body = new FormData()
      body.append('image', new File([text], 'a.png'))
      return ask('POST', '/api/images/', { token: who.access, body })
    }
    for (let n = 0; n < RATES.upload.limit; n++) expect((await upload('no image')).status).toBe(415)
    expectRefusal(await upload('no image'))
  })

  it('is counted before any of it is read where nobody is signed in', async () => {
    await forget()
    await signUp('entrant')
    await spend(RATES.register, RATES.register.limit)
    const { taken, body, headers } = observed(beginning('profile_pic'), LARGE)
    expectRefusal(await ask('POST', '/api/register/', { body, headers }))
    expect(taken.bytes).toBe(0)
    await forget()
  })

  /** All that may be uploaded at once. */
  const spendUploads = (who: Someone) =>
    env.BUDGETS.getByName(String(who.id)).take({ done: { upload: RATES.upload.limit } })
})

describe('sending', () => {
  it('ends at its figure on both ways in, for one person over all rooms, and repeats cost nothing', async () => {
    const { ada, bob } = await cast('ada', 'bob')
    const room = await group(ada, [bob])
    const other = await group(ada, [bob])
    stopTime()
    const line = await enter(ada, room, '?batch=1')
    for (let n = 0; n < RATES.send.limit; n++) line.send({ type: 'send_message', content: 'x', client_id: `c${n}` })
    await line.answer({ type: 'stop_typing' })
    expect(line.frames.filter(({ type }) => type === 'message.ack')).toHaveLength(RATES.send.limit)

    line.send({ type: 'send_message', content: 'one too many', client_id: 'late', ref: 'r' })
    const refused = await line.next('error')
    expect(refused).toMatchObject({ code: 'rate_limited', ref: 'r', retry_after: 1 })
    expectRefusal(await post(ada, `/api/chatrooms/${room.id}/messages/`, { content: 'by REST' }))
    const { id } = (await get(ada, `/api/chatrooms/${room.id}/messages/?limit=1`)).body.results[0]
    expectRefusal(await patch(ada, `/api/chatrooms/${room.id}/messages/${id}/`, { content: 'edited' }))

    line.send({ type: 'send_message', content: 'x', client_id: 'c0', ref: 'again' })
    expect(await line.next('message.ack', ({ ref }) => ref === 'again')).toMatchObject({ client_id: 'c0' })
    await say(bob, room, 'Bob may.')
    expectRefusal(await post(ada, `/api/chatrooms/${other.id}/messages/`, { content: 'elsewhere' }))
    line.close()
  })

  it('is counted on in a room that has slept, and in every other room', async () => {
    const { carol } = await cast('carol')
    const [room, other] = [await group(carol, []), await group(carol, [])]
    const message = (where = room) => post(carol, `/api/chatrooms/${where.id}/messages/`, { content: 'x' })
    const line = await enter(carol, room)
    stopTime()
    for (let n = 0; n < RATES.send.limit; n++) line.send({ type: 'send_message', content: 'x' })
    await line.answer({ type: 'stop_typing' })
    expectRefusal(await message())
    await evictDurableObject(roomActor(room))
    expectRefusal(await message())
    expectRefusal(await message(other))
    const elsewhere = await enter(carol, other)
    for (let n = 0; n < 20; n++)
      expect((await elsewhere.answer({ type: 'send_message', content: 'x' })).code).toBe('rate_limited')
    line.close()
    elsewhere.close()
  })
})

test('frames that come too fast are refused one by one, and a flood of them closes the socket', async () => {
  const { eve } = await cast('eve')
  const line = await openSidebar(eve)
  stopTime()
  const nothing = { type: 'nothing' }
  // What is malformed closes sooner; a good frame now and then shows that it is the number alone.
  for (let n = 0; n < RATES.frames.limit; n++) line.send(n % 50 === 0 ? { type: 'get_snapshot' } : nothing)
  const flood = LIMITS.refusedFrames
  for (let n = 0; n < flood - 1; n++) line.send({ type: 'get_snapshot', ref: n })
  await line.next('error', ({ code, ref }) => code === 'rate_limited' && ref === flood - 2)
  expect(line.ended).toBeUndefined()
  line.send({ type: 'get_snapshot' })
  expect((await line.closed()).code).toBe(CLOSE.tooMany)
})

describe('what a person does all over the place', () => {
  it.each([
    ['searching', 'search', ['/api/search/?q=tea', '/api/users/?search=tea', '/api/chatrooms/?search=tea']],
    ['trying links', 'join', ['/api/chatrooms/join/abc-00000000000000000000/']],
  ] as const)('%s ends at its figure, counted once over every path', async (_, what, paths) => {
    const who = await signUp(`eager-${what}`)
    stopTime()
    const { limit } = RATES[what]
    let n = 0
    const refused = await many(limit, () => get(who, paths[n++ % paths.length] as string), 429)
    expect(refused).toBe(0)
    for (const path of paths) expectRefusal(await get(who, path))
    expect((await get(who, '/api/users/')).status).toBe(200)
    expect((await get(await signUp(`other-${what}`), paths[0])).status).not.toBe(429)
  })
})

test('asking people to be friends ends at its figure, whatever became of the requests', async () => {
  const { suitor, wanted, other } = await cast('suitor', 'wanted', 'other')
  const asking = () => post(suitor, '/api/friend-requests/', { to_user: wanted.id })
  const made = await asking()
  expect(await many(RATES.friendRequest.limit - 1, asking, 409)).toBe(RATES.friendRequest.limit - 1)
  expect((await post(suitor, `/api/friend-requests/${made.body.id}/cancel/`)).status).toBe(200)
  expectRefusal(await asking())
  expect((await get(suitor, '/api/friend-requests/')).body).toHaveLength(1)
  expect((await post(other, '/api/friend-requests/', { to_user: wanted.id })).status).toBe(201)
})

test('somebody who has used up everything by one session keeps nobody from signing in by another and ending it', async () => {
  const owner = await signUp('owner')
  const endNone = (token: string) => ask('DELETE', '/api/sessions/1/', { token })
  stopTime()
  // A class of its own session, and the work of the whole account.
  expect(await many(RATES.session.limit + 5, () => endNone(owner.access), 429)).toBe(5)
  await env.BUDGETS.getByName(String(owner.id)).take({ workDone: RATES.work.limit * 2 })
  expectRefusal(await patch(owner, '/api/profile/', { bio: 'refused' }))
  const body = { identifier: owner.username, password: PASSWORD }
  const back = await ask('POST', '/api/login/', { body })
  expect(back.status).toBe(200)
  expect((await ask('POST', '/api/token/refresh/', { body: { refresh: back.body.tokens.refresh } })).status).toBe(200)
  expect((await ask('DELETE', '/api/sessions/', { token: back.body.tokens.access })).status).toBe(204)
  expect((await get(owner, '/api/profile/')).status).toBe(401)
})
