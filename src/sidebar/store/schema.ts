/** What one person's sidebar keeps. Times are milliseconds since 1970. */
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

export { outbox } from '../../actor/store/outbox-table'

/** Exactly one row once the person has been here. */
export const me = sqliteTable('me', {
  user_id: integer().primaryKey(),
  online: integer().notNull(),
  last_seen: integer().notNull(),
  /** Up to when a socket of theirs has been shown every change. */
  shown_at: integer().notNull(),
  /** When every place was last asked whether it is still open. */
  checked_at: integer().notNull().default(0),
  /** When the account was found erased: from then on this is all that is left to be known here. */
  erased_at: integer(),
  /** JSON of the Person that I am, as far as this has been told; null when it never was. */
  person: text(),
})

/** My rooms as the rooms last told them. A room that is gone stays, so that an older summary cannot bring it back. */
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
    /** The other person of a direct room. */
    peer: integer(),
    members: integer().notNull(),
    /** The room's seq when I came in, 0 when that has not been told yet. */
    joined_seq: integer().notNull().default(0),
    created_at: integer().notNull(),
    last_activity: integer().notNull(),
    /** JSON of a LastMessage. */
    last_message: text(),
    unread: integer().notNull(),
    /** JSON of a LastMessage: the newest that is unread. */
    last_unread: text(),
    /** The newest unread message that stood in an open room before my eyes: up to there nothing is announced. */
    seen_to: integer().notNull().default(0),
    /** The room's seq when a text in it was last edited or deleted. */
    rewritten: integer().notNull(),
    /** What of the room is to be notified of: 'all', 'mentions' or 'nothing'. */
    notify: text().notNull().$type<'all' | 'mentions' | 'nothing'>(),
    pinned: integer().notNull(),
    nickname: text(),
    /** Grows with each change of this row that my notifications depend on. */
    revision: integer().notNull().default(0),
    /** The room no longer tells every change: it must be asked before this row is shown. */
    stale: integer().notNull(),
    added_at: integer().notNull(),
    changed_at: integer().notNull(),
    /** When it was last pinned or no longer: pages that follow one another agree on what was pinned when they began. */
    pin_changed_at: integer().notNull().default(0),
  },
  (table) => [
    index('rooms_activity').on(table.last_activity, table.room_id),
    // Few, and always wanted: the first page of the list has them all.
    index('rooms_pinned').on(table.room_id).where(sql`${table.pinned} = 1`),
  ],
)

/** Where sockets of mine are open: a room's id, or 0 for my notifications. My own sidebar sockets are not listed. */
export const places = sqliteTable(
  'places',
  { place: integer().notNull(), session_id: integer().notNull() },
  (table) => [primaryKey({ columns: [table.place, table.session_id] })],
)

/** Sessions that have ended, for as long as an upgrade that was admitted before may still be on its way. */
export const ended = sqliteTable('ended', { session_id: integer().primaryKey(), ended_at: integer().notNull() })

export type RoomRow = typeof rooms.$inferSelect
