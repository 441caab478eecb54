/** The tables of one uploads actor. Times are milliseconds since 1970. */
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

export { storage } from '../actor/store/storage-table'

/** Objects without an active reference, and when each is removed. */
export const removals = sqliteTable('removals', {
  key: text().primaryKey(),
  due: integer().notNull(),
})

/** Every object, stored or about to be, and its size: at most so many bytes while its upload is under way. */
export const objects = sqliteTable('objects', {
  key: text().primaryKey(),
  /** Null until R2 answered: objects from before sizes were stored, and restored ones. */
  bytes: integer(),
})

/** Objects that a message of a room is about to show, and until when. The room then reports whether the message does. */
export const reservations = sqliteTable(
  'reservations',
  {
    key: text().notNull(),
    /** The beginning of the holder that the room's messages have: `room <id>`. */
    room: text().notNull(),
    until: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.key, table.room] })],
)

/** References to objects by holder. A released one stays until its object is removed, so that a late report cannot revive it. */
export const objectReferences = sqliteTable(
  'object_references',
  {
    key: text().notNull(),
    holder: text().notNull(),
    released: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.key, table.holder] })],
)
