/** The outbox, and the tables for staff and operator. */
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { words } from './columns'

/**
 * Changes in the directory that an actor must still learn. The change and its entry are one transaction, and delivery removes
 * the entry, so that a request that dies loses nothing. The content is read at delivery.
 */
export const outbox = sqliteTable(
  'outbox',
  {
    /** The person whose actors receive the entry. */
    user_id: integer().notNull(),
    kind: text({ enum: ['person', 'picture', 'presence', 'block', 'friend_request', 'session'] }).notNull(),
    /** The other person, the friend request, or the session that ended. 0 for the person themselves. */
    subject: integer().notNull(),
    /** New with each change, so that delivery of an older entry does not remove a newer one. */
    revision: integer().notNull(),
    created_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.user_id, table.kind, table.subject] })],
)

/** In development, the newest mails. Empty in a deployed build. */
export const devMail = sqliteTable('dev_mail', {
  id: integer().primaryKey(),
  recipient: text().notNull(),
  subject: text().notNull(),
  text: text().notNull(),
  sent_at: integer().notNull(),
})

/**
 * Stored bytes of people and rooms, for staff. `Uploads` and rooms write their rows whenever the figure has changed by a
 * hundredth of the quota. A row with 0 bytes is deleted.
 */
export const storage = sqliteTable(
  'storage',
  {
    kind: text({ enum: ['user', 'room'] }).notNull(),
    id: integer().notNull(),
    bytes: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.id] }), index('storage_by_bytes').on(table.kind, table.bytes)],
)

/**
 * Where the sweep continues: it calls actors one after the other, so that each notices work whose alarm was lost. Times are
 * milliseconds since 1970.
 */
export const sweeps = sqliteTable('sweeps', {
  kind: text({ enum: ['user', 'room'] }).primaryKey(),
  /** The last id that was called; 0 before the first. */
  after_id: integer().notNull(),
  swept_at: integer().notNull(),
  /** Since when the oldest pending work of this round is overdue; null when none was found. */
  overdue_since: integer(),
  /** The same of the round before. */
  overdue_before: integer(),
})

/** Outgoing webhooks. Each has an actor of its own, which delivers and keeps what it has delivered. */
export const webhooks = sqliteTable('webhooks', {
  id: integer().primaryKey(),
  url: text().notNull(),
  /** JSON array of event types; null for all. */
  events: text(),
  /** The only room whose changes it receives; null for all rooms and people. */
  room_id: integer(),
  /** URLs in what is delivered begin with this origin. */
  origin: text().notNull(),
  /** The secret is derived from its salt and the deployment's secret. */
  salt: text().notNull(),
  /** The salt before the last rotation, by which requests are signed as well until `previous_until`. */
  previous_salt: text(),
  previous_until: integer(),
  created_at: integer().notNull(),
  /** Since when nothing is delivered; null while it is on. */
  disabled_at: integer(),
  /** `gone` when the receiver answered 410, else the host's own wish. */
  disabled_reason: text({ enum: ['gone', 'host'] }),
})

/** Tokens of bots, which last until they are revoked. Each stands for a session without end. */
export const botTokens = sqliteTable('bot_tokens', {
  /** SHA-256 of the token. */
  hash: text().primaryKey(),
  user_id: integer().notNull().unique(),
  session_id: integer().notNull(),
  created_at: integer().notNull(),
})

/**
 * API keys of hosts. A secret is derived from its salt and the deployment's secret, so that it can also verify signatures; the
 * hash finds a key by its secret.
 */
export const apiKeys = sqliteTable(
  'api_keys',
  {
    id: integer().primaryKey(),
    name: words(),
    /** JSON array of scopes. */
    scopes: text().notNull(),
    salt: text().notNull(),
    /** SHA-256 of the secret. */
    hash: text().notNull().unique(),
    /** The secret before the last rotation, which works until `previous_until`. */
    previous_salt: text(),
    previous_hash: text().unique(),
    previous_until: integer(),
    created_by: integer(),
    created_at: integer().notNull(),
    rotated_at: integer(),
    revoked_at: integer(),
  },
  (table) => [uniqueIndex('api_keys_by_name').on(table.name).where(sql`${table.revoked_at} IS NULL`)],
)

/** The actions of staff and operator. Rows hold only ids of people, so that erasing an account changes no row. */
export const audit = sqliteTable(
  'audit',
  {
    id: integer().primaryKey(),
    at: integer().notNull(),
    /** The staff account. Null for a command of the operator. */
    actor_id: integer(),
    action: text().notNull(),
    /** The account or room that the action concerns. */
    user_id: integer(),
    room_id: integer(),
    detail: words(),
  },
  (table) => [index('audit_by_actor').on(table.actor_id), index('audit_by_user').on(table.user_id)],
)

export type WebhookRow = typeof webhooks.$inferSelect
export type OutboxRow = typeof outbox.$inferSelect
export type ApiKeyRow = typeof apiKeys.$inferSelect
export type AuditRow = typeof audit.$inferSelect
