/**
 * Writes `migrations/<actor>/schema.sql`: the schema after all migrations of an actor, which a new object creates in one go.
 * Part of `npm run generate`. test/actor/migrate.test.ts compares it with the steps.
 */
import fs from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'

const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url))
const BREAKPOINT = '--> statement-breakpoint'
const ACTORS = ['room', 'sidebar', 'feed', 'uploads', 'budget', 'webhook']

/**
 * The statements that make a database equal to this one: tables, indexes, triggers and rows.
 * @param {DatabaseSync} database
 */
function statementsOf(database) {
  const objects = /** @type {{ type: string, name: string, tbl_name: string, sql: string }[]} */ (
    database
      .prepare(
        "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
      )
      .all()
  )
  const virtual = objects.filter(({ sql }) => sql.startsWith('CREATE VIRTUAL TABLE')).map(({ name }) => name)
  // SQLite makes the tables behind a virtual table itself.
  const behind = virtual.flatMap((name) =>
    ['data', 'idx', 'content', 'docsize', 'config'].map((part) => `${name}_${part}`),
  )
  const own = objects.filter(({ tbl_name }) => !behind.includes(tbl_name))
  const rows = own
    .filter(({ type, name }) => type === 'table' && !virtual.includes(name))
    .flatMap(({ name }) =>
      database
        .prepare(`SELECT * FROM "${name}"`)
        .all()
        .map((row) => insertOf(name, row)),
    )
  return [...own.map(({ sql }) => sql), ...rows]
}

/**
 * @param {string} table
 * @param {Record<string, unknown>} row
 */
function insertOf(table, row) {
  const values = Object.values(row).map((value) =>
    typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value),
  )
  return `INSERT INTO \`${table}\` (${Object.keys(row)
    .map((name) => `\`${name}\``)
    .join(', ')}) VALUES (${values.join(', ')})`
}

for (const actor of ACTORS) {
  const folder = path.join(MIGRATIONS, actor)
  const database = new DatabaseSync(':memory:')
  const steps = fs.readdirSync(folder).filter((name) => /^\d{4}_.*\.sql$/.test(name))
  for (const step of steps.sort()) {
    for (const statement of fs.readFileSync(path.join(folder, step), 'utf8').split(BREAKPOINT)) database.exec(statement)
  }
  fs.writeFileSync(path.join(folder, 'schema.sql'), `${statementsOf(database).join(`;\n${BREAKPOINT}\n`)};\n`)
  database.close()
}
