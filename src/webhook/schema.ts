/** The tables of one webhook. Times are milliseconds since 1970. */
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** The rooms whose changes are delivered, each in the order of its seqs. */
export const lines = sqliteTable(
  'lines',
  {
    room_id: integer().primaryKey(),
    /** The seq of the last change that was delivered, is not wanted, or became a dead letter. */
    cursor: integer().notNull(),
    /** When the next attempt is due; null when the room has nothing above the cursor. */
    due: integer(),
    /** Failed attempts in a row, and when they began. */
    attempts: integer().notNull(),
    failing_since: integer(),
  },
  (table) => [index('lines_due').on(table.due)],
)

/** What was sent, and what could not be. */
export const deliveries = sqliteTable(
  'deliveries',
  {
    /** The `webhook-id`: the same in every attempt. */
    id: text().primaryKey(),
    type: text().notNull(),
    room_id: integer().notNull(),
    seq: integer().notNull(),
    status: text({ enum: ['delivered', 'failed'] }).notNull(),
    /** 1 when it is not tried again by itself. */
    is_dead: integer().notNull(),
    attempts: integer().notNull(),
    response_status: integer(),
    error: text(),
    updated_at: integer().notNull(),
  },
  (table) => [
    index('deliveries_by_status').on(table.status, table.updated_at),
    index('deliveries_by_time').on(table.updated_at),
  ],
)

/** One row while rooms have not all been told of this webhook. */
export const rollout = sqliteTable('rollout', {
  id: integer().primaryKey(),
  after_room: integer().notNull(),
})

export type LineRow = typeof lines.$inferSelect
export type DeliveryRow = typeof deliveries.$inferSelect
