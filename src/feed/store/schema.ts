/** What one person's feed keeps. Times are milliseconds since 1970. */
import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

export const notifications = sqliteTable(
  'notifications',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    type: text().notNull(),
    /** Names what it is about, so that being told of it again changes nothing. */
    subject: text(),
    sender: text(),
    sender_id: integer(),
    message: text().notNull(),
    content: text(),
    /** The room's seq up to which the content is known to be what the message says. */
    known_at: integer().notNull(),
    chat_name: text(),
    room_id: integer(),
    message_id: integer(),
    /** Counts what is unread in its room above this message. */
    above: integer().notNull().default(0),
    /** Which time the subject was news; see `News`, whose version this is. */
    occasion: integer().notNull().default(0),
    count: integer().notNull(),
    at: integer().notNull(),
    is_read: integer().notNull(),
    /** An `InviteStatus`, of an invitation that can be accepted or declined. */
    invitation: text({ enum: ['open', 'accepted', 'declined', 'withdrawn'] }),
  },
  (table) => [
    index('notifications_newest').on(table.at, table.id),
    index('notifications_unread').on(table.at, table.id).where(sql`${table.is_read} = 0`),
    uniqueIndex('notifications_subject').on(table.subject).where(sql`${table.subject} IS NOT NULL`),
    // Finds what is open about a room when its messages are read there, and what tells of a text that has changed.
    index('notifications_room').on(table.room_id, table.is_read),
  ],
)

/** Up to which message what is unread in a room has been dealt with here (marked read, or removed) without being read there. */
export const settled = sqliteTable('settled', {
  room_id: integer().primaryKey(),
  up_to: integer().notNull().default(0),
  /** The room's seq up to which what notifications quote of it is known to be what it says. */
  checked: integer().notNull().default(0),
})

/**
 * Subjects that are not announced (again): their notification was removed, or what they are about was over before they
 * were announced. Kept apart from notifications, so that whoever removes one does not remove the memory of it.
 */
export const spent = sqliteTable('spent', {
  subject: text().primaryKey(),
  at: integer().notNull(),
  /** What of the subject came after this is news again; null: nothing is. */
  occasion: integer(),
})

export type NotificationRow = typeof notifications.$inferSelect
