/** Accounts, usernames, and registrations that are pending or invited. */
import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { CIRCLES } from '../../protocol/circle'
import { flag, words } from './columns'

export const users = sqliteTable(
  'users',
  {
    id: integer().primaryKey(),
    username: text().notNull(),
    /** The username, folded by `caseless`: unique whatever its case and Unicode form. */
    username_key: text().notNull().unique(),
    /** Lower case. Null once the account is erased. */
    email: text().unique(),
    email_verified_at: integer(),
    /** The password's hash with its parameters. Null once the account is erased: no password matches it. */
    password_hash: text(),
    first_name: words(),
    last_name: words(),
    bio: words(),
    /** The names in the fold of earlier versions, for rows whose `search_key` is still null. */
    first_name_key: words(),
    last_name_key: words(),
    /** Storage key of the picture. */
    picture: text(),
    /** Whether signing in also needs a code that was mailed to `email`. */
    login_otp: flag(),
    is_staff: flag(),
    disabled_at: integer(),
    erased_at: integer(),
    created_at: integer().notNull(),
    /** The fold of username and names, for `?search=`. Null until `backfillNames` has updated a row of an earlier version. */
    search_key: text(),
    /** Which `CIRCLES` may add this person to a group. */
    who_may_add_me: text({ enum: CIRCLES }).notNull().default('everyone'),
    /** Which `CIRCLES` see when this person is online. */
    who_sees_me_online: text({ enum: CIRCLES }).notNull().default('everyone'),
    /** Grows with each change of names or picture, so that the newer of two copies is known. */
    version: integer().notNull().default(0),
    /** The host that brought the person, and its id for them. Null for people who registered here. */
    external_issuer: text(),
    external_id: text(),
    /** Whether the host manages names and picture, so that the person cannot change them. */
    is_managed: flag(),
    /** The host's own data about the person, as JSON. */
    data: text(),
    /** 1 for an account that a program uses by a token without end. */
    is_bot: flag(),
  },
  (table) => [
    // Listings read only listed accounts by these two indexes.
    index('users_listed')
      .on(table.username_key)
      .where(sql`${table.erased_at} IS NULL AND ${table.disabled_at} IS NULL`),
    index('users_listed_by_id').on(table.id).where(sql`${table.erased_at} IS NULL AND ${table.disabled_at} IS NULL`),
    index('users_staff').on(table.username_key).where(sql`${table.is_staff} = 1`),
    index('users_disabled').on(table.username_key).where(sql`${table.disabled_at} IS NOT NULL`),
    uniqueIndex('users_external')
      .on(table.external_issuer, table.external_id)
      .where(sql`${table.external_id} IS NOT NULL`),
    index('users_unfolded').on(table.id).where(sql`${table.search_key} IS NULL`),
  ],
)

/** The skeletons of usernames in use, and of usernames that were given up recently. */
export const usernameSkeletons = sqliteTable(
  'username_skeletons',
  {
    /** SHA-256 of the skeleton (UTS 39, section 4). */
    skeleton_hash: text().primaryKey(),
    user_id: integer().notNull(),
    /** When other accounts may claim the skeleton. Null while the username is in use. */
    free_at: integer(),
  },
  (table) => [
    index('username_skeletons_by_user').on(table.user_id),
    index('username_skeletons_resting').on(table.free_at).where(sql`${table.free_at} IS NOT NULL`),
  ],
)

/** Pending registrations, where addresses must be verified. The first that is confirmed becomes the account and ends the others. */
export const registrations = sqliteTable(
  'registrations',
  {
    /** The id that the account will get. */
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

/** Invitations to register, for `REGISTRATION=invite`. */
export const registrationInvites = sqliteTable('registration_invites', {
  id: integer().primaryKey(),
  /** SHA-256 of the code: a leaked table lets nobody register. */
  hash: text().notNull().unique(),
  /** The staff account that made it. Null for a command of the operator. */
  created_by: integer(),
  created_at: integer().notNull(),
  expires_at: integer(),
  uses: integer().notNull().default(0),
  max_uses: integer(),
  revoked_at: integer(),
})

export type UserRow = typeof users.$inferSelect
export type RegistrationRow = typeof registrations.$inferSelect
export type RegistrationInviteRow = typeof registrationInvites.$inferSelect
