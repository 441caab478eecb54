/** The table of one budget. Times are milliseconds since 1970. */
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** At most one row, written rarely: a row written costs as much as the frames of twenty messages. */
export const spent = sqliteTable('spent', {
  id: integer().primaryKey(),
  /** JSON: when each balance will be full again, by class. */
  until: text().notNull(),
})
