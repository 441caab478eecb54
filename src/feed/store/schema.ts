/** The tables of one feed. Times are milliseconds since 1970. */
import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

export const notifications = sqliteTable(
  'notifications',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    type: text().notNull(),
    /** Identifies what the notification is about, so that a repeated announcement changes nothing. */
    subject: text(),
    sender: text(),
    sender_id: integer(),
    message: text().notNull(),
    content: text(),
    /** The version at which names and texts were read: the room's seq, or the version of the sender's names. */
    as_of: integer().notNull(),
    chat_name: text(),
    room_id: integer(),
    message_id: integer(),
    /** `count` covers the room's unread messages after this one. */
    counts_after: integer().notNull().default(0),
    /** The version of the subject; see `Announcement`. */
    subject_version: integer().notNull().default(0),
    count: integer().notNull(),
    at: integer().notNull(),
    is_read: integer().notNull(),
    /** The status of an invite that can be accepted or declined; null for every other type. */
    invitation: text({ enum: ['open', 'accepted', 'declined', 'withdrawn'] }),
  },
  (table) => [
    index('notifications_newest').on(table.at, table.id),
    index('notifications_unread').on(table.at, table.id).where(sql`${table.is_read} = 0`),
    uniqueIndex('notifications_subject').on(table.subject).where(sql`${table.subject} IS NOT NULL`),
    // Finds the unread notifications about a room that is read, and all about a room whose texts changed.
    index('notifications_room').on(table.room_id, table.is_read),
  ],
)

/** Watermarks of rooms. */
export const dismissed = sqliteTable('dismissed', {
  room_id: integer().primaryKey(),
  /** The newest message whose notification was marked read or removed without reading the room; 0 for none. */
  dismissed_to: integer().notNull().default(0),
  /** The room's seq up to which all texts and names in its notifications are current. */
  quotes_as_of: integer().notNull().default(0),
})

/**
 * Subjects that are not announced again: their notification was removed, or its end was reported before its beginning.
 * A table of its own, because the notification is gone.
 */
export const spentSubjects = sqliteTable('spent_subjects', {
  subject: text().primaryKey(),
  spent_at: integer().notNull(),
  /** Later versions of the subject are announced; null: none is. */
  up_to_version: integer(),
})

export type NotificationRow = typeof notifications.$inferSelect
