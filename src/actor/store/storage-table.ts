/** What an actor remembers of its storage: one row. A schema that exports it has the table. */
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

export const storage = sqliteTable('storage', {
  id: integer().primaryKey(),
  /** The level that people were told of last. */
  told: text({ enum: ['ok', 'near', 'full'] }).notNull(),
  /** The bytes that the directory has. */
  projected: integer().notNull(),
})
