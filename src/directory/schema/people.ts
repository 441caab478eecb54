/** Search for people, their relationships and their presence. */
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { users } from './accounts'
import { flag } from './columns'

/**
 * Search index for people: every ending of their `search_key`, so that each part of a name is the beginning of a row. A
 * virtual table is no option, because D1 cannot export a database that has one. Triggers are none, because D1 counts their
 * rows among the changes of a statement.
 */
export const nameSuffixes = sqliteTable(
  'name_suffixes',
  { suffix: text().notNull(), user_id: integer().notNull() },
  (table) => [primaryKey({ columns: [table.suffix, table.user_id] })],
)

/** Friend requests. An answered request stays, and asking again makes a new one. */
export const friendRequests = sqliteTable(
  'friend_requests',
  {
    id: integer().primaryKey(),
    from_user: integer()
      .notNull()
      .references(() => users.id),
    to_user: integer()
      .notNull()
      .references(() => users.id),
    status: text({ enum: ['pending', 'accepted', 'rejected', 'cancelled'] }).notNull(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [
    // Two people have at most one pending request, in either direction.
    uniqueIndex('friend_requests_open')
      .on(sql`min(${table.from_user}, ${table.to_user})`, sql`max(${table.from_user}, ${table.to_user})`)
      .where(sql`${table.status} = 'pending'`),
    index('friend_requests_by_sender').on(table.from_user, table.to_user),
    index('friend_requests_by_receiver').on(table.to_user, table.from_user),
    index('friend_requests_sent').on(table.from_user, table.status, table.created_at),
    index('friend_requests_received').on(table.to_user, table.status, table.created_at),
  ],
)

/** Friendships. `low` is the smaller user id of the two. */
export const friendships = sqliteTable(
  'friendships',
  {
    low: integer()
      .notNull()
      .references(() => users.id),
    high: integer()
      .notNull()
      .references(() => users.id),
    since: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.low, table.high] }), index('friendships_by_high').on(table.high)],
)

/**
 * Blocks. A block works in both directions, and only the blocker can lift it. The blocked person sees the blocker's profile as
 * it was at that moment, and no later change of it.
 */
export const blocks = sqliteTable(
  'blocks',
  {
    blocker: integer()
      .notNull()
      .references(() => users.id),
    blocked: integer()
      .notNull()
      .references(() => users.id),
    created_at: integer().notNull(),
    /** JSON of `ProfileSnapshot`: the blocker's profile at the moment of the block. Null for blocks of earlier versions, which hide nothing. */
    profile_snapshot: text(),
  },
  (table) => [primaryKey({ columns: [table.blocker, table.blocked] }), index('blocks_by_blocked').on(table.blocked)],
)

/** Presence. Each sidebar writes the row of its person. */
export const presence = sqliteTable('presence', {
  user_id: integer().primaryKey(),
  online: flag(),
  last_seen: integer().notNull(),
})

export type FriendRequestRow = typeof friendRequests.$inferSelect
export type BlockRow = typeof blocks.$inferSelect
