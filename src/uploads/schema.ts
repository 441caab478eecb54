/** What one person's account of uploads keeps. Times are milliseconds since 1970. */
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Stored objects that nothing shows, or nothing yet, and when each is removed. */
export const waiting = sqliteTable('waiting', {
  key: text().primaryKey(),
  due: integer().notNull(),
})

/** Which places show which objects, and did: a place that was released is remembered as long as the object exists. */
export const holds = sqliteTable(
  'holds',
  {
    key: text().notNull(),
    holder: text().notNull(),
    released: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.key, table.holder] })],
)
