/**
 * A load during which a trial injects faults into the server, and the verdict on it: clients in four rooms keep several
 * messages under way each, and lose their connections by themselves as well. In the end every message must be stored once,
 * in order, and every client must have received the same.
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { ApiClient, Person } from '../../harness/api-client.ts'
import { Random } from '../../harness/random.ts'
import { round } from '../../harness/statistics.ts'
import type { Figures, Outcome } from '../../harness/trial.ts'
import { pause, until } from '../../harness/waiting.ts'
import { isClean, judge, type Verdict } from './checker.ts'
import { type Logs, type Received, readLogs, writeLogs } from './logs.ts'
import { ResendingClient, speech } from './resending-client.ts'

const ROOMS = 4
const CLIENTS = 20
/** Nothing acknowledged for this long, in milliseconds, and the trial has failed. */
const STUCK = 60_000

/** What is sent, and what happens meanwhile. */
export interface Load {
  id: string
  seed: number
  messages: number
  /** Messages a second of all together; as fast as they are acknowledged unless it is named. */
  rate?: number
  /** How often `inject` is called, at moments drawn from the seed. */
  faults: number
  /** Injects one fault into the server; resolves when it has happened. */
  inject(): Promise<void>
}

/** What the load went through. */
export interface LoadResult {
  clients: ResendingClient[]
  verdict: Verdict
  /** From each fault to the first acknowledgement after it has happened, in milliseconds. */
  back: number[]
  outcome: Outcome
}

/** Runs the load to its end. @throws {Error} when nothing is acknowledged for a minute */
export async function runLoad(api: ApiClient, load: Load): Promise<LoadResult> {
  const random = new Random(load.seed)
  const clients: ResendingClient[] = []
  try {
    const seats = await joinRooms(api)
    const each = Math.ceil(load.messages / CLIENTS)
    let acks = 0
    let lastAck = performance.now()
    let firstAck: (() => void) | undefined
    const acked = () => {
      acks += 1
      lastAck = performance.now()
      firstAck?.()
      firstAck = undefined
    }
    for (const { room, person } of seats) {
      const own = random.fork()
      const url = api.socketUrl(`/ws/chat/${room}/`, person)
      clients.push(new ResendingClient(url, { user: person.id, room }, speech(person.id, each, own), own, { acked }))
    }
    const part = (each * CLIENTS) / load.faults
    // One in each part of the load, and early enough in it that there is load left when the next one falls.
    const moments = Array.from({ length: load.faults }, (_, n) => Math.floor(part * (n + 0.6 * random.next())) + 1)
    const cuts = clients.map((client) => ({ client, at: random.between(1, each * CLIENTS - 1) }))
    const began = performance.now()
    const back: number[] = []
    const pace = () => {
      if (load.rate === undefined) return
      const due = Math.floor(((performance.now() - began) / 1_000) * (load.rate / CLIENTS))
      for (const client of clients) client.allow(due)
    }
    pace()
    const metronome = setInterval(pace, 10)
    try {
      for (const client of clients) client.start()
      while (!clients.every((client) => client.isDone)) {
        await pause(5)
        for (const cut of cuts.filter(({ at }) => at <= acks)) {
          cut.client.cut()
          cuts.splice(cuts.indexOf(cut), 1)
        }
        if (moments[0] !== undefined && moments[0] <= acks) {
          moments.shift()
          const faultAt = performance.now()
          const injected = load.inject()
          const first = injected.then(() => new Promise<void>((resolve) => (firstAck = resolve)))
          await Promise.race([first, until(() => clients.every((client) => client.isDone), STUCK)])
          back.push(performance.now() - faultAt)
        }
        if (performance.now() - lastAck > STUCK)
          throw new Error(`No acknowledgement for ${STUCK / 1_000} s, after ${acks}`)
      }
    } finally {
      clearInterval(metronome)
    }
    const took = performance.now() - began
    const rooms = await Promise.all(
      [...new Map(seats.map((seat) => [seat.room, seat.person]))].map(async ([room, person]) => ({
        room,
        history: await historyOf(api, room, person),
      })),
    )
    await allHeard(clients, rooms)
    const { verdict, outcome } = judged(load, { clients: clients.map(({ log }) => log), rooms }, clients, took)
    return { clients, verdict, back, outcome }
  } finally {
    for (const client of clients) client.stop()
  }
}

/** Puts the logs where the checker reads them, and lets it judge. */
function judged({ id, seed }: Load, logs: Logs, clients: ResendingClient[], took: number) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `parlour-lab-${id}-${seed}-`))
  writeLogs(folder, logs)
  const verdict = judge(readLogs(folder))
  const passed = isClean(verdict) && verdict.stored === verdict.sent && verdict.acked === verdict.sent
  if (passed) fs.rmSync(folder, { recursive: true, force: true })
  const figures: Figures = {
    sent: verdict.sent,
    stored: verdict.stored,
    acked: verdict.acked,
    resent: clients.reduce((sum, { resent }) => sum + resent, 0),
    'connections lost': clients.reduce((sum, { lost }) => sum + lost, 0),
    seconds: round(took / 1_000),
    'acknowledged and lost': verdict.lost,
    'never stored': verdict.missing,
    duplicated: verdict.duplicated,
    reordered: verdict.reordered,
    foreign: verdict.foreign,
    'clients that differ': verdict.differing,
  }
  const outcome: Outcome = { passed, figures, cases: passed ? [] : [...verdict.cases, `The logs are in ${folder}`] }
  return { verdict, outcome }
}

async function allHeard(clients: ResendingClient[], rooms: { room: number; history: Received[] }[]): Promise<void> {
  const last = new Map(rooms.map(({ room, history }) => [room, history.at(-1)?.id ?? 0]))
  // Somebody who never hears the end is the checker's to name.
  await until(() => clients.every(({ log, heardUpTo }) => heardUpTo >= (last.get(log.room) ?? 0)), STUCK)
}

/** Makes the accounts of the clients and spreads them evenly over the rooms. */
async function joinRooms(api: ApiClient): Promise<{ room: number; person: Person }[]> {
  const people = await api.registerAll(Array<string>(CLIENTS).fill('client'))
  const seats = Array.from({ length: ROOMS }, async (_, n) => {
    const members = people.filter((_person, index) => index % ROOMS === n) as [Person, ...Person[]]
    const room = await api.group(...members)
    return members.map((person) => ({ room, person }))
  })
  return (await Promise.all(seats)).flat()
}

/** The whole history by REST, oldest first. */
async function historyOf(api: ApiClient, room: number, { access }: Person): Promise<Received[]> {
  interface Page {
    next: string | null
    results: { id: number; client_id: string | null; content: string | null; sender: { id: number } }[]
  }
  const history: Received[] = []
  for (let next: string | null = `/api/chatrooms/${room}/messages/?after=0&limit=100`; next; ) {
    const page: Page = await api.call<Page>('GET', next, { access })
    for (const { id, client_id, content, sender } of page.results) {
      history.push({ id, client_id, content, sender: sender.id })
    }
    next = page.next
  }
  return history
}
