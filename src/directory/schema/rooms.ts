/** The index of rooms and members. */
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { flag, words } from './columns'

/** The index of rooms. Each room writes its row, and `version` makes late or repeated writes harmless. */
export const rooms = sqliteTable(
  'rooms',
  {
    id: integer().primaryKey(),
    is_group: integer().notNull(),
    name: words(),
    /** The name in the fold of earlier versions. */
    name_key: words(),
    picture: text(),
    member_count: integer().notNull().default(0),
    created_at: integer().notNull(),
    version: integer().notNull().default(0),
    deleted_at: integer(),
    /** The fold of the name, for `?search=`. Null as in `users`. */
    search_key: text(),
  },
  (table) => [
    index('rooms_unfolded').on(table.id).where(sql`${table.search_key} IS NULL`),
    index('rooms_newest').on(table.created_at).where(sql`${table.deleted_at} IS NULL`),
  ],
)

/** The index of members. Each room writes its rows. A former member keeps a row, so that a late write cannot bring them back. */
export const memberships = sqliteTable(
  'memberships',
  {
    room_id: integer().notNull(),
    user_id: integer().notNull(),
    role: text({ enum: ['owner', 'admin', 'member'] }).notNull(),
    version: integer().notNull().default(0),
    left: flag(),
  },
  (table) => [primaryKey({ columns: [table.room_id, table.user_id] }), index('memberships_by_user').on(table.user_id)],
)

/** The direct room of each pair. `low` is the smaller user id. */
export const directRooms = sqliteTable(
  'direct_rooms',
  {
    low: integer().notNull(),
    high: integer().notNull(),
    room_id: integer().notNull().unique(),
  },
  (table) => [primaryKey({ columns: [table.low, table.high] })],
)

export type RoomRow = typeof rooms.$inferSelect
