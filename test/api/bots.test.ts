/** Bots: accounts of programs, with a token that lasts until it is revoked. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { CLOSE, TIMES } from '../../src/config'
import { Bot, NewBot } from '../../src/protocol'
import { eventually } from '../support/eventually'
import { promote } from '../support/staff'
import {
  ask,
  cast,
  connect,
  done,
  enter,
  forward,
  get,
  group,
  post,
  presentTime,
  type Someone,
  say,
  tryConnect,
} from '../support/world'

let ada: Someone
let secret: string
let names = 0

beforeAll(async () => {
  const people = await cast('boss', 'ada')
  ada = people.ada
  const boss = await promote(people.boss)
  ;({ secret } = await done(post(boss, '/api/admin/api-keys/', { name: 'host', scopes: ['users'] })))
})
afterEach(presentTime)

const host = (method: string, path = '', body?: unknown) =>
  ask(method, `/api/server/bots/${path}`, { token: secret, ...(body !== undefined && { body }) })

async function makeBot(): Promise<Someone> {
  const { user, token } = NewBot.parse(await done(host('POST', '', { username: `helper${++names}`, name: 'Helper' })))
  return { ...ada, id: user.id, username: user.username, access: token }
}

test('[R140] a bot reads, writes and connects by its token, and is shown as a bot', async () => {
  const bot = await makeBot()
  expect(bot.access).toMatch(/^bot_[\w-]{43}$/)
  const room = await group(ada, [bot])
  const line = await enter(bot, room)
  const message = await say(bot, room, 'Beep')
  expect(message.sender).toMatchObject({ id: bot.id, full_name: 'Helper', is_bot: true })
  expect((await line.next('new_message')).message.id).toBe(message.id)
  const byProtocol = await connect(bot, `/ws/chat/${room.id}/`)
  await byProtocol.next('ready')
  expect((await get(ada, `/api/users/${bot.id}/`)).body.is_bot).toBe(true)
  expect((await get(ada, `/api/users/${ada.id}/`)).body.is_bot).toBe(false)
  const { body: people } = await get(ada, `/api/chatrooms/${room.id}/participants/`)
  expect(people.map((each: { id: number; is_bot: boolean }) => [each.id === bot.id, each.is_bot])).toEqual(
    expect.arrayContaining([
      [true, true],
      [false, false],
    ]),
  )
  const own = await group(bot, [ada])
  expect((await say(bot, own, 'Mine')).sender.is_bot).toBe(true)
  expect((await host('GET')).body.map((each: unknown) => Bot.parse(each).id)).toContain(bot.id)
})

test('[R140] the token outlives every other one, and no sign-in has it', async () => {
  const bot = await makeBot()
  const room = await group(ada, [bot])
  forward(TIMES.sessionMost + TIMES.accessToken)
  await say(bot, room, 'Half a year later')
  const { results } = await env.DIRECTORY.prepare('SELECT * FROM bot_tokens').all()
  expect(JSON.stringify(results)).not.toContain(bot.access.slice(4))
  presentTime()
  expect((await ask('POST', '/api/login/', { body: { username: bot.username, password: '' } })).status).toBe(400)
})

test('[R140] a revoked or rotated token ends at once, with the sockets that it opened', async () => {
  const bot = await makeBot()
  const room = await group(ada, [bot])
  const line = await enter(bot, room)
  const { token } = await done(host('POST', `${bot.id}/rotate/`))
  await eventually(() => expect(line.ended?.code).toBe(CLOSE.sessionEnded))
  forward(TIMES.sessionChecked)
  expect((await get(bot, '/api/chatrooms/')).status).toBe(401)
  const renewed = { ...bot, access: token }
  await say(renewed, room, 'By the new one')
  expect((await host('DELETE', `${bot.id}/`)).status).toBe(204)
  forward(2 * TIMES.accessToken)
  expect((await get(renewed, '/api/chatrooms/')).status).toBe(401)
  expect(await tryConnect(renewed, `/ws/chat/${room.id}/`)).toMatchObject({ status: 401 })
  // What it said stays.
  expect((await get(ada, `/api/chatrooms/${room.id}/messages/`)).body.results[0].sender.id).toBe(bot.id)
})

test('[R140] what a host sends for a bot is checked by name', async () => {
  expect((await host('POST', '', { name: 'Nameless' })).body.username).toBeDefined()
  expect((await host('POST', '', { username: 'x1', colour: 'red' })).body.code).toBe('unknown_field')
  expect((await host('POST', '', { username: 'ada' })).body.code).toBe('username_taken')
  expect((await host('DELETE', `${ada.id}/`)).status).toBe(404)
  expect((await get({ ...ada, access: 'bot_guessed' }, '/api/chatrooms/')).body.code).toBe('token_not_valid')
})
