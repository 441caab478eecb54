/** drizzle's tables equal the tables that the migrations make. */
import { env } from 'cloudflare:workers'
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import { expect, test } from 'vitest'
import * as schema from '../../src/directory/schema'

const tables = Object.values(schema).map((table) => getTableConfig(table as SQLiteTable))

async function rows<T>(sql: string, ...bound: unknown[]): Promise<T[]> {
  return (
    await env.DIRECTORY.prepare(sql)
      .bind(...bound)
      .all<T>()
  ).results
}

test('there is no other table', async () => {
  const made = await rows<{ name: string }>(
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT GLOB '_cf*' AND name <> 'd1_migrations'`,
  )
  expect(made.map((table) => table.name).sort()).toEqual(tables.map((table) => table.name).sort())
})

test.each(tables)('$name has the same columns, and takes no value of another type', async ({ name, columns }) => {
  const made = await rows<{ name: string; type: string; notnull: number; pk: number }>(
    'SELECT * FROM pragma_table_info(?)',
    name,
  )
  const ours = columns.map((column) => [column.name, column.getSQLType().toUpperCase(), column.notNull])
  expect(made.map((column) => [column.name, column.type, column.notnull === 1])).toEqual(ours)
  const [list] = await rows<{ strict: number }>('SELECT strict FROM pragma_table_list WHERE name = ?', name)
  expect(list?.strict).toBe(1)
})
