/**
 * Rooms with long histories and people in many rooms. They take minutes to make, so a store keeps them for the next run, as
 * long as schema and filling stay the same.
 */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { ROOT } from '../../scripts/wrangler.mjs'
import type { LabServer } from '../harness/server.ts'
import { each } from '../harness/waiting.ts'
import type { Enrolled } from '../server/doors.ts'
import type { BenchServers } from './servers.ts'

export interface Histories {
  parlour: LabServer
  /** The room with so many messages, and somebody who writes there. */
  room(messages: number): { id: number; writer: Enrolled }
  /** Somebody in so many rooms. */
  person(rooms: number): Enrolled
}

/** Which sizes there are to be. */
export interface HistorySizes {
  /** Messages in a room. */
  messages: number[]
  /** Rooms somebody is in. */
  rooms: number[]
}

/** What is written down of a store. */
interface Made {
  rooms: Record<string, { id: number; writer: number }>
  people: Record<string, number>
}

const WRITERS = 10
/** The id of the first message: above everything that making the room took. */
const FIRST = 1_000
/** When everything was said, in milliseconds since 1970: the same in every store. */
const BEGAN = Date.UTC(2025, 0, 1)
const ROOMS_AT_ONCE = 6

/** Histories in a new store, which goes with the servers. */
export async function newHistories(servers: BenchServers, sizes: HistorySizes): Promise<Histories> {
  const parlour = await servers.parlour()
  const made: Made = { rooms: {}, people: {} }
  await make(parlour, sizes, made, () => undefined)
  return signedIn(parlour, made)
}

/** Histories in the kept store; what it lacks is made and kept too. */
export async function keptHistories(servers: BenchServers, sizes: HistorySizes): Promise<Histories> {
  const folder = path.join(ROOT, '.wrangler', 'bench', fingerprint())
  const record = path.join(folder, 'contents.json')
  if (!fs.existsSync(record)) fs.rmSync(path.dirname(folder), { recursive: true, force: true })
  fs.mkdirSync(path.dirname(folder), { recursive: true })
  const parlour = await servers.parlour(folder)
  const made: Made = fs.existsSync(record) ? JSON.parse(fs.readFileSync(record, 'utf8')) : { rooms: {}, people: {} }
  await make(parlour, sizes, made, () => fs.writeFileSync(record, JSON.stringify(made)))
  return signedIn(parlour, made)
}

/** Adds to `made` what it lacks, and has it written down. */
async function make(parlour: LabServer, { messages, rooms }: HistorySizes, made: Made, written: () => void) {
  const writers = await parlour.people(WRITERS)
  const host = writers[0] as Enrolled
  for (const size of messages.filter((each) => !(each in made.rooms))) {
    const id = await parlour.group(writers)
    await parlour.fill(id, writers, { from: FIRST, count: size, began: BEGAN })
    made.rooms[size] = { id, writer: host.id }
    written()
  }
  for (const size of rooms.filter((each) => !(each in made.people))) {
    const [person] = (await parlour.people(1)) as [Enrolled]
    await each(Array(size).fill(0), ROOMS_AT_ONCE, async () => void (await parlour.group([host, person])))
    made.people[size] = person.id
    written()
  }
}

/** Signs everybody in anew: tokens do not keep. */
async function signedIn(parlour: LabServer, made: Made): Promise<Histories> {
  const ids = [...new Set([...Object.values(made.rooms).map(({ writer }) => writer), ...Object.values(made.people)])]
  const people = new Map((await parlour.signIn(ids)).map((person) => [person.id, person]))
  const known = (id: number | undefined): Enrolled => {
    const person = people.get(id ?? 0)
    if (!person) throw new Error('There is no history of this size')
    return person
  }
  return {
    parlour,
    room(messages) {
      const room = made.rooms[messages]
      return { id: room?.id ?? 0, writer: known(room?.writer) }
    },
    person: (rooms) => known(made.people[rooms]),
  }
}

/** What the store is made by. */
function fingerprint(): string {
  const hash = createHash('sha256')
  const sources = ['lab/benchmarks/histories.ts', 'lab/server/people.ts', 'lab/server/sentences.ts']
  const product = fs.globSync(['migrations/**/*.sql', 'src/room/**/{messages,search}.ts'], { cwd: ROOT })
  for (const file of [...sources, ...product].sort()) {
    hash.update(`${file}\0`).update(fs.readFileSync(path.join(ROOT, file)))
  }
  return hash.digest('hex').slice(0, 16)
}
