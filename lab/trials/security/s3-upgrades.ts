/**
 * S3: who may open a socket. Pages of other origins, tickets that are spent, too old, of another person or of a session
 * that is over, and tokens of the wrong kind: all against the real upgrade, each beside one that is let in.
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startServer } from '../../../scripts/server.ts'
import { ApiClient, type Person } from '../../harness/api-client.ts'
import { Random } from '../../harness/random.ts'
import { LIGHT } from '../../harness/server.ts'
import { Findings, type Trial } from '../../harness/trial.ts'
import { each } from '../../harness/waiting.ts'
import { claimsOf, keyFor, signed } from './forger.ts'

const NAMED = 'https://chat.example'
/** Tries with one ticket at once. */
const AT_ONCE = 50
const OPTIONS = { rounds: 40, patience: 62 }

export const s3: Trial<typeof OPTIONS> = {
  title: 'who may open a socket',
  /** `patience`: the seconds waited until a ticket has run out; 0 leaves that out. */
  options: OPTIONS,
  short: { rounds: 2, patience: 0 },
  async run(options) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'parlour-lab-s3-'))
    const store = path.join(folder, 'store')
    const vars = { ALLOWED_ORIGINS: NAMED }
    const server = await startServer({ entry: LIGHT, deployed: true, persistTo: store, vars })
    try {
      const secret = fs.readFileSync(path.join(store, 'auth-secret'), 'utf8')
      return await tried(new ApiClient(server.url), new URL(server.url), secret, options)
    } finally {
      await server.stop()
      fs.rmSync(folder, { recursive: true, force: true })
    }
  },
}

async function tried(api: ApiClient, at: URL, secret: string, options: typeof OPTIONS & { seed: number }) {
  const findings = new Findings()
  const [ana, eve] = [await api.register('ana'), await api.register('eve')]
  const room = await api.group(ana)
  const old = options.patience > 0 ? ([await api.ticket(ana), Date.now()] as const) : undefined
  const knock = (
    what: string,
    query: string,
    right: [number, string | null],
    headers = {},
    route = `/ws/chat/${room}/`,
  ) =>
    api.knock(`${route}?${query}`, headers).then(({ status, body }) => {
      findings.count(right[0] === 101 ? 'let in' : 'refused')
      findings.expect(what, [status, body.code], right)
    })

  await origins(api, ana, at, knock)
  await credentials(api, { ana, eve }, secret, knock)
  const random = new Random(options.seed)
  for (let round = 0; round < options.rounds; round++) await once(api, ana, room, random, findings)
  if (old) {
    await pause(old[1] + options.patience * 1_000 - Date.now())
    await knock('a ticket that has run out', `ticket=${old[0]}`, UNFIT)
  }
  return findings.outcome()
}

type Knock = (
  what: string,
  query: string,
  right: [number, string | null],
  headers?: object,
  index?: string,
) => Promise<void>

const OPEN: [number, null] = [101, null]
const NO_ORIGIN: [number, string] = [403, 'origin_not_allowed']
const UNFIT: [number, string] = [401, 'token_not_valid']
const OVER: [number, string] = [401, 'session_ended']
const ABSENT: [number, string] = [404, 'not_found']

/** Origins that resemble one that is allowed, each with a ticket that would do. */
async function origins(api: ApiClient, ana: Person, at: URL, knock: Knock): Promise<void> {
  const { host, hostname, port } = at
  const evil = [
    ...['null', '*', 'file://', 'https://evil.example', `${NAMED}.evil.example`, 'https://evilchat.example'],
    ...['https://chat.example.', 'https://chat.exampl', 'https://chat.example:8443', 'https://chat.example:443'],
    ...['http://chat.example', 'wss://chat.example', 'chat.example', '//chat.example', `${NAMED}/`, `${NAMED}/path`],
    ...['HTTPS://CHAT.EXAMPLE', 'https://Chat.example', `https://evil.example/${NAMED}`, `${NAMED}@evil.example`],
    ...[`${NAMED} https://evil.example`, `${NAMED}, https://evil.example`, `https://evil.example#${NAMED}`],
    ...[`http://${hostname}:${Number(port) + 1}`, `http://${hostname}`, `http://${host}.evil.example`],
    ...[`http://evil.example/?${host}`, `ftp://${host}`, 'https://chat%2eexample', 'https://chаt.example'],
  ]
  let ticket = await api.ticket(ana)
  for (const origin of evil) {
    // As bytes: a header is text in Latin-1.
    const headers = { origin: Buffer.from(origin).toString('latin1') }
    for (const route of ['/ws/sidebar/', '/ws/notifications/']) {
      await knock(`origin ${JSON.stringify(origin)}`, `ticket=${ticket}`, NO_ORIGIN, headers, route)
    }
    await knock(`origin ${JSON.stringify(origin)}`, `token=${ana.access}`, NO_ORIGIN, headers)
  }
  // The host is what the sender writes: naming it makes no page of it this server's own.
  for (const host of ['evil.example', `evil.example:${port}`, 'localhost.evil.example', `${hostname}.evil.example`]) {
    for (const origin of [`http://${host}`, `https://${host}`]) {
      const headers = { host, origin, 'x-forwarded-host': host, 'x-forwarded-proto': 'https' }
      await knock(`host and origin ${host}`, `token=${ana.access}`, NO_ORIGIN, headers)
      await knock(`host and origin ${host}`, `ticket=${ticket}`, NO_ORIGIN, headers, '/ws/sidebar/')
    }
  }
  for (const headers of [{}, { origin: NAMED }, { origin: at.origin }]) {
    // Refused where they came from, tickets are not spent: the first is the one of all the tries above.
    await knock(`from ${JSON.stringify(headers)}`, `ticket=${ticket}`, OPEN, headers)
    ticket = await api.ticket(ana)
  }
}

async function credentials(api: ApiClient, { ana, eve }: Record<'ana' | 'eve', Person>, secret: string, knock: Knock) {
  const key = keyFor(secret, 'access token')
  const claims = claimsOf(ana.access)
  const header = { alg: 'HS256', typ: 'at+jwt' }
  const now = Math.floor(Date.now() / 1_000)
  await knock('a token of the forger that is as it should be', `token=${signed(header, claims, key)}`, OPEN)
  await knock('nothing', '', [401, 'not_authenticated'])
  await knock('a token that has expired', `token=${signed(header, { ...claims, exp: now - 1 }, key)}`, UNFIT)
  await knock('a token that is signed by somebody else', `token=${signed(header, claims, 'secret')}`, UNFIT)
  await knock('a refresh token', `token=${ana.refresh}`, UNFIT)
  await knock('a refresh token as a ticket', `ticket=${ana.refresh}`, UNFIT)
  await knock('an access token as a ticket', `ticket=${ana.access}`, UNFIT)
  await knock('a ticket as a token', `token=${await api.ticket(ana)}`, UNFIT)
  await knock('a ticket as a subprotocol', '', UNFIT, {
    'sec-websocket-protocol': `bearer, ${await api.ticket(ana)}`,
  })
  await knock('a made-up ticket', `ticket=${'A'.repeat(43)}`, UNFIT)
  await knock('a header that browsers cannot send', '', [401, 'not_authenticated'], {
    authorization: `Bearer ${ana.access}`,
  })

  const spent = await api.ticket(ana)
  await knock('a ticket', `ticket=${spent}`, OPEN)
  await knock('a ticket for the second time', `ticket=${spent}`, UNFIT)
  await knock('a spent ticket beside a good token', `ticket=${spent}&token=${ana.access}`, UNFIT)
  const two = [await api.ticket(ana), await api.ticket(ana)]
  for (const ticket of two) await knock('each of two tickets', `ticket=${ticket}`, OPEN)

  // A ticket is one person's wherever it is used: with it one enters one's own rooms only.
  await knock("another person's ticket", `ticket=${await api.ticket(eve)}`, ABSENT)
  await knock(
    "another person's ticket beside one's own token",
    `ticket=${await api.ticket(eve)}&token=${eve.access}`,
    ABSENT,
  )
  await knock(
    'a ticket for a room that does not exist',
    `ticket=${await api.ticket(ana)}`,
    ABSENT,
    {},
    '/ws/chat/4503599627370497/',
  )
  const evesRoom = await api.group(eve)
  const one = await api.ticket(ana)
  await knock("a ticket for another's room", `ticket=${one}`, ABSENT, {}, `/ws/chat/${evesRoom}/`)
  await knock('the same in the right room', `ticket=${one}`, UNFIT)

  const phone = await api.signIn(ana)
  const ticket = await api.ticket(phone)
  await knock('a token of a second device', `token=${phone.access}`, OPEN)
  await api.call('POST', '/api/logout/', { body: { refresh: phone.refresh } })
  await knock('a token of a session that is over', `token=${phone.access}`, OVER)
  await knock('a ticket of a session that is over', `ticket=${ticket}`, OVER)
  await knock('a token of the session that goes on', `token=${ana.access}`, OPEN)
}

/** Many tries with one ticket, at the same moment and everywhere. */
async function once(api: ApiClient, ana: Person, room: number, random: Random, findings: Findings): Promise<void> {
  const ticket = await api.ticket(ana)
  const routes = Array.from({ length: AT_ONCE }, () =>
    random.pick([`/ws/chat/${room}/`, '/ws/sidebar/', '/ws/notifications/']),
  )
  let opened = 0
  await each(routes, AT_ONCE, async (route) => {
    const { status, body } = await api.knock(`${route}?ticket=${ticket}`)
    if (status === 101) opened += 1
    else findings.expect('a try that came too late', [status, body.code], UNFIT)
  })
  findings.count('tickets tried 50 times at once')
  findings.expect('sockets opened by one ticket', opened, 1)
}
