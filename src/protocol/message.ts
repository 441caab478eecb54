/** Messages, as the members of their room see them. */
import * as z from 'zod'
import { ImageUrl, Sender, Timestamp } from './user'

/** Who has read a message, and when their read cursor came to or past it. */
export const ReadStatus = z
  .object({ id: z.int(), user: z.object({ id: z.int(), username: z.string() }), timestamp: Timestamp })
  .meta({ id: 'ReadStatus' })
export type ReadStatus = z.infer<typeof ReadStatus>

/** `read` and `delivered` mean: by everyone else who is in the room. */
export const MessageStatus = z.enum(['sent', 'delivered', 'read'])
export type MessageStatus = z.infer<typeof MessageStatus>

/** The message another one answers, as much of it as a quote shows. */
export const Quote = z
  .object({
    id: z.int(),
    sender: z.int(),
    sender_name: z.string(),
    content: z.string().nullable(),
    deleted: z.boolean(),
  })
  .meta({ id: 'Quote' })

/** One emoji on a message: how many gave it, and who, in the order they did. All of them: at most the room's members. */
export const Reaction = z
  .object({ emoji: z.string(), count: z.int(), user_ids: z.array(z.int()) })
  .meta({ id: 'Reaction' })
export type Reaction = z.infer<typeof Reaction>

/**
 * A person whom a message names: who, under which username then, and where in `content`, in UTF-16 units and with the
 * `@`. What is shown as a mention is one of these, and nothing else is.
 */
export const Mention = z
  .object({ id: z.int(), username: z.string(), start: z.int(), length: z.int() })
  .meta({ id: 'Mention' })
export type Mention = z.infer<typeof Mention>

export const Message = z
  .object({
    id: z.int(),
    /** The room's seq at its last change; its `id` while there was none. Of two states the one with the higher counts. */
    seq: z.int(),
    room: z.int(),
    sender: Sender,
    content: z.string().nullable(),
    /** In the order in which they stand there. */
    mentions: z.array(Mention),
    image: ImageUrl,
    image_width: z.int().nullable(),
    image_height: z.int().nullable(),
    /** What the image shows, in the sender's words. */
    image_alt: z.string().nullable(),
    file: z.string().nullable(),
    file_name: z.string().nullable(),
    file_size: z.int().nullable(),
    reply_to: z.int().nullable(),
    reply_preview: Quote.nullable(),
    timestamp: Timestamp,
    edited_at: Timestamp.nullable(),
    deleted: z.boolean(),
    client_id: z.string().nullable(),
    /** Emoji in the order in which they were first given. */
    reactions: z.array(Reaction),
    status: MessageStatus,
    read_statuses: z.array(ReadStatus),
  })
  .meta({ id: 'Message' })
export type Message = z.infer<typeof Message>

/** The newest message of a room, as a list shows it. `text` is what to show where there is no content. */
export const LastMessage = z
  .object({
    id: z.int(),
    content: z.string().nullable(),
    text: z.string(),
    sender: z.int(),
    sender_name: z.string(),
    timestamp: Timestamp,
  })
  .meta({ id: 'LastMessage' })
export type LastMessage = z.infer<typeof LastMessage>

/** An earlier text of an edited message. */
export const Version = z
  .object({ content: z.string().nullable(), timestamp: Timestamp, replaced_at: Timestamp })
  .meta({ id: 'Version' })
export type Version = z.infer<typeof Version>

/** A message that was searched for, with its room's name and the part of its text around what was sought. */
export const FoundMessage = Message.extend({ chat_name: z.string(), snippet: z.string() }).meta({ id: 'FoundMessage' })
export type FoundMessage = z.infer<typeof FoundMessage>
