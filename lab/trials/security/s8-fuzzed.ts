/**
 * S8: malformed frames and made-up requests. Every malformed frame is answered by an error or a close, no request by a
 * 5xx; no actor is reset, and people in other rooms notice no more than beside as many good frames.
 */
import type { Person } from '../../harness/api-client.ts'
import { Random } from '../../harness/random.ts'
import { RawSocket } from '../../harness/raw-socket.ts'
import { type LabServer, startLabServer } from '../../harness/server.ts'
import { round } from '../../harness/statistics.ts'
import { Findings, type Trial } from '../../harness/trial.ts'
import { pause, until } from '../../harness/waiting.ts'
import { Bystanders } from '../reliability/bystanders.ts'
import { MALFORMED } from './malformed-frames.ts'
import { type Description, Fuzzer } from './request-fuzzer.ts'

/** `timed`: whether what the neighbours notice is judged; not where other programs keep the machine busy. */
const OPTIONS = { frames: 100_000, requests: 10_000, rate: 500, timed: 1 }

const SOCKETS = 9
/** Malformed frames in a row: a hundred would close the socket, as they should. */
const IN_A_ROW = 20
/** Requests under way at once. */
const WIDTH = 6
const ANSWERED_WITHIN = 30_000
/** By how much the neighbours' p99 may grow, and milliseconds below which nobody notices anything. */
const SLOWER = 2
const UNNOTICED = 20

/** One socket by which malformed frames go, each of which must be answered. */
class Offender {
  errors = 0
  answered = 0
  readonly socket: RawSocket
  readonly #good: string

  constructor(socket: RawSocket, good: string) {
    this.socket = socket
    this.#good = good
    socket.onText = (text) => {
      const { type, ref } = JSON.parse(text) as { type: string; ref?: unknown }
      if (ref === 'good') this.answered += 1
      else if (type === 'error') this.errors += 1
    }
  }

  /** Sends a frame that is as it should be; its answer comes after all before it. */
  behave(): void {
    this.socket.send(this.#good)
  }
}

const KINDS = [
  ['/ws/chat/ROOM/', '{"type":"stop_typing","ref":"good"}'],
  ['/ws/sidebar/', '{"type":"get_snapshot","ref":"good"}'],
  ['/ws/notifications/', '{"action":"get_unread","ref":"good"}'],
] as const

export const s8: Trial<typeof OPTIONS> = {
  title: 'frames and requests that nobody should send',
  options: OPTIONS,
  short: { frames: 2_000, requests: 300, rate: 400, timed: 0 },
  async run({ seed, frames, requests, rate, timed }) {
    const random = new Random(seed)
    const findings = new Findings()
    const server = await startLabServer({ vars: { RATE_LIMITS: 'off' } })
    const offenders: Offender[] = []
    const spokenTo = new Set<string>()
    try {
      await server.lightPasswords()
      const people = await server.api.registerAll(Array<string>(SOCKETS).fill('offender'))
      const room = await server.api.group(...(people as [Person, ...Person[]]))
      for (const [index, who] of people.entries()) {
        const [path, good] = KINDS[index % KINDS.length] as (typeof KINDS)[number]
        const url = server.api.socketUrl(path.replace('ROOM', String(room)), who)
        offenders.push(new Offender(await RawSocket.open(url), good))
        const kind = path.includes('ROOM') ? 'room' : path.includes('sidebar') ? 'sidebar' : 'feed'
        spokenTo.add(`${kind}:${kind === 'room' ? room : who.id}`)
      }
      const bystanders = await Bystanders.start(server)
      await pause(2_000)
      bystanders.p99()
      // What as many good frames do to the neighbours is what the bad ones are held to.
      const few = Math.min(frames, rate * 5)
      await flood(
        few,
        rate,
        (n) => offenders[n % SOCKETS]?.behave(),
        offenders,
        (offender) => offender.answered,
      )
      const usual = bystanders.p99()
      await sendMalformed(random, frames, rate, offenders, findings)
      const meanwhile = bystanders.p99()
      // Whoever is spoken to all the time does not sleep: made twice, it was reset. A reset takes its sockets along, too.
      const lives = await server.lives()
      for (const actor of spokenTo) findings.expect(`lives of the ${actor.split(':')[0]} spoken to`, lives[actor], 1)
      findings.expect('sockets that were closed', offenders.filter(({ socket }) => socket.ended).length, 0)
      await sendRequests(server, random, requests, people as [Person, Person], room, findings)
      const later = await server.lives()
      findings.expect('lives of the room next door', later[`room:${bystanders.room}`], 1)
      const { said, lost } = await bystanders.end()
      if (lost > 0) findings.fail(`${lost} messages next door never arrived`)
      if (timed && meanwhile > Math.max(UNNOTICED, SLOWER * usual)) findings.fail('The neighbours noticed.')
      Object.assign(findings.figures, {
        'neighbours, p99 ms, beside good frames': round(usual),
        'neighbours, p99 ms, beside bad frames': round(meanwhile),
        'said next door': said,
        'lost next door': lost,
        'actors spoken to': spokenTo.size,
      })
      return findings.outcome()
    } finally {
      for (const { socket } of offenders) socket.destroy()
      await server.stop()
    }
  },
}

/** Sends `count` frames at an even pace, never far ahead of the answers. */
async function flood(
  count: number,
  rate: number,
  send: (n: number) => void,
  offenders: Offender[],
  answers: (offender: Offender) => number,
): Promise<void> {
  const before = offenders.reduce((sum, offender) => sum + answers(offender), 0)
  const answered = () => offenders.reduce((sum, offender) => sum + answers(offender), 0) - before
  const began = performance.now()
  for (let sent = 0; sent < count; ) {
    const due = Math.min(
      count,
      Math.ceil(((performance.now() - began) / 1_000) * rate),
      answered() + SOCKETS * IN_A_ROW,
    )
    for (; sent < due; sent++) send(sent)
    if (performance.now() - began > ANSWERED_WITHIN + (count / rate) * 10_000) break
    await pause(5)
  }
  await until(() => answered() >= count, ANSWERED_WITHIN)
}

async function sendMalformed(random: Random, frames: number, rate: number, offenders: Offender[], findings: Findings) {
  const ways = Object.entries(MALFORMED)
  const send = (n: number) => {
    const offender = offenders[n % SOCKETS] as Offender
    const [, malform] = ways[Math.floor(n / SOCKETS) % ways.length] as (typeof ways)[number]
    malform(random, offender.socket)
    if (Math.floor(n / SOCKETS) % IN_A_ROW === IN_A_ROW - 1) offender.behave()
  }
  const before = offenders.reduce((sum, { errors }) => sum + errors, 0)
  const began = performance.now()
  await flood(frames, rate, send, offenders, ({ errors }) => errors)
  findings.figures['malformed frames'] = frames
  findings.figures['malformed frames a second'] = Math.round(frames / ((performance.now() - began) / 1_000))
  findings.expect(
    'frames answered by an error',
    offenders.reduce((sum, { errors }) => sum + errors, 0) - before,
    frames,
  )
  for (const { socket } of offenders) findings.expect('a socket', socket.ended, undefined)
}

/** The share of requests that must be granted. */
const REACHING = 0.15

/** Requests that end what the others are about. */
const ENDS =
  /^DELETE \/api\/(profile|sessions|chatrooms)\/|^(PUT|PATCH) \/api\/profile|leave_room|logout|remove_member|\/bans|\/block|token\/refresh/

const isSignedOut = async ({ api }: LabServer, access: string): Promise<boolean> =>
  (await api.ask('GET', '/api/profile/', { access })).status === 401

async function sendRequests(
  server: LabServer,
  random: Random,
  count: number,
  [who, other]: [Person, Person],
  room: number,
  findings: Findings,
) {
  const description = await server.api.call<Description>('GET', '/api/schema/')
  const fuzzer = new Fuzzer(random, description)
  const body = { content: 'something to ask for' }
  const message = await server.api.call<{ id: number }>('POST', `/api/chatrooms/${room}/messages/`, {
    access: who.access,
    body,
  })
  const notification = await server.api.call<{ id: number }>('POST', '/api/notifications/', {
    access: who.access,
    body: { message: 'Something to ask for.' },
  })
  const knownAt = (path: string) => ({
    id: /users|friends/.test(path) ? other.id : path.startsWith('/api/notifications') ? notification.id : room,
    room_id: room,
    roomId: room,
    message_id: message.id,
    messageId: message.id,
    reply_to: message.id,
    user_id: other.id,
    userId: other.id,
    to_user: other.id,
    email: who.email,
  })
  let { access } = who
  let doomed = await server.api.register('doomed')
  let spares = 0
  let next = 0
  const lane = async () => {
    while (next < count) {
      const n = next++
      const { method, path, headers, body } = fuzzer.request(n, knownAt)
      // What ends a session, an account or a room is asked by somebody else, so that the rest goes on reaching its code.
      const token = ENDS.test(`${method} ${path}`) ? doomed.access : access
      const response = await fetch(new URL(path, server.url), {
        method,
        headers: { ...headers, ...(random.next() < 0.9 ? { authorization: `Bearer ${token}` } : {}) },
        body: body === '' ? null : body,
        redirect: 'manual',
      }).catch((error: Error) => error)
      if (response instanceof Error) {
        findings.fail(`${method} ${path.slice(0, 100)} broke: ${response.cause ?? response.message}`)
        continue
      }
      const text = await response.text()
      findings.count(`answered ${Math.floor(response.status / 100)}xx`)
      if (response.status >= 500)
        findings.fail(
          `${method} ${path.slice(0, 100)} answered ${response.status} to ${String(body).slice(0, 200)}: ${text.slice(0, 200)}`,
        )
      // Somebody may have managed to sign themselves out, or to be erased.
      if (response.status === 401 && spares < 50 && n % 20 === 0) {
        spares += 1
        doomed = await server.api.register(`spare${n}`)
        if (token === access && (await isSignedOut(server, access))) access = doomed.access
      }
    }
  }
  const began = performance.now()
  await Promise.all(Array.from({ length: WIDTH }, lane))
  // Requests that never get past the schemas try nothing behind them.
  const reached = findings.figures['answered 2xx'] ?? 0
  if (reached < count * REACHING) findings.fail(`${reached} of ${count} requests were granted`)
  findings.figures.requests = count
  findings.figures['operations described'] = fuzzer.operations
  findings.figures['requests a second'] = Math.round(count / ((performance.now() - began) / 1_000))
}
