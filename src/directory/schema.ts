/**
 * The directory's tables: accounts, their sessions and what stands between people, which the directory owns, and the
 * index of rooms and presence, which the actors write and only listing and search read.
 *
 * Times are milliseconds since 1970, flags are 0 or 1. Keys are named like their columns, so a row is the same object
 * whether drizzle or a prepared statement fetched it. The migration adds STRICT and, where a row is little more than
 * its key, WITHOUT ROWID (one row written instead of two); drizzle has no words for either.
 */
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { CIRCLES } from '../protocol/circle'

const flag = () => integer().notNull().default(0)
const words = () => text().notNull().default('')

export const users = sqliteTable(
  'users',
  {
    id: integer().primaryKey(),
    username: text().notNull(),
    /** The username made `caseless`: unique whatever its case and form. */
    username_key: text().notNull().unique(),
    /** Lower case. Null once the account is erased. */
    email: text().unique(),
    email_verified_at: integer(),
    /** With its parameters. Null once the account is erased: nothing matches it. */
    password_hash: text(),
    first_name: words(),
    last_name: words(),
    bio: words(),
    /** The names as earlier versions fold them: these still search by them. */
    first_name_key: words(),
    last_name_key: words(),
    /** Storage key of the picture. */
    picture: text(),
    /** Whether signing in asks for a code sent to `email` as well. */
    login_otp: flag(),
    is_staff: flag(),
    disabled_at: integer(),
    erased_at: integer(),
    created_at: integer().notNull(),
    /** The fold of username and names, for `?search=`. Null until a row of an earlier version has been brought up to date. */
    search_key: text(),
    /** Who may put them into a group, and who sees when they are online: one of `CIRCLES`. */
    who_may_add_me: text({ enum: CIRCLES }).notNull().default('everyone'),
    who_sees_me_online: text({ enum: CIRCLES }).notNull().default('everyone'),
    /** Grows with each change of names or picture, so that of two copies the newer is known. */
    version: integer().notNull().default(0),
  },
  (table) => [
    // What is listed: a listing walks past nobody who is not in it.
    index('users_listed')
      .on(table.username_key)
      .where(sql`${table.erased_at} IS NULL AND ${table.disabled_at} IS NULL`),
    index('users_listed_by_id').on(table.id).where(sql`${table.erased_at} IS NULL AND ${table.disabled_at} IS NULL`),
    index('users_staff').on(table.username_key).where(sql`${table.is_staff} = 1`),
    index('users_disabled').on(table.username_key).where(sql`${table.disabled_at} IS NOT NULL`),
    index('users_unfolded').on(table.id).where(sql`${table.search_key} IS NULL`),
  ],
)

/**
 * Where people are found: the endings of their `search_key`, so that any part of a name is the beginning of a row. No
 * virtual table, because D1 exports no database that has one, and no triggers, because D1 counts their rows among the
 * changes of a statement.
 */
export const nameSuffixes = sqliteTable(
  'name_suffixes',
  { suffix: text().notNull(), user_id: integer().notNull() },
  (table) => [primaryKey({ columns: [table.suffix, table.user_id] })],
)

/** What the usernames look like that somebody has, or had until lately. */
export const usernameSkeletons = sqliteTable(
  'username_skeletons',
  {
    /** SHA-256 of a skeleton (UTS 39). */
    skeleton_hash: text().primaryKey(),
    user_id: integer().notNull(),
    /** When anybody may take it; null while it is the look of their username. */
    free_at: integer(),
  },
  (table) => [
    index('username_skeletons_by_user').on(table.user_id),
    index('username_skeletons_resting').on(table.free_at).where(sql`${table.free_at} IS NOT NULL`),
  ],
)

export const sessions = sqliteTable(
  'sessions',
  {
    id: integer().primaryKey(),
    user_id: integer()
      .notNull()
      .references(() => users.id),
    /** Which refresh token of the session is the living one; each refresh adds one. */
    generation: integer().notNull().default(0),
    /** SHA-256 of the living refresh token's `jti`. */
    refresh_hash: text().notNull(),
    rotated_at: integer().notNull(),
    /** The user agent, shortened. */
    user_agent: text().notNull(),
    created_at: integer().notNull(),
    last_used_at: integer().notNull(),
    expires_at: integer().notNull(),
    ended_at: integer(),
    /** Who refreshed last, or signed in: see `known_devices`. Empty in rows of a version that did not record it. */
    device_id: words(),
    /** The newest generation whose access token was used. */
    used_generation: integer().notNull().default(0),
  },
  (table) => [index('sessions_by_user').on(table.user_id)],
)

/** From which devices somebody has signed in: others can use up neither their tries nor their mails. */
export const knownDevices = sqliteTable(
  'known_devices',
  {
    user_id: integer()
      .notNull()
      .references(() => users.id),
    /** A keyed digest of the device's own key, or of its network and user agent where it sends none. */
    device_id: text().notNull(),
    seen_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.user_id, table.device_id] })],
)

export const socketTickets = sqliteTable(
  'socket_tickets',
  {
    /** SHA-256 of the ticket: reading this table opens no socket. */
    hash: text().primaryKey(),
    session_id: integer()
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    expires_at: integer().notNull(),
  },
  (table) => [index('socket_tickets_by_expiry').on(table.expires_at)],
)

/** Codes that were mailed, each bound to the attempt that asked for it. */
export const mailedCodes = sqliteTable(
  'mailed_codes',
  {
    kind: text({ enum: ['verify_email', 'change_email', 'login', 'reset_password'] }).notNull(),
    /** Lower case. */
    address: text().notNull(),
    /** The attempt: of a login the SHA-256 of its challenge, otherwise its device. */
    attempt: text().notNull(),
    device_id: text().notNull(),
    /** Whose account it is for. Null when it is for a registration, or nobody has the address: then none was sent. */
    user_id: integer().references(() => users.id),
    registration_id: integer(),
    /** Keyed digest of the code. */
    hash: text().notNull(),
    tries: integer().notNull().default(0),
    expires_at: integer().notNull(),
    /** When the row is swept: later than the code expires, so that a spent try is not forgotten. */
    forget_at: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.kind, table.address, table.attempt] }),
    index('mailed_codes_by_attempt').on(table.attempt),
    index('mailed_codes_by_user').on(table.user_id),
    index('mailed_codes_by_forgetting').on(table.forget_at),
  ],
)

/** An address that somebody wants instead of their own: it counts once a code that was sent there has come back. */
export const addressChanges = sqliteTable('address_changes', {
  user_id: integer()
    .primaryKey()
    .references(() => users.id),
  /** Lower case. */
  address: text().notNull(),
  device_id: text().notNull(),
  /** Whose end is the end of the change. */
  session_id: integer().notNull(),
  expires_at: integer().notNull(),
})

/** Long codes that let whoever reads an address's mail choose a new password, from any device. */
export const recoveryCodes = sqliteTable(
  'recovery_codes',
  {
    /** SHA-256 of the code. */
    hash: text().primaryKey(),
    user_id: integer()
      .notNull()
      .references(() => users.id),
    /** Where it was sent. */
    address: text().notNull(),
    /** Whether it also makes `address` the account's own again: it was sent there because another was to replace it. */
    restores_address: flag(),
    created_at: integer().notNull(),
    expires_at: integer().notNull(),
    /** Whether nobody else may take `address` while the code is good: only one that was verified is kept for its account. */
    reserves_address: flag(),
  },
  (table) => [
    index('recovery_codes_by_user').on(table.user_id),
    index('recovery_codes_by_address').on(table.address),
    index('recovery_codes_by_expiry').on(table.expires_at),
  ],
)

/** Accounts to be, where addresses must be verified: one of those for an address becomes the account, and ends the others. */
export const registrations = sqliteTable(
  'registrations',
  {
    /** The id that the account gets. */
    id: integer().primaryKey(),
    /** Lower case. */
    address: text().notNull(),
    device_id: text().notNull(),
    username: text().notNull(),
    username_key: text().notNull(),
    password_hash: text().notNull(),
    first_name: words(),
    last_name: words(),
    /** Storage key of the picture. */
    picture: text(),
    created_at: integer().notNull(),
    expires_at: integer().notNull(),
  },
  (table) => [
    index('registrations_by_device').on(table.address, table.device_id),
    index('registrations_by_username').on(table.username_key),
    index('registrations_by_expiry').on(table.expires_at),
  ],
)

/** Tries at what can be guessed, with delays that grow; see `Pace`. */
export const attempts = sqliteTable(
  'attempts',
  {
    /** A keyed digest of what is tried, and of who tries it. */
    subject: text().primaryKey(),
    /** When all tries will have been given back. */
    until: integer().notNull(),
    /** No try before this. */
    next_at: integer().notNull(),
  },
  (table) => [index('attempts_by_until').on(table.until)],
)

/** In development, the newest mails as they were sent. Empty in a deployed build. */
export const devMail = sqliteTable('dev_mail', {
  id: integer().primaryKey(),
  recipient: text().notNull(),
  subject: text().notNull(),
  text: text().notNull(),
  sent_at: integer().notNull(),
})

/** One person asked another to be friends. A settled request stays; asking again is a new one. */
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
    // Two people have one open request at most, whoever asked.
    uniqueIndex('friend_requests_open')
      .on(sql`min(${table.from_user}, ${table.to_user})`, sql`max(${table.from_user}, ${table.to_user})`)
      .where(sql`${table.status} = 'pending'`),
    index('friend_requests_by_sender').on(table.from_user, table.to_user),
    index('friend_requests_by_receiver').on(table.to_user, table.from_user),
    index('friend_requests_sent').on(table.from_user, table.status, table.created_at),
    index('friend_requests_received').on(table.to_user, table.status, table.created_at),
  ],
)

/** Two friends; the smaller user id comes first. */
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
 * Who wants nothing to do with whom. It counts both ways; only the blocker can lift it. What the blocker is called and
 * looks like afterwards is not for the blocked person, who goes on seeing them as they were.
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
    /** JSON of `ShownProfile`: the blocker when they blocked. Null for blocks of earlier versions: then nothing is hidden. */
    profile_snapshot: text(),
  },
  (table) => [primaryKey({ columns: [table.blocker, table.blocked] }), index('blocks_by_blocked').on(table.blocked)],
)

/**
 * What an actor has yet to hear of a change made here: written with the change, removed once the actor has it, so that
 * nothing depends on how long the request lives that made the change. What is told is read when it is told.
 */
export const outbox = sqliteTable(
  'outbox',
  {
    /** Whose actors are to hear it. */
    user_id: integer().notNull(),
    kind: text({ enum: ['person', 'picture', 'presence', 'block', 'friend_request'] }).notNull(),
    /** The other person, or the friend request; 0 where it is about the person themselves. */
    subject: integer().notNull(),
    /** Another with each change: having heard of one does not count for the next. */
    revision: integer().notNull(),
    created_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.user_id, table.kind, table.subject] })],
)

/** Written by each room; `version` makes late or repeated writes harmless. */
export const rooms = sqliteTable(
  'rooms',
  {
    id: integer().primaryKey(),
    is_group: integer().notNull(),
    name: words(),
    /** The name as earlier versions fold it. */
    name_key: words(),
    picture: text(),
    member_count: integer().notNull().default(0),
    created_at: integer().notNull(),
    version: integer().notNull().default(0),
    deleted_at: integer(),
    /** The fold of the name, for `?search=`; null as in users. */
    search_key: text(),
  },
  (table) => [
    index('rooms_unfolded').on(table.id).where(sql`${table.search_key} IS NULL`),
    index('rooms_newest').on(table.created_at).where(sql`${table.deleted_at} IS NULL`),
  ],
)

/** Written by each room. A member who left keeps a row, so that a late older write cannot bring them back. */
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

/** The one room of each pair; the smaller user id comes first. */
export const directRooms = sqliteTable(
  'direct_rooms',
  {
    low: integer().notNull(),
    high: integer().notNull(),
    room_id: integer().notNull().unique(),
  },
  (table) => [primaryKey({ columns: [table.low, table.high] })],
)

/** Written by each person's sidebar when they come and go. */
export const presence = sqliteTable('presence', {
  user_id: integer().primaryKey(),
  online: flag(),
  last_seen: integer().notNull(),
})

/** Invitations to register, where `REGISTRATION` asks for one. */
export const registrationInvites = sqliteTable('registration_invites', {
  id: integer().primaryKey(),
  /** SHA-256 of the code: reading this table lets nobody register. */
  hash: text().notNull().unique(),
  /** Who made it; null for a command of the operator. */
  created_by: integer(),
  created_at: integer().notNull(),
  expires_at: integer(),
  uses: integer().notNull().default(0),
  max_uses: integer(),
  revoked_at: integer(),
})

/**
 * What people and rooms have stored, for staff: written by each account of uploads and each room when it has changed by a
 * hundredth of what is allowed. Who has nothing stored is missing.
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

/** What is still to be waited for; see `Rate`. Swept as it is used, so it is as long as the list of those who wait. */
export const rates = sqliteTable(
  'rates',
  {
    /** A keyed digest of what is counted, and of whom. */
    subject: text().primaryKey(),
    until: integer().notNull(),
  },
  (table) => [index('rates_by_until').on(table.until)],
)

/** What staff and the operator's commands did. Only ids of people, so that erasing an account empties no row here. */
export const audit = sqliteTable(
  'audit',
  {
    id: integer().primaryKey(),
    at: integer().notNull(),
    /** Who did it; null for a command of the operator. */
    actor_id: integer(),
    action: text().notNull(),
    /** To whom, or to which room. */
    user_id: integer(),
    room_id: integer(),
    detail: words(),
  },
  (table) => [index('audit_by_actor').on(table.actor_id), index('audit_by_user').on(table.user_id)],
)

export type UserRow = typeof users.$inferSelect
export type SessionRow = typeof sessions.$inferSelect
export type CodeRow = typeof mailedCodes.$inferSelect
export type RegistrationRow = typeof registrations.$inferSelect
export type RoomRow = typeof rooms.$inferSelect
export type AuditRow = typeof audit.$inferSelect
export type BlockRow = typeof blocks.$inferSelect
export type RegistrationInviteRow = typeof registrationInvites.$inferSelect
export type OutboxRow = typeof outbox.$inferSelect
export type FriendRequestRow = typeof friendRequests.$inferSelect
