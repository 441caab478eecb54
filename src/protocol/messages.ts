/** Messages, as the members of their room see them, and the bodies that send and change them. */
import * as z from 'zod'
import { toEmoji } from './emoji'
import { ClientId, Id } from './ids'
import { LIMITS } from './limits'
import { textSchema } from './names'
import { PageQuery } from './pages'
import { ImageUrl, Sender, Timestamp } from './users'

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

/** A message's text. Surrounding blanks do not count; blank text is refused where attachments are known. */
export const Content = z.string().trim().max(LIMITS.messageLength, `At most ${LIMITS.messageLength} characters.`)

/** What `POST /api/images/` and `/api/files/` answer as `id`: good for a day, for the person who uploaded. */
const UploadId = z.string().min(1).max(LIMITS.uploadIdLength)

/** What an image shows, for those who do not see it. Blank is none. */
export const ImageAlt = textSchema(LIMITS.imageAltLength, `At most ${LIMITS.imageAltLength} characters.`).transform(
  (text) => text || null,
)

/** What an edit changes: a text, the description of an image, or both. */
export const Edit = z.object({ content: Content.optional(), image_alt: ImageAlt.nullish() })
export type Edit = z.infer<typeof Edit>
export const changesSomething = ({ content, image_alt }: Edit) => content !== undefined || image_alt !== undefined
export const nothingChanged = { path: ['content'], error: 'This field is required.' }

/** One emoji of Unicode's list, in any skin, however it was typed: what is kept is its one qualified form. */
export const Emoji = z
  .string()
  .max(LIMITS.emojiLength)
  .transform((text, context) => {
    const emoji = toEmoji(text)
    if (emoji !== null) return emoji
    context.addIssue('This is not one emoji.')
    return z.NEVER
  })

/** A message to send, by socket or by REST. */
export const MessageDraft = z.object({
  content: Content.optional(),
  client_id: ClientId.optional(),
  image_id: UploadId.nullish(),
  image_alt: ImageAlt.nullish(),
  file_id: UploadId.nullish(),
  reply_to: Id.optional(),
})
export type MessageDraft = z.infer<typeof MessageDraft>

const SeqParam = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER)

export const MessagesQuery = PageQuery.extend({
  before: SeqParam.optional(),
  after: SeqParam.optional(),
  /** System messages alone, which are otherwise left out. */
  type: z.enum(['system']).optional(),
  search: z.string().trim().max(LIMITS.roomNameLength).optional(),
})

export const SendBody = MessageDraft

/** `image_alt` may be changed alone. */
export const EditBody = Edit.refine(changesSomething, nothingChanged)

/** An emoji in a path. */
export const EmojiInPath = z.object({ emoji: Emoji })
