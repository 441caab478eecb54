/** What one person's budget keeps. Times are milliseconds since 1970. */
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** One row at most: it is written as seldom as possible, and each row written costs what twenty messages' frames do. */
export const spent = sqliteTable('spent', {
  id: integer().primaryKey(),
  /** JSON: by class, when all of it will have been given back. */
  until: text().notNull(),
})
