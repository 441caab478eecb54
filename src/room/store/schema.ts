/** The tables of one room. Times are milliseconds since 1970; a `seq` numbers a change of the room. */
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

import type { Subscription } from '../../actor/rpc/summary'
import type { ChangeType, SystemKind } from '../../protocol'

export { outbox } from '../../actor/store/outbox-table'

/** Exactly one row once the room exists, none before. */
export const room = sqliteTable('room', {
  id: integer().primaryKey(),
  is_group: integer().notNull(),
  name: text().notNull(),
  description: text().notNull(),
  /** Storage key of the group's picture. */
  picture: text(),
  created_at: integer().notNull(),
  /** The seq of its last change of name, description or picture. */
  changed_seq: integer().notNull(),
  deleted_at: integer(),
})

/**
 * Members and former members. The rows of former members stay: their messages show their names, and a replay reports that they
 * left.
 */
export const members = sqliteTable('members', {
  user_id: integer().primaryKey(),
  role: text().notNull().$type<'owner' | 'admin' | 'member'>(),
  username: text().notNull(),
  full_name: text().notNull(),
  picture: text(),
  /** 1 for a bot. The bot of an incoming hook has the row of a former member: it speaks here and is no member. */
  is_bot: integer().notNull().default(0),
  /** The version of the person's names and picture; see `Person`. */
  person_version: integer().notNull().default(0),
  /** The seq of the last change of names or picture, 0 without one. */
  renamed_seq: integer().notNull().default(0),
  joined_at: integer().notNull(),
  joined_seq: integer().notNull(),
  left_at: integer(),
  /** 1 for a former member who left by themselves, and who is added again only with their consent. */
  left_freely: integer().notNull().default(0),
  /** The seq of the last change of role, profile or membership. */
  changed_seq: integer().notNull(),
  /** The read cursor, and the time and seq of its last move. */
  read_to: integer().notNull(),
  read_at: integer().notNull(),
  read_seq: integer().notNull(),
  /** The newest steps of the read cursor; see `ReadStepStore`. Older ones are in the table `read_steps`. */
  read_steps: text().notNull().default('[]'),
  /** The delivered cursor, and the seq of its last move. */
  delivered_to: integer().notNull(),
  delivered_seq: integer().notNull(),
  /** The changes that the sidebar receives; `none` for a former member whose sidebar has the removal. */
  subscription: text().notNull().$type<Subscription>(),
})

/** Blocks between people of this room, reported by the blocker's sidebar and by the directory. */
export const blocks = sqliteTable(
  'blocks',
  {
    blocker: integer().notNull(),
    blocked: integer().notNull(),
    /** The room's seq when it received the block. */
    seq: integer().notNull().default(0),
    /** JSON of a `FrozenState`; null for a block of an earlier release. */
    frozen: text(),
  },
  (table) => [primaryKey({ columns: [table.blocker, table.blocked] })],
)
/** Steps of read cursors that no longer fit the members' rows, some dozens in each row. */
export const readSteps = sqliteTable(
  'read_steps',
  {
    user_id: integer().notNull(),
    /** The newest message that the steps of this row reach. */
    read_to: integer().notNull(),
    steps: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.user_id, table.read_to] })],
)

export const messages = sqliteTable(
  'messages',
  {
    /** The room's seq when it was sent. */
    id: integer().primaryKey(),
    sender_id: integer().notNull(),
    client_id: text(),
    /** Null once deleted. */
    content: text(),
    /** JSON of an Attachment; null when there is none or the message was deleted. */
    image: text(),
    /** The sender's description of the image. */
    image_alt: text(),
    file: text(),
    reply_to: integer(),
    created_at: integer().notNull(),
    edited_at: integer(),
    deleted_at: integer(),
    /** The seq of the last edit or reaction, or of the deletion; null for a message without any. */
    changed_seq: integer(),
    /** JSON of StoredMention[]; null for a text without @, and for messages of earlier releases. */
    mentions: text(),
  },
  (table) => [
    // Finds the message of a repeated client_id at any later time.
    uniqueIndex('messages_client').on(table.sender_id, table.client_id).where(sql`${table.client_id} IS NOT NULL`),
    // Partial, so that sending writes nothing to it.
    index('messages_changed').on(table.changed_seq).where(sql`${table.changed_seq} IS NOT NULL`),
    // Its highest seq tells whether a copied text may be outdated.
    index('messages_rewritten')
      .on(table.changed_seq)
      .where(sql`${table.edited_at} IS NOT NULL OR ${table.deleted_at} IS NOT NULL`),
    // Finds messages with images, and with files, among many that have neither.
    index('messages_image').on(table.id).where(sql`${table.image} IS NOT NULL`),
    index('messages_file').on(table.id).where(sql`${table.file} IS NOT NULL`),
  ],
)

/** The system messages of a group. `id` is the seq that each took. */
export const systemMessages = sqliteTable('system_lines', {
  id: integer().primaryKey(),
  kind: text().notNull().$type<SystemKind>(),
  /** The member whom the change is about, and the member who made it. */
  user_id: integer(),
  by_id: integer(),
  /** The new name of the room, or the new role. */
  value: text(),
  created_at: integer().notNull(),
})

/** Reactions. `seq` is that of the change that added the reaction. */
export const reactions = sqliteTable(
  'reactions',
  {
    message_id: integer().notNull(),
    emoji: text().notNull(),
    user_id: integer().notNull(),
    seq: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.message_id, table.emoji, table.user_id] })],
)

/** Earlier texts of edited messages. */
export const versions = sqliteTable(
  'versions',
  {
    message_id: integer().notNull(),
    replaced_at: integer().notNull(),
    written_at: integer().notNull(),
    content: text(),
  },
  (table) => [primaryKey({ columns: [table.message_id, table.replaced_at] })],
)

/**
 * Exactly one row while the search index is being rebuilt, none otherwise. The index itself (`search_folded`) is a virtual table,
 * which drizzle cannot describe; `search` is the index of earlier releases, and empty.
 */
export const searchRebuild = sqliteTable('search_rebuild', {
  /** Messages with a lower id are not in the index. */
  below: integer().primaryKey(),
})

/** Stored objects that are or were on messages here. An object is on one message only. */
export const attached = sqliteTable('attached', {
  key: text().primaryKey(),
  message_id: integer().notNull(),
})

/** Invites of former members who left by themselves. A declined invite excludes another one for a while. */
export const invitations = sqliteTable('invitations', {
  user_id: integer().primaryKey(),
  invited_by: integer().notNull(),
  invited_at: integer().notNull(),
  declined_at: integer(),
})

/** One row: the stored bytes, and what was announced and projected of them; see `Quota`. */
export const storage = sqliteTable('storage', {
  id: integer().primaryKey(),
  announced_level: text({ enum: ['ok', 'near', 'full'] }).notNull(),
  projected_bytes: integer().notNull(),
  /** Bytes of the attachments of undeleted messages. */
  attachment_bytes: integer().notNull(),
})

/** People who may not join by a link, nor be added. */
export const bans = sqliteTable('bans', {
  user_id: integer().primaryKey(),
  /** Empty: the directory has the names. Earlier releases stored them here, where erasure did not reach them. */
  username: text().notNull(),
  banned_by: integer().notNull(),
  banned_at: integer().notNull(),
})

/** Invitation links. At most one is open: opening one revokes the one before. */
export const links = sqliteTable('links', {
  code: text().primaryKey(),
  created_by: integer().notNull(),
  created_at: integer().notNull(),
  expires_at: integer(),
  uses: integer().notNull(),
  max_uses: integer(),
  revoked_at: integer(),
})

/** Incoming hooks: URLs by which programs post here. */
export const hooks = sqliteTable('hooks', {
  id: integer().primaryKey(),
  /** SHA-256 of the URL's secret: a leaked table lets nobody post. */
  hash: text().notNull().unique(),
  name: text().notNull(),
  /** The author of its messages, in `members`. */
  bot_id: integer().notNull(),
  /** The admin who made it, and whose budget its messages are charged to. */
  created_by: integer().notNull(),
  created_at: integer().notNull(),
})

/** Outgoing webhooks that receive this room's changes. Empty in a deployment without webhooks. */
export const webhooks = sqliteTable('webhooks', {
  id: integer().primaryKey(),
  /** The webhook receives changes above this seq. */
  since: integer().notNull(),
})

/**
 * Changes that webhooks receive, by their seq: written only while a webhook receives them. New messages are read from `messages`.
 * What a change shows is read when it is delivered.
 */
export const changes = sqliteTable('changes', {
  seq: integer().primaryKey(),
  type: text().notNull().$type<ChangeType>(),
  /** The message or the user that the change is about; null for a change of the room. */
  subject: integer(),
  at: integer().notNull(),
})

export type RoomRow = typeof room.$inferSelect
export type MemberRow = typeof members.$inferSelect
export type MessageRow = typeof messages.$inferSelect
export type SystemMessageRow = typeof systemMessages.$inferSelect
export type ReactionRow = typeof reactions.$inferSelect
export type InvitationRow = typeof invitations.$inferSelect
export type BlockRow = typeof blocks.$inferSelect
export type BanRow = typeof bans.$inferSelect
export type LinkRow = typeof links.$inferSelect
export type HookRow = typeof hooks.$inferSelect
export type ChangeRow = typeof changes.$inferSelect
