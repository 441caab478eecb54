/** The tables of one sidebar. Times are milliseconds since 1970. */
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

export { outbox } from '../../actor/store/outbox-table'

/** One row about the sidebar's owner, from their first connection on. */
export const owner = sqliteTable('owner', {
  user_id: integer().primaryKey(),
  online: integer().notNull(),
  last_seen: integer().notNull(),
  /** Up to when a socket of theirs was sent every change. */
  shown_at: integer().notNull(),
  /** When every open target was last asked whether it is still open. */
  targets_checked_at: integer().notNull().default(0),
  /** When the sidebar learned that the account is erased; the row is then all that remains. */
  erased_at: integer(),
  /** JSON of the owner's `Person`; null until it was reported here. */
  person: text(),
})

/** The owner's rooms as last reported. A room that is gone keeps its row, so that an older report cannot restore it. */
export const rooms = sqliteTable(
  'rooms',
  {
    room_id: integer().primaryKey(),
    /** The room's seq at this state. */
    version: integer().notNull(),
    gone: integer().notNull(),
    is_group: integer().notNull(),
    name: text().notNull(),
    title: text().notNull(),
    description: text().notNull(),
    picture: text(),
    /** The other member of a direct room. */
    peer: integer(),
    members: integer().notNull(),
    /** The room's seq when the owner joined; 0 in rows from before it was reported. */
    joined_seq: integer().notNull().default(0),
    created_at: integer().notNull(),
    last_activity: integer().notNull(),
    /** JSON of a LastMessage. */
    last_message: text(),
    unread: integer().notNull(),
    /** JSON of a LastMessage: the newest unread one. */
    last_unread: text(),
    /** The newest unread message that an open connection was shown: up to it nothing is announced. */
    seen_to: integer().notNull().default(0),
    /** The room's seq when a text in it was last edited or deleted. */
    rewritten: integer().notNull(),
    /** Which events of the room the owner is notified of: 'all', 'mentions' or 'nothing'. */
    notify: text().notNull().$type<'all' | 'mentions' | 'nothing'>(),
    pinned: integer().notNull(),
    nickname: text(),
    /** Grows with each change of this row on which the feed depends. */
    revision: integer().notNull().default(0),
    /** The room does not push every change: the sidebar asks it before it reads this row. */
    stale: integer().notNull(),
    added_at: integer().notNull(),
    changed_at: integer().notNull(),
    /** When it was last pinned or unpinned: the pages of one listing agree on what was pinned when the listing began. */
    pin_changed_at: integer().notNull().default(0),
  },
  (table) => [
    index('rooms_activity').on(table.last_activity, table.room_id),
    // Few rows, read for each first page.
    index('rooms_pinned').on(table.room_id).where(sql`${table.pinned} = 1`),
  ],
)

/** Rooms and the feed (0) in which sessions of the owner have open sockets. The sidebar's own sockets are not listed. */
export const openTargets = sqliteTable(
  'open_targets',
  { target: integer().notNull(), session_id: integer().notNull() },
  (table) => [primaryKey({ columns: [table.target, table.session_id] })],
)

/** Sessions that ended, kept while access tokens of theirs may be valid. */
export const endedSessions = sqliteTable('ended_sessions', {
  session_id: integer().primaryKey(),
  ended_at: integer().notNull(),
})

/**
 * The newest generation of each session's tokens that was used, from the first refresh on. A spent refresh token is answered
 * again only until its successor was used.
 */
export const usedGenerations = sqliteTable('used_generations', {
  session_id: integer().primaryKey(),
  generation: integer().notNull(),
  used_at: integer().notNull(),
})

export type RoomRow = typeof rooms.$inferSelect
export type OwnerRow = typeof owner.$inferSelect
