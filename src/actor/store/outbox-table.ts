/** The table behind the outbox, for the schemas of the actors that have one. */
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** What an actor owes its neighbours; see `Outbox`. */
export const outbox = sqliteTable('outbox', {
  key: text().primaryKey(),
  payload: text().notNull(),
  attempts: integer().notNull(),
  due: integer().notNull(),
  revision: integer().notNull(),
  /** The id of the request that made the debt, for the log. */
  cause: text(),
})
