/** What one person's account of uploads keeps. Times are milliseconds since 1970. */
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

export { storage } from '../actor/store/storage-table'

/** Stored objects that nothing shows, or nothing yet, and when each is removed. */
export const waiting = sqliteTable('waiting', {
  key: text().primaryKey(),
  due: integer().notNull(),
})

/** Every object that is known here, and its size: of one that is on its way, what it may have at most. */
export const objects = sqliteTable('objects', {
  key: text().primaryKey(),
  /** Null until R2 has been asked: objects from before sizes were kept, and restored ones. */
  bytes: integer(),
})

/** Objects that a message is about to show, in which room, and until when that counts: the room tells whether it does. */
export const reserved = sqliteTable(
  'reserved',
  {
    key: text().notNull(),
    place: text().notNull(),
    until: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.key, table.place] })],
)

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
