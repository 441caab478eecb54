/**
 * Rooms with long histories and people in many rooms. The largest and the smallest are those of the benchmark's own store,
 * which is kept from run to run; those between are made beside them, and kept too.
 */
import fs from 'node:fs'
import path from 'node:path'
import { openArchive } from '../archive.ts'
import type { Enrolled } from '../enrolled.ts'
import type { ParlourHost, Stage } from '../stage.ts'
import type { Sizes } from './sizes.ts'

export interface Histories {
  parlour: ParlourHost
  /** Rooms by the number of messages in them. */
  rooms: Map<number, { id: number; writer: Enrolled }>
  /** People by the number of rooms they are in. */
  people: Map<number, Enrolled>
}

/** What is written down of a store. */
interface Made {
  rooms: Record<string, { id: number; writer: number }>
  people: Record<string, number>
}

const WRITERS = 10
/** The place of the first message: above everything that making the room took. */
const FIRST = 1_000
const PORTION = 20_000
const BEGAN = Date.UTC(2025, 0, 1)
const ROOMS_AT_ONCE = 6

/** Histories in a new store, which goes with the stage. */
export async function newHistories(stage: Stage, sizes: Sizes): Promise<Histories> {
  const parlour = await stage.parlour()
  return signedIn(parlour, await make(parlour, sizes.messages, sizes.rooms))
}

/** Histories in the benchmark's store. */
export async function keptHistories(stage: Stage, sizes: Sizes): Promise<Histories> {
  const { parlour, folder, million, thousand, writer, busy, calm } = await openArchive(stage)
  const made: Made = {
    rooms: { 1000000: { id: million, writer: writer.id }, 1000: { id: thousand, writer: writer.id } },
    people: { 1000: busy.id, 10: calm.id },
  }
  const record = path.join(folder, 'scale.json')
  if (!fs.existsSync(record)) {
    const lacking = (wanted: number[], there: object) => wanted.filter((size) => !(size in there))
    const more = await make(parlour, lacking(sizes.messages, made.rooms), lacking(sizes.rooms, made.people))
    fs.writeFileSync(record, JSON.stringify(more))
  }
  const more = JSON.parse(fs.readFileSync(record, 'utf8')) as Made
  return signedIn(parlour, { rooms: { ...made.rooms, ...more.rooms }, people: { ...made.people, ...more.people } })
}

async function make(parlour: ParlourHost, messages: number[], rooms: number[]): Promise<Made> {
  const made: Made = { rooms: {}, people: {} }
  const writers = await parlour.people(WRITERS)
  const host = writers[0] as Enrolled
  for (const size of messages) {
    const id = await parlour.group(writers, `A room of ${size}`)
    await parlour.fill(id, writers, size, { from: FIRST, portion: PORTION, began: BEGAN })
    made.rooms[size] = { id, writer: host.id }
  }
  for (const size of rooms) {
    const [person] = (await parlour.people(1)) as [Enrolled]
    for (let done = 0; done < size; done += ROOMS_AT_ONCE) {
      const places = Array.from({ length: Math.min(ROOMS_AT_ONCE, size - done) }, (_, n) => done + n)
      await Promise.all(places.map((place) => parlour.group([host, person], `Room ${place}`)))
    }
    made.people[size] = person.id
  }
  return made
}

/** Tokens do not keep: everybody is signed in anew. */
async function signedIn(parlour: ParlourHost, made: Made): Promise<Histories> {
  const ids = [...new Set([...Object.values(made.rooms).map(({ writer }) => writer), ...Object.values(made.people)])]
  const known = new Map((await parlour.signIn(ids)).map((person) => [person.id, person]))
  const person = (id: number) => known.get(id) as Enrolled
  return {
    parlour,
    rooms: new Map(
      Object.entries(made.rooms).map(([size, { id, writer }]) => [Number(size), { id, writer: person(writer) }]),
    ),
    people: new Map(Object.entries(made.people).map(([size, id]) => [Number(size), person(id)])),
  }
}
