/** The table of `Outbox`. An actor that has an outbox exports it from its schema. */
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

export const outbox = sqliteTable('outbox', {
  key: text().primaryKey(),
  payload: text().notNull(),
  attempts: integer().notNull(),
  due: integer().notNull(),
  revision: integer().notNull(),
  /** The id of the request that enqueued the entry, for the log. */
  cause: text(),
})
