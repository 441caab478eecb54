/** The table of `Quota`: one row. An actor that has a quota exports it from its schema. */
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

export const storage = sqliteTable('storage', {
  id: integer().primaryKey(),
  /** The level that was announced last. */
  announced_level: text({ enum: ['ok', 'near', 'full'] }).notNull(),
  /** The bytes that the directory has. */
  projected_bytes: integer().notNull(),
})
