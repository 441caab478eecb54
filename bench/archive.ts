/**
 * A store with a long history: a room of a million messages and one of a thousand, a person in a thousand rooms and one
 * in ten. It takes minutes to make, so it is kept for the next run, as long as schema and filling stay the same.
 */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { ROOT } from '../scripts/wrangler.mjs'
import type { Enrolled } from './enrolled.ts'
import type { ParlourHost, Stage } from './stage.ts'

export const MILLION = 1_000_000
export const THOUSAND = 1_000
const MANY_ROOMS = 1_000
const FEW_ROOMS = 10
/** The place of the first message: above everything that making the room took. */
const FIRST = 1_000
/** Messages stored in one call. */
const PORTION = 20_000
const ROOMS_AT_ONCE = 6
/** When everything was said, in milliseconds since 1970: the same in every store. */
const BEGAN = Date.UTC(2025, 0, 1)

/** What stands in the store. */
interface Contents {
  million: number
  thousand: number
  /** People: who wrote, who is in a thousand rooms, who is in ten. */
  people: { writers: number[]; busy: number; calm: number }
}

export interface Archive {
  parlour: ParlourHost
  /** Where it is. */
  folder: string
  million: number
  thousand: number
  writer: Enrolled
  busy: Enrolled
  calm: Enrolled
}

/** Parlour over the store, which is made if it is not there. Everybody is signed in anew: tokens do not keep. */
export async function openArchive(stage: Stage): Promise<Archive> {
  const folder = path.join(ROOT, '.wrangler', 'bench', fingerprint())
  const record = path.join(folder, 'contents.json')
  if (!fs.existsSync(record)) fs.rmSync(path.dirname(folder), { recursive: true, force: true })
  fs.mkdirSync(path.dirname(folder), { recursive: true })
  const parlour = await stage.parlour(folder)
  if (!fs.existsSync(record)) fs.writeFileSync(record, JSON.stringify(await make(parlour)))
  const { million, thousand, people } = JSON.parse(fs.readFileSync(record, 'utf8')) as Contents
  const ids = [people.writers[0] as number, people.busy, people.calm]
  const [writer, busy, calm] = (await parlour.signIn(ids)) as [Enrolled, Enrolled, Enrolled]
  return { parlour, folder, million, thousand, writer, busy, calm }
}

async function make(parlour: ParlourHost): Promise<Contents> {
  const people = await parlour.people(12)
  const [busy, calm, ...writers] = people as [Enrolled, Enrolled, ...Enrolled[]]
  const million = await parlour.group(writers, 'A million')
  await parlour.fill(million, writers, MILLION, { from: FIRST, portion: PORTION, began: BEGAN })
  const thousand = await parlour.group(writers, 'A thousand')
  await parlour.fill(thousand, writers, THOUSAND, { from: FIRST, portion: PORTION, began: BEGAN })
  const host = writers[0] as Enrolled
  for (let made = 0; made < MANY_ROOMS; made += ROOMS_AT_ONCE) {
    const places = Array.from({ length: Math.min(ROOMS_AT_ONCE, MANY_ROOMS - made) }, (_, n) => made + n)
    await Promise.all(
      places.map((place) => parlour.group([host, busy, ...(place < FEW_ROOMS ? [calm] : [])], `Room ${place}`)),
    )
  }
  const ids = writers.map(({ id }) => id)
  return { million, thousand, people: { writers: ids, busy: busy.id, calm: calm.id } }
}

/** What the store is made by. */
function fingerprint(): string {
  const hash = createHash('sha256')
  const folders = [
    'migrations',
    'bench/server',
    'bench/archive.ts',
    'src/room/store/messages.ts',
    'src/room/store/search.ts',
  ]
  for (const place of folders) {
    const full = path.join(ROOT, place)
    const files = fs.statSync(full).isDirectory() ? fs.readdirSync(full, { recursive: true, encoding: 'utf8' }) : ['']
    for (const name of files.sort()) {
      const file = path.join(full, name)
      if (/\.(sql|ts)$/.test(file)) hash.update(`${name}\0`).update(fs.readFileSync(file))
    }
  }
  return hash.digest('hex').slice(0, 16)
}
