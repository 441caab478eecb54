/**
 * R1: the server is killed outright, again and again, in the middle of the load.
 *
 * Clients in some rooms send all the time, several messages under way each; at random moments every process of the
 * server gets SIGKILL and it is started again over the same data. Clients also lose their connections by themselves.
 * In the end every message must be there once, in order, and everyone must have received the same.
 */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { startServer } from '../scripts/server.ts'
import { isClean, judge } from './checker.ts'
import { Client } from './client.ts'
import { type Heard, type Logs, readLogs, type Said, writeLogs } from './logs.ts'
import { Random } from './random.ts'
import type { Figures, Trial } from './trial.ts'

const ROOMS = 4
const CLIENTS = 20
/** Nothing acknowledged for this long, in milliseconds, and the trial has failed. */
const STUCK = 60_000

const OPTIONS = { messages: 10_000, kills: 10 }

export const r1: Trial<typeof OPTIONS> = {
  title: 'killed in the middle of the load',
  options: OPTIONS,
  run,
}

async function run({ seed, messages, kills }: typeof OPTIONS & { seed: number }) {
  const random = new Random(seed)
  // The limits that keep floods out are not what is tried here.
  const server = await startServer({ vars: { RATE_LIMITS: 'off' } })
  const clients: Client[] = []
  try {
    const seats = await seatEverybody(server.url)
    const each = Math.ceil(messages / CLIENTS)
    let acks = 0
    let lastAck = performance.now()
    let firstAck: (() => void) | undefined
    const acked = () => {
      acks += 1
      lastAck = performance.now()
      firstAck?.()
      firstAck = undefined
    }
    for (const { socket, user, room, seq } of seats) {
      const own = random.fork()
      const url = `${server.socketUrl}${socket}`
      clients.push(new Client(url, { user, room, seq }, speech(user, each, own), own, { acked }))
    }
    const moments = Array.from({ length: kills }, () => random.between(1, each * CLIENTS - 1)).sort((a, b) => a - b)
    const cuts = clients.map((client) => ({ client, at: random.between(1, each * CLIENTS - 1) }))
    const began = performance.now()
    const back: number[] = []
    for (const client of clients) client.start()
    while (!clients.every((client) => client.isDone)) {
      await pause(5)
      for (const cut of cuts.filter(({ at }) => at <= acks)) {
        cut.client.cut()
        cuts.splice(cuts.indexOf(cut), 1)
      }
      if (moments[0] !== undefined && moments[0] <= acks) {
        moments.shift()
        await server.kill()
        const killed = performance.now()
        const first = new Promise<void>((resolve) => {
          firstAck = resolve
        })
        await server.restart()
        await first
        back.push(performance.now() - killed)
      }
      if (performance.now() - lastAck > STUCK)
        throw new Error(`No acknowledgement for ${STUCK / 1_000} s, after ${acks}`)
    }
    const took = performance.now() - began
    const rooms = await Promise.all(
      [...new Map(seats.map((seat) => [seat.room, seat])).values()].map(async ({ room, access }) => ({
        room,
        history: await historyOf(server.url, room, access),
      })),
    )
    await allHeard(clients, rooms)
    const logs = { clients: clients.map(({ log }) => log), rooms }
    return result(seed, logs, clients, { kills: back.length, took, back })
  } finally {
    for (const client of clients) client.stop()
    await server.stop()
  }
}

/** Puts the logs where the checker reads them, and lets it judge. */
function result(
  seed: number,
  logs: Logs,
  clients: Client[],
  { kills, took, back }: { kills: number; took: number; back: number[] },
) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `parlour-torture-r1-${seed}-`))
  writeLogs(folder, logs)
  const verdict = judge(readLogs(folder))
  const passed = isClean(verdict) && verdict.stored === verdict.said && verdict.acked === verdict.said
  if (passed) fs.rmSync(folder, { recursive: true, force: true })
  const sorted = back.toSorted((a, b) => a - b)
  const figures: Figures = {
    said: verdict.said,
    stored: verdict.stored,
    acked: verdict.acked,
    resent: clients.reduce((sum, { resent }) => sum + resent, 0),
    kills,
    'connections lost': clients.reduce((sum, { lost }) => sum + lost, 0),
    seconds: round(took / 1_000),
    'kill to first ack, median s': round((sorted[Math.floor(sorted.length / 2)] ?? 0) / 1_000),
    'kill to first ack, worst s': round((sorted.at(-1) ?? 0) / 1_000),
    'acknowledged and lost': verdict.lost,
    'never stored': verdict.missing,
    duplicated: verdict.duplicated,
    reordered: verdict.reordered,
    foreign: verdict.foreign,
    'clients that differ': verdict.differing,
  }
  return { passed, figures, cases: passed ? [] : [...verdict.cases, `The logs are in ${folder}`] }
}

const round = (number: number) => Math.round(number * 100) / 100

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds))

/** What one client will say: mostly short, sometimes long, in several scripts. */
function speech(user: number, count: number, random: Random): Said[] {
  const words = ['tea', 'muffins', 'Algernon', 'ბატონო', '你好', '🎩', 'ça va', '<b>']
  return Array.from({ length: count }, (_, n) => {
    const length = random.next() < 0.01 ? 800 : random.between(1, 20)
    const text = Array.from({ length }, () => random.pick(words)).join(' ')
    return { n, client_id: `${user}-${n}`, content: `${n} ${text}` }
  })
}

interface Seat {
  user: number
  access: string
  room: number
  seq: number
  /** Path and query of the room's socket. */
  socket: string
}

/** Registers everybody and spreads them over the rooms. */
async function seatEverybody(url: string): Promise<Seat[]> {
  const people = await Promise.all(
    Array.from({ length: CLIENTS }, async (_, place) => {
      const body = { email: `client${place}@example.com`, password: randomBytes(12).toString('hex') }
      const { user, access } = await call<{ user: { id: number }; access: string }>(url, 'POST', '/api/register/', {
        body,
      })
      return { user: user.id, access }
    }),
  )
  const seats = await Promise.all(
    Array.from({ length: ROOMS }, async (_, place) => {
      const members = people.filter((_person, index) => index % ROOMS === place)
      const [owner] = members
      const { access } = owner as { access: string }
      const body = { room_name: `Room ${place}`, participant_ids: members.map(({ user }) => user) }
      const { id } = await call<{ id: number }>(url, 'POST', '/api/chatrooms/', { access, body })
      const seq = await seqOf(url, id, access)
      return members.map((member) => {
        const socket = `/ws/chat/${id}/?token=${encodeURIComponent(member.access)}`
        return { ...member, room: id, seq, socket }
      })
    }),
  )
  return seats.flat()
}

/** Where a room stands: what its socket says on opening. */
function seqOf(url: string, room: number, access: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/chat/${room}/?token=${encodeURIComponent(access)}`)
    socket.addEventListener('error', () => reject(new Error(`The socket of room ${room} was refused`)))
    socket.addEventListener('message', ({ data }) => {
      const event = JSON.parse(String(data))
      if (event.type !== 'ready') return
      socket.close()
      resolve(event.seq)
    })
  })
}

/** The whole history by REST, oldest first. */
async function historyOf(url: string, room: number, access: string): Promise<Heard[]> {
  interface Page {
    next: string | null
    results: { id: number; client_id: string | null; content: string | null; sender: { id: number } }[]
  }
  const history: Heard[] = []
  for (let next: string | null = `/api/chatrooms/${room}/messages/?after=0&limit=100`; next; ) {
    const page: Page = await call<Page>(url, 'GET', next, { access })
    for (const { id, client_id, content, sender } of page.results) {
      history.push({ id, client_id, content, sender: sender.id })
    }
    next = page.next
  }
  return history
}

async function allHeard(clients: Client[], rooms: { room: number; history: Heard[] }[]): Promise<void> {
  const last = new Map(rooms.map(({ room, history }) => [room, history.at(-1)?.id ?? 0]))
  const deadline = performance.now() + STUCK
  // Somebody who never hears the end is the checker's to name.
  while (performance.now() < deadline && clients.some(({ log, heardUpTo }) => heardUpTo < (last.get(log.room) ?? 0))) {
    await pause(20)
  }
}

async function call<T>(
  url: string,
  method: string,
  path: string,
  more: { access?: string; body?: object },
): Promise<T> {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (more.access) headers.authorization = `Bearer ${more.access}`
  const body = more.body === undefined ? null : JSON.stringify(more.body)
  const response = await fetch(new URL(path, url), { method, headers, body })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`)
  return JSON.parse(text) as T
}
