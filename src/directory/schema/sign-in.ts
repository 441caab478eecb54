/** Sessions, the devices and codes that begin them, and the counts of attempts. */
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { users } from './accounts'
import { flag, words } from './columns'

export const sessions = sqliteTable(
  'sessions',
  {
    id: integer().primaryKey(),
    user_id: integer()
      .notNull()
      .references(() => users.id),
    /** The number of the current refresh token. Each refresh adds one. */
    generation: integer().notNull().default(0),
    /** SHA-256 of the current refresh token's `jti`. */
    refresh_hash: text().notNull(),
    rotated_at: integer().notNull(),
    /** The user agent, shortened. Clients show it as `device`. */
    user_agent: text().notNull(),
    created_at: integer().notNull(),
    last_used_at: integer().notNull(),
    expires_at: integer().notNull(),
    ended_at: integer(),
    /** The device that refreshed last, or signed in: see `known_devices`. Empty in rows of a version that did not record it. */
    device_id: words(),
    /** The newest generation whose access token was used. */
    used_generation: integer().notNull().default(0),
  },
  (table) => [index('sessions_by_user').on(table.user_id)],
)

/** Devices that have signed in to an account. Each has its own count of attempts and mails, which strangers cannot use up. */
export const knownDevices = sqliteTable(
  'known_devices',
  {
    user_id: integer()
      .notNull()
      .references(() => users.id),
    /** A keyed digest of the device's own key, or of its network and user agent where it sends no key. */
    device_id: text().notNull(),
    seen_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.user_id, table.device_id] })],
)

export const socketTickets = sqliteTable(
  'socket_tickets',
  {
    /** SHA-256 of the ticket: a leaked table opens no socket. */
    hash: text().primaryKey(),
    session_id: integer()
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    expires_at: integer().notNull(),
  },
  (table) => [index('socket_tickets_by_expiry').on(table.expires_at)],
)

/** Mailed codes, each bound to the attempt that requested it. */
export const mailedCodes = sqliteTable(
  'mailed_codes',
  {
    kind: text({ enum: ['verify_email', 'change_email', 'login', 'reset_password'] }).notNull(),
    /** Lower case. */
    address: text().notNull(),
    /** The SHA-256 of a login's challenge. For other codes the device, and the registration if there is one. */
    attempt: text().notNull(),
    device_id: text().notNull(),
    /** The account. Null for a registration, and for an address without an account: then no code was sent. */
    user_id: integer().references(() => users.id),
    registration_id: integer(),
    /** Keyed digest of the code. */
    hash: text().notNull(),
    tries: integer().notNull().default(0),
    expires_at: integer().notNull(),
    /** When the row is deleted: later than the code expires, so that its attempts stay counted. */
    forget_at: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.kind, table.address, table.attempt] }),
    index('mailed_codes_by_attempt').on(table.attempt),
    index('mailed_codes_by_user').on(table.user_id),
    index('mailed_codes_by_forgetting').on(table.forget_at),
  ],
)

/** A requested change of address. It takes effect when the code that was mailed there is confirmed. */
export const addressChanges = sqliteTable('address_changes', {
  user_id: integer()
    .primaryKey()
    .references(() => users.id),
  /** Lower case. */
  address: text().notNull(),
  device_id: text().notNull(),
  /** The session that requested the change. When it is ended, the change is cancelled. */
  session_id: integer().notNull(),
  expires_at: integer().notNull(),
})

/** Long codes that allow the reader of a mailbox to choose a new password, from any device. */
export const recoveryCodes = sqliteTable(
  'recovery_codes',
  {
    /** SHA-256 of the code. */
    hash: text().primaryKey(),
    user_id: integer()
      .notNull()
      .references(() => users.id),
    /** The address that the code was mailed to. */
    address: text().notNull(),
    /** Whether the code also makes `address` the account's own again, after a change of address. */
    restores_address: flag(),
    created_at: integer().notNull(),
    expires_at: integer().notNull(),
    /** Whether no other account may take `address` while the code is valid. Only verified addresses are reserved. */
    reserves_address: flag(),
  },
  (table) => [
    index('recovery_codes_by_user').on(table.user_id),
    index('recovery_codes_by_address').on(table.address),
    index('recovery_codes_by_expiry').on(table.expires_at),
  ],
)

/** Counts of guesses at passwords and codes, with growing delays: see `AttemptRate`. */
export const attempts = sqliteTable(
  'attempts',
  {
    /** A keyed digest of what is guessed and who guesses. */
    subject: text().primaryKey(),
    /** When the count is back at zero. */
    until: integer().notNull(),
    /** The next guess is refused before this. */
    next_at: integer().notNull(),
  },
  (table) => [index('attempts_by_until').on(table.until)],
)

/** Rate limits of addresses: see `Rate`. Each use deletes rows that have run out, so the table stays small. */
export const rates = sqliteTable(
  'rates',
  {
    /** A keyed digest of what is counted and for whom. */
    subject: text().primaryKey(),
    until: integer().notNull(),
  },
  (table) => [index('rates_by_until').on(table.until)],
)

export type SessionRow = typeof sessions.$inferSelect
export type CodeRow = typeof mailedCodes.$inferSelect
