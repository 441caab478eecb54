/**
 * R12: every actor comes from any earlier schema to the newest, though it is killed on the way.
 *
 * A database has few steps so far, so more are added to its real list, as a later release would, and the real actors
 * wake up to them. Killing is done at each statement in turn: it fails as it does when the process is gone,
 * and with it everything of its transaction.
 */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterAll, vi } from 'vitest'
import { type Migration, migrate } from '../../src/actor/store/migrate'
import { migrations as feed } from '../../src/feed/store/migrations'
import { migrations as room } from '../../src/room/store/migrations'
import { migrations as sidebar } from '../../src/sidebar/store/migrations'
import { migrations as uploads } from '../../src/uploads/migrations'
import { Random } from '../harness/random.ts'
import { trial } from './trial'

const LISTS = { ROOMS: room, SIDEBARS: sidebar, FEEDS: feed, UPLOADS: uploads } as const
type Kind = keyof typeof LISTS
const KINDS = Object.keys(LISTS) as Kind[]
const REAL = Object.fromEntries(KINDS.map((kind) => [kind, [...LISTS[kind]]])) as Record<Kind, Migration[]>

const statements = (...all: string[]) => all.join('\n--> statement-breakpoint\n')

/** What later releases might do; the last is older by its name than the one before it, as what was merged late is. */
const LATER: Migration[] = [
  {
    id: '0001_notes',
    sql: statements(
      'CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)',
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) INSERT INTO notes SELECT i, 'note ' || i FROM n",
      'CREATE INDEX notes_by_text ON notes (text)',
    ),
  },
  {
    id: '0003_weights',
    sql: statements(
      'ALTER TABLE notes ADD COLUMN weight INTEGER NOT NULL DEFAULT 0',
      'UPDATE notes SET weight = weight + length(text)',
      'CREATE TABLE heavy AS SELECT * FROM notes WHERE weight > 6',
    ),
  },
  {
    id: '0002_merged_late',
    sql: statements(
      'CREATE TABLE notes_new (id INTEGER PRIMARY KEY, text TEXT NOT NULL, weight INTEGER NOT NULL)',
      'INSERT INTO notes_new SELECT id, text, weight FROM notes',
      'DROP TABLE notes',
      'ALTER TABLE notes_new RENAME TO notes',
    ),
  },
]
const statementsOf = (steps: readonly Migration[]) =>
  steps.flatMap(({ sql }) => sql.split('--> statement-breakpoint').map((each) => each.trim()))

let actors = 0
const cases: string[] = []
const figures = { 'earlier schemas': 0, 'killed at a statement': 0, actors: 0, 'wrong lists refused': 0 }

/** Replaces the list of steps that actors of this kind migrate by: the real steps, and later ones. */
function deploy(kind: Kind, later: Migration[]): void {
  const list = LISTS[kind] as Migration[]
  list.splice(0, list.length, ...REAL[kind], ...later)
}

// The next file in this runtime finds the real lists, also when a trial ended half-way.
afterAll(() => {
  for (const kind of KINDS) deploy(kind, [])
})

const stub = (kind: Kind, name: string) => env[kind].getByName(name) as unknown as DurableObjectStub

/** Wakes an actor, which migrates, and adds a table with `rows` rows. */
async function wake(kind: Kind, name: string, rows: number): Promise<void> {
  await runInDurableObject(stub(kind, name), (_, { storage: { sql } }) => addLuggage(sql, rows))
}

/**
 * Leaves an actor asleep with a database that has taken only these steps. The actor wakes with the newest list first: its code
 * does not run on an earlier schema.
 */
async function leaveAt(kind: Kind, name: string, steps: readonly Migration[], rows: number): Promise<void> {
  deploy(kind, [])
  await runInDurableObject(stub(kind, name), async (_, { storage }) => {
    await storage.deleteAll()
    migrate(storage, steps)
    addLuggage(storage.sql, rows)
  })
  await rest(kind, name)
}

function addLuggage(sql: SqlStorage, rows: number): void {
  sql.exec('CREATE TABLE luggage (id INTEGER PRIMARY KEY, text TEXT)')
  for (let id = 0; id < rows; id++) sql.exec('INSERT INTO luggage VALUES (?, ?)', id, `luggage ${id}`)
}

/** Everything in a database: its tables and what is in them, without the runtime's own. */
function contents(kind: Kind, name: string): Promise<string> {
  return runInDurableObject(stub(kind, name), (_, { storage: { sql } }) => {
    const tables = sql
      .exec<{ name: string; sql: string }>(
        `SELECT name, sql FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\' AND name NOT LIKE 'search%' ORDER BY name`,
      )
      .toArray()
    const rows = tables
      .filter((table) => table.sql?.startsWith('CREATE TABLE'))
      .map((table) => [table.name, sql.exec(`SELECT * FROM "${table.name}"`).toArray()])
    return JSON.stringify([tables, rows])
  })
}

/** The steps that an actor has taken, read past the actor, which does not wake while its list is wrong. */
const rest = (kind: Kind, name: string) => evictDurableObject(stub(kind, name)).catch(() => undefined)

/** Lets the `nth` statement of these steps fail, once, as if the process were killed in it. */
async function killAt(
  nth: number,
  steps: readonly Migration[],
): Promise<{ isDone: () => boolean; restore: () => void }> {
  let seen = 0
  let done = false
  const meant = new Set(statementsOf(steps))
  // All databases of this isolate share it; no name of the runtime's leads there.
  const prototype: SqlStorage = await runInDurableObject(stub('ROOMS', '1'), (_, { storage }) =>
    Object.getPrototypeOf(storage.sql),
  )
  const { exec } = prototype
  const spy = vi.spyOn(prototype, 'exec').mockImplementation(function (this: SqlStorage, query, ...values) {
    if (meant.has(query.trim())) {
      seen += 1
      if (seen === nth && !done) {
        done = true
        throw new Error('killed')
      }
    }
    return exec.call(this, query, ...values) as never
  })
  return { isDone: () => done, restore: () => spy.mockRestore() }
}

/** Woken on the newest list from each earlier one, in one go. */
async function fromEach(kind: Kind, rows: number): Promise<string> {
  deploy(kind, LATER)
  const fresh = `${++actors}`
  await wake(kind, fresh, rows)
  const head = await contents(kind, fresh)
  const real = REAL[kind].length
  for (let known = 1; known < real + LATER.length; known++) {
    const name = `${++actors}`
    await leaveAt(kind, name, [...REAL[kind], ...LATER].slice(0, known), rows)
    deploy(kind, LATER)
    await check(kind, name, head, `from the first ${known} steps`)
    figures['earlier schemas'] += 1
    // Once more on the same list: nothing is done twice.
    await rest(kind, name)
    await check(kind, name, head, `from the first ${known} steps, woken once more`)
  }
  return head
}

/** Killed at each statement in turn: of the steps that were really released since the first, and of later ones. */
async function killedAtEach(kind: Kind, rows: number, head: string, random: Random): Promise<void> {
  for (const [first, steps] of [
    [1, [...REAL[kind].slice(1), ...LATER]],
    [REAL[kind].length, LATER],
  ] as const) {
    for (let nth = 1; nth <= statementsOf(steps).length; nth++) {
      const name = `${++actors}`
      await leaveAt(kind, name, REAL[kind].slice(0, first), rows)
      deploy(kind, LATER)
      const killing = await killAt(nth, steps)
      const said = await contents(kind, name).then(() => 'nothing', String)
      killing.restore()
      if (!killing.isDone()) cases.push(`${kind}: there was no statement ${nth} to be killed at`)
      const named = steps.some(({ id }) => said.includes(`Migration ${id} failed at: `))
      if (!named) cases.push(`${kind}, killed at statement ${nth}: said ${said}`)
      figures['killed at a statement'] += 1
      if (random.next() < 0.5) await rest(kind, name)
      await check(kind, name, head, `of the first ${first} steps, killed at statement ${nth}`)
    }
  }
}

/** A list that was changed where it may only grow is refused, with the step in question; nothing is lost by it. */
async function wrongLists(kind: Kind, rows: number, head: string): Promise<void> {
  const name = `${++actors}`
  deploy(kind, LATER)
  await wake(kind, name, rows)
  await rest(kind, name)
  const [first, second, third] = LATER as [Migration, Migration, Migration]
  const wrong: [string, Migration[], string][] = [
    ['reordered', [first, third, second], second.id],
    ['removed', [first, third], second.id],
    ['put in between', [first, { id: '0001_between', sql: 'SELECT 1' }, second, third], second.id],
  ]
  for (const [how, list, blamed] of wrong) {
    deploy(kind, list)
    const said = await contents(kind, name).then(() => 'nothing', String)
    if (!said.includes(`Migration ${blamed} `)) cases.push(`${kind}, a step ${how}: said ${said}`)
    figures['wrong lists refused'] += 1
    deploy(kind, LATER)
    await check(kind, name, head, `after a step was ${how}`)
    await rest(kind, name)
  }
  // A statement that cannot work is named, whichever it is, and its step leaves nothing behind.
  const broken = {
    id: '0004_broken',
    sql: statements('CREATE TABLE half (id INTEGER)', 'INSERT INTO nowhere VALUES (1)'),
  }
  deploy(kind, [...LATER, broken])
  const said = await contents(kind, name).then(() => 'nothing', String)
  if (!said.includes('Migration 0004_broken failed at: INSERT INTO nowhere VALUES (1)')) {
    cases.push(`${kind}, a statement that cannot work: said ${said}`)
  }
  deploy(kind, LATER)
  await check(kind, name, head, 'after a statement that cannot work')
  deploy(kind, [])
}

async function check(kind: Kind, name: string, head: string, what: string): Promise<void> {
  const is = await contents(kind, name).catch(String)
  if (is !== head) cases.push(`${kind} ${what}:\n  is   ${is.slice(0, 2_000)}\n  head ${head.slice(0, 2_000)}`)
}

trial('R12', async ({ seed, rows }) => {
  const random = new Random(seed)
  vi.spyOn(console, 'error').mockImplementation(() => {})
  for (const kind of KINDS) {
    const head = await fromEach(kind, rows)
    await killedAtEach(kind, rows, head, random)
    await wrongLists(kind, rows, head)
  }
  figures.actors = actors
  return { figures, cases }
})
