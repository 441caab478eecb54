/** An actor's schema in the hands of two builds: the newer one migrates, the older one reads, the newer one goes on. */
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import { expect, test } from 'vitest'
import { type Migration, migrate, type Snapshot } from '../../src/actor/store/migrate'

/** Each actor's migrations and its `schema.ts`, by its folder. */
const lists = import.meta.glob<{ migrations: readonly Migration[]; snapshot: Snapshot }>(
  ['../../src/*/migrations.ts', '../../src/*/store/migrations.ts'],
  { eager: true },
)
const schemas = import.meta.glob<object>(['../../src/*/schema.ts', '../../src/*/store/schema.ts'], { eager: true })
const released = Object.keys(import.meta.glob('../../migrations/*/0*.sql', { query: '?raw' }))
const actors = Object.entries(lists).map(([path, { migrations, snapshot }]) => ({
  name: path.split('/')[3] ?? '',
  migrations,
  snapshot,
  schema: Object.values(schemas[path.replace('migrations.ts', 'schema.ts')] ?? {}) as SQLiteTable[],
}))

const NOTES: Migration = { id: '0000_notes', sql: 'CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)' }
const WEIGHTS: Migration = {
  id: '0001_weights',
  sql: 'ALTER TABLE notes ADD COLUMN weight INTEGER NOT NULL DEFAULT 0',
}
const BODIES: Migration = { id: '0002_bodies', sql: `ALTER TABLE notes ADD COLUMN body TEXT NOT NULL DEFAULT ''` }
const WITHOUT_TEXT: Migration = {
  id: '0003_without_text',
  sql: 'ALTER TABLE notes DROP COLUMN text',
  readableFrom: BODIES.id,
}

let databases = 0

/** Runs `work` with a database of its own: the tables of whatever actor lends it are dropped first. */
function inDatabase(work: (storage: DurableObjectStorage) => void): Promise<void> {
  const stub = env.BUDGETS.getByName(`migrate ${++databases}`)
  return runInDurableObject(stub, (_, { storage }) => {
    emptied(storage)
    work(storage)
  })
}

function emptied({ sql }: DurableObjectStorage): void {
  const tables = sql
    .exec<{ name: string }>(
      `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'
         ORDER BY sql LIKE 'CREATE VIRTUAL%' DESC`,
    )
    .toArray()
  // With a virtual table go the tables behind it.
  for (const { name } of tables) sql.exec(`DROP TABLE IF EXISTS ${name}`)
}

const note = ({ sql }: DurableObjectStorage) => sql.exec('INSERT INTO notes (text) VALUES (?)', 'a note')
const notes = ({ sql }: DurableObjectStorage) => sql.exec('SELECT id FROM notes').toArray().length

test('an older build reads and writes what a newer one has added to, and the newer one goes on from there', () =>
  inDatabase((storage) => {
    migrate(storage, [NOTES, WEIGHTS, BODIES])
    note(storage)
    migrate(storage, [NOTES])
    note(storage)
    migrate(storage, [NOTES, WEIGHTS, BODIES])
    expect(notes(storage)).toBe(2)
    expect(storage.sql.exec('SELECT weight, body FROM notes').toArray()).toEqual([
      { weight: 0, body: '' },
      { weight: 0, body: '' },
    ])
  }))

test('an older build refuses a schema that it cannot read, names the step and changes nothing', () =>
  inDatabase((storage) => {
    migrate(storage, [NOTES, WEIGHTS, BODIES, WITHOUT_TEXT])
    const before = storage.sql.exec('SELECT * FROM migrations').toArray()
    expect(() => migrate(storage, [NOTES, WEIGHTS])).toThrow(/0003_without_text was applied here by a newer build/)
    expect(storage.sql.exec('SELECT * FROM migrations').toArray()).toEqual(before)
    // The build that stopped using the column before it was dropped works on the result.
    migrate(storage, [NOTES, WEIGHTS, BODIES])
  }))

test('a database whose steps were recorded before records said from which step they are readable keeps them', () =>
  inDatabase((storage) => {
    storage.sql.exec('CREATE TABLE migrations (place INTEGER PRIMARY KEY, id TEXT NOT NULL)')
    storage.sql.exec('CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)')
    storage.sql.exec('INSERT INTO migrations (place, id) VALUES (0, ?)', NOTES.id)
    note(storage)
    migrate(storage, [NOTES, WEIGHTS])
    expect(notes(storage)).toBe(1)
    expect(storage.sql.exec('SELECT * FROM migrations').toArray()).toEqual([
      { position: 0, id: NOTES.id, steps_needed: 0 },
      { position: 1, id: WEIGHTS.id, steps_needed: 0 },
    ])
  }))

test('a step that names a step which does not exist is refused before anything is changed', () =>
  inDatabase((storage) => {
    const wrong = { ...WEIGHTS, readableFrom: '0009_nowhere' }
    expect(() => migrate(storage, [NOTES, wrong])).toThrow(/0009_nowhere is named by readableFrom/)
    expect(storage.sql.exec('SELECT id FROM migrations').toArray()).toEqual([{ id: NOTES.id }])
  }))

test('there is a list of migrations for every actor', () => {
  expect(actors.map(({ name }) => name).sort()).toEqual(['budget', 'feed', 'room', 'sidebar', 'uploads', 'webhook'])
})

test.each(actors)('the list of a $name has every released migration, in order', ({ name, migrations }) => {
  const files = released.filter((path) => path.includes(`/${name}/`)).map((path) => path.split('/').at(-1))
  expect(migrations.map(({ id }) => `${id}.sql`)).toEqual(files.sort())
})

test.each(actors)(
  'the migrations of a $name make the tables of its schema, which take no value of another type',
  ({ migrations, schema }) =>
    inDatabase((storage) => {
      migrate(storage, migrations)
      expect(schema.length).toBeGreaterThan(0)
      for (const table of schema) {
        const { name, columns } = getTableConfig(table)
        const made = storage.sql
          .exec<{ name: string; type: string; notnull: number }>('SELECT * FROM pragma_table_info(?)', name)
          .toArray()
          .map((column) => [column.name, column.type, column.notnull === 1])
        const ours = columns.map((column) => [column.name, column.getSQLType().toUpperCase(), column.notNull])
        expect({ name, columns: made.sort() }).toEqual({ name, columns: ours.sort() })
        const { strict } = storage.sql
          .exec<{ strict: number }>('SELECT strict FROM pragma_table_list WHERE name = ?', name)
          .one()
        expect({ name, strict }).toEqual({ name, strict: 1 })
      }
    }),
)

/** Tables, indexes and triggers with their SQL, the rows of all ordinary tables, and the recorded steps. */
function everythingIn({ sql }: DurableObjectStorage) {
  const objects = sql
    .exec<{ type: string; name: string; sql: string }>(
      `SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE '\\_cf%' ESCAPE '\\' ORDER BY name`,
    )
    .toArray()
  const tables = objects.filter(
    ({ type, name, sql }) =>
      type === 'table' && !/VIRTUAL/.test(sql) && !/_(data|idx|content|docsize|config)$/.test(name),
  )
  const rows = tables.map(({ name }) => [name, sql.exec(`SELECT * FROM "${name}"`).toArray()])
  return { objects: objects.map((each) => ({ ...each, sql: each.sql.replaceAll(/["`]/g, '') })), rows }
}

test.each(actors)('a new $name equals one that took each step', ({ migrations, snapshot }) =>
  inDatabase((storage) => {
    migrate(storage, migrations)
    const stepwise = everythingIn(storage)
    emptied(storage)
    migrate(storage, migrations, snapshot)
    expect(everythingIn(storage)).toEqual(stepwise)
    // A step that is missing in the snapshot would be taken all the same, at its full price.
    expect(snapshot.upTo).toBe(migrations.at(-1)?.id)
  }),
)

test('a later step is taken after the snapshot, and a step that fails leaves nothing of it', () =>
  inDatabase((storage) => {
    const snapshot = { upTo: WEIGHTS.id, sql: `${NOTES.sql}\n--> statement-breakpoint\n${WEIGHTS.sql}` }
    const broken = { ...snapshot, sql: `${snapshot.sql}\n--> statement-breakpoint\nnonsense` }
    expect(() => migrate(storage, [NOTES, WEIGHTS], broken)).toThrow('Migration 0001_weights failed at: nonsense')
    migrate(storage, [NOTES, WEIGHTS, BODIES], snapshot)
    note(storage)
    expect(storage.sql.exec('SELECT weight, body FROM notes').toArray()).toEqual([{ weight: 0, body: '' }])
    migrate(storage, [NOTES, WEIGHTS, BODIES], snapshot)
    expect(notes(storage)).toBe(1)
  }))

/** For each actor: the step that renames, statements that write rows before it, and a query with its result after it. */
const RENAMED: [actor: string, rename: string, rows: string[], query: string, after: object[]][] = [
  [
    'sidebar',
    '0004_names',
    [
      `INSERT INTO me (user_id, online, last_seen, shown_at, checked_at) VALUES (7, 1, 10, 20, 30)`,
      'INSERT INTO places (place, session_id) VALUES (0, 5), (12, 5)',
      'INSERT INTO ended (session_id, ended_at) VALUES (6, 40)',
      `INSERT INTO outbox (key, payload, attempts, due, revision) VALUES
         ('end:0', '{"place":0,"sessions":[6]}', 0, 1, 1), ('end:12', '{"place":12,"sessions":[6,8]}', 0, 1, 1)`,
    ],
    `SELECT targets_checked_at AS a, (SELECT group_concat(target) FROM open_targets) AS b,
       (SELECT ended_at FROM ended_sessions) AS c, (SELECT group_concat(key || payload, ' ') FROM outbox) AS d FROM owner`,
    [
      {
        a: 30,
        b: '0,12',
        c: 40,
        d: 'end:12{"target":12,"sessions":[6,8]} end:feed{"target":"feed","sessions":[6]}',
      },
    ],
  ],
  [
    'feed',
    '0004_names',
    [
      `INSERT INTO notifications (type, message, known_at, above, occasion, count, at, is_read) VALUES ('system', 'x', 1, 2, 3, 4, 5, 0)`,
      'INSERT INTO settled (room_id, up_to, checked) VALUES (9, 8, 7)',
      `INSERT INTO spent (subject, at, occasion) VALUES ('s', 6, 5)`,
    ],
    `SELECT as_of AS a, counts_after AS b, subject_version AS c, dismissed_to AS d, quotes_as_of AS e, up_to_version AS f
       FROM notifications, dismissed, spent_subjects`,
    [{ a: 1, b: 2, c: 3, d: 8, e: 7, f: 5 }],
  ],
  [
    'room',
    '0008_subscriptions',
    [
      ...['awake', 'idle', 'asleep'].map(
        (state, index) => `INSERT INTO members
           (user_id, role, username, full_name, joined_at, joined_seq, changed_seq, read_to, read_at, read_seq, delivered_to,
            delivered_seq, sidebar) VALUES (${index}, 'member', 'u', 'U', 1, 1, 1, 0, 0, 0, 0, 0, '${state}')`,
      ),
      `UPDATE storage SET attached = 3, told = 'near', projected = 4`,
      `INSERT INTO blocks (blocker, blocked, frozen) VALUES
         (1, 2, '{"shown":{"username":"u"},"seq":5}'), (2, 1, '{"shown":null,"seq":6}')`,
      `INSERT INTO outbox (key, payload, attempts, due, revision) VALUES ('news:1', '{"user":1,"news":{"subject":"s"}}', 0, 1, 1)`,
    ],
    `SELECT (SELECT group_concat(subscription) FROM members) AS a, announced_level AS b, projected_bytes AS c,
       attachment_bytes AS d, (SELECT group_concat(frozen, ' ') FROM blocks) AS e,
       (SELECT key || payload FROM outbox) AS f FROM storage`,
    [
      {
        a: 'all,firstUnread,none',
        b: 'near',
        c: 4,
        d: 3,
        e: '{"seq":5,"profile":{"username":"u"}} {"seq":6,"profile":null}',
        f: 'announcement:1{"user":1,"announcement":{"subject":"s"}}',
      },
    ],
  ],
  [
    'uploads',
    '0003_names',
    [
      `INSERT INTO waiting (key, due) VALUES ('k', 1)`,
      `INSERT INTO holds (key, holder, released) VALUES ('k', 'person', 1)`,
      `INSERT INTO reserved (key, place, until) VALUES ('k', 'room 3', 2)`,
    ],
    'SELECT due AS a, holder AS b, room AS c FROM removals, object_references, reservations',
    [{ a: 1, b: 'person', c: 'room 3' }],
  ],
]

test.each(RENAMED)('rows of a %s survive the renaming of its columns', (actor, rename, rows, query, after) =>
  inDatabase((storage) => {
    const { migrations = [] } = actors.find(({ name }) => name === actor) ?? {}
    const step = migrations.findIndex(({ id }) => id === rename)
    migrate(storage, migrations.slice(0, step))
    for (const row of rows) storage.sql.exec(row)
    migrate(storage, migrations.slice(0, step + 1))
    expect(storage.sql.exec(query).toArray()).toEqual(after)
  }),
)
