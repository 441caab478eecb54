/** What one room keeps. Times are milliseconds since 1970; `seq` numbers are places in the room's one order of events. */
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

import type { Subscription } from '../../actor/rpc/summary'
import type { SystemKind } from '../../protocol'

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
 * Everyone who is or was in the room. People who left stay: their messages need their names, and a resume must be able
 * to say that they are gone.
 */
export const members = sqliteTable('members', {
  user_id: integer().primaryKey(),
  role: text().notNull().$type<'owner' | 'admin' | 'member'>(),
  username: text().notNull(),
  full_name: text().notNull(),
  picture: text(),
  /** Which version of the person's names and picture these are; see `Person`. */
  person_version: integer().notNull().default(0),
  /** The seq at which these last changed, 0 when they never did. */
  renamed_seq: integer().notNull().default(0),
  joined_at: integer().notNull(),
  joined_seq: integer().notNull(),
  left_at: integer(),
  /** 1 for somebody who left by themselves: nobody puts them back without their consent. */
  left_freely: integer().notNull().default(0),
  /** The seq of their last change of role, name or membership. */
  changed_seq: integer().notNull(),
  /** The newest message they have read, and when and at which seq they got there. */
  read_to: integer().notNull(),
  read_at: integer().notNull(),
  read_seq: integer().notNull(),
  /** The newest steps by which they got there; see `ReadSteps`. Older ones are in `read_steps`. */
  read_steps: text().notNull().default('[]'),
  /** The newest message that has reached a device of theirs, and at which seq it did. */
  delivered_to: integer().notNull(),
  delivered_seq: integer().notNull(),
  /** What their sidebar wants to hear; see SidebarState. For people who left: asleep once they know it. */
  subscription: text().notNull().$type<Subscription>(),
})

/** Who of two people in this room has blocked the other, told by the blocker's sidebar and by the directory. */
export const blocks = sqliteTable(
  'blocks',
  {
    blocker: integer().notNull(),
    blocked: integer().notNull(),
    /** The room's seq when it learnt of it. */
    seq: integer().notNull().default(0),
    /** JSON of a `FrozenState`; null for a block of an earlier version. */
    frozen: text(),
  },
  (table) => [primaryKey({ columns: [table.blocker, table.blocked] })],
)
/** Steps of members' read cursors that no longer fit their row: some dozens in each row. */
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
    /** What the image shows, in the sender's words. */
    image_alt: text(),
    file: text(),
    reply_to: integer(),
    created_at: integer().notNull(),
    edited_at: integer(),
    deleted_at: integer(),
    /** The seq of its last edit or reaction, or of its deletion; null while it is as it was sent. */
    changed_seq: integer(),
    /** JSON of StoredMention[]; null where there is no @, and of messages of before mentions were kept. */
    mentions: text(),
  },
  (table) => [
    // A repeated client_id finds the first answer, at any later time.
    uniqueIndex('messages_client').on(table.sender_id, table.client_id).where(sql`${table.client_id} IS NOT NULL`),
    // Partial, so that sending writes nothing to it.
    index('messages_changed').on(table.changed_seq).where(sql`${table.changed_seq} IS NOT NULL`),
    // The highest of them says whether a text that was told of before may be another by now.
    index('messages_rewritten')
      .on(table.changed_seq)
      .where(sql`${table.edited_at} IS NOT NULL OR ${table.deleted_at} IS NOT NULL`),
    // Finds messages with images, and with files, among many that have neither.
    index('messages_image').on(table.id).where(sql`${table.image} IS NOT NULL`),
    index('messages_file').on(table.id).where(sql`${table.file} IS NOT NULL`),
  ],
)

/** What happened to a group and its people: its system messages, by the seq that each took. */
export const systemMessages = sqliteTable('system_lines', {
  id: integer().primaryKey(),
  kind: text().notNull().$type<SystemKind>(),
  /** Whom it happened to, and who did it. */
  user_id: integer(),
  by_id: integer(),
  /** The new name of the room, or the new role. */
  value: text(),
  created_at: integer().notNull(),
})

/** Who reacted to which message with which emoji; `seq` is the place of the reaction. */
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
 * Exactly one row while older messages are still to be put into the search index, none otherwise. The index itself
 * (`search_folded`) is a virtual table, which drizzle has no words for; `search` is the one before it, and empty.
 */
export const searchRebuild = sqliteTable('search_rebuild', {
  /** Messages with a lower id are not in the index. */
  below: integer().primaryKey(),
})

/** Stored objects that messages here show or showed: none is shown by a second one. */
export const attached = sqliteTable('attached', {
  key: text().primaryKey(),
  message_id: integer().notNull(),
})

/** People who have left by themselves and are asked to come back. One who declined cannot be asked again for a while. */
export const invitations = sqliteTable('invitations', {
  user_id: integer().primaryKey(),
  invited_by: integer().notNull(),
  invited_at: integer().notNull(),
  declined_at: integer(),
})

/** One row: what the room takes, and what of that was told; see `Quota`. */
export const storage = sqliteTable('storage', {
  id: integer().primaryKey(),
  announced_level: text({ enum: ['ok', 'near', 'full'] }).notNull(),
  projected_bytes: integer().notNull(),
  /** Bytes of what hangs on messages that are not deleted. */
  attachment_bytes: integer().notNull(),
})

/** People who may not come in by a link, nor be added. */
export const bans = sqliteTable('bans', {
  user_id: integer().primaryKey(),
  /** Empty: what people are called the directory knows. Earlier versions kept it here, where erasing did not find it. */
  username: text().notNull(),
  banned_by: integer().notNull(),
  banned_at: integer().notNull(),
})

/** Invitation links. At most one is open: making one revokes the one before. */
export const links = sqliteTable('links', {
  code: text().primaryKey(),
  created_by: integer().notNull(),
  created_at: integer().notNull(),
  expires_at: integer(),
  uses: integer().notNull(),
  max_uses: integer(),
  revoked_at: integer(),
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
