/** Messages, as the members of their room see them, and the bodies that send and change them. */
import * as z from 'zod'
import { toEmoji } from './emoji'
import { ClientId, Id } from './ids'
import { LIMITS } from './limits'
import { textSchema } from './names'
import { PageQuery } from './pages'
import { ImageUrl, Sender, Timestamp } from './users'

/** A reader of a message, and the time at which their read cursor reached or passed it. */
export const ReadStatus = z
  .object({ id: z.int(), user: z.object({ id: z.int(), username: z.string() }), timestamp: Timestamp })
  .meta({ id: 'ReadStatus' })
export type ReadStatus = z.infer<typeof ReadStatus>

/** `read` and `delivered` mean by every other member. */
export const MessageStatus = z.enum(['sent', 'delivered', 'read'])
export type MessageStatus = z.infer<typeof MessageStatus>

/** The part of an answered message that a quote shows. */
export const Quote = z
  .object({
    id: z.int(),
    sender: z.int(),
    sender_name: z.string(),
    content: z.string().nullable(),
    deleted: z.boolean(),
  })
  .meta({ id: 'Quote' })

/** One emoji on a message, with all users who gave it, in the order in which they did. */
export const Reaction = z
  .object({ emoji: z.string(), count: z.int(), user_ids: z.array(z.int()) })
  .meta({ id: 'Reaction' })
export type Reaction = z.infer<typeof Reaction>

/**
 * A mention: the person's id, their username at that time, and the range in `content`, in UTF-16 units and with the `@`.
 * Clients show exactly these as mentions.
 */
export const Mention = z
  .object({ id: z.int(), username: z.string(), start: z.int(), length: z.int() })
  .meta({ id: 'Mention' })
export type Mention = z.infer<typeof Mention>

/** Fields of a message without mentions and reactions. */
export const NO_MESSAGE_DETAILS = { mentions: [], reactions: [], read_statuses: [] }

export const Message = z
  .object({
    id: z.int(),
    /** The room's seq at the last change of this message, at first its `id`. Of two states the higher seq is newer. */
    seq: z.int(),
    room: z.int(),
    sender: Sender,
    content: z.string().nullable(),
    /** In the order of the text. */
    mentions: z.array(Mention),
    image: ImageUrl,
    image_width: z.int().nullable(),
    image_height: z.int().nullable(),
    /** The sender's description of the image. */
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

/** The newest message of a room, as a list shows it. `text` replaces a `content` of null. */
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

/** A search result: a message with the name of its room and the part of its text around the match. */
export const FoundMessage = Message.extend({ chat_name: z.string(), snippet: z.string() }).meta({ id: 'FoundMessage' })
export type FoundMessage = z.infer<typeof FoundMessage>

/** A message's text without surrounding blanks. Blank text is refused later, where attachments are known. */
export const Content = z.string().trim().max(LIMITS.messageLength, `At most ${LIMITS.messageLength} characters.`)

/** The `id` from `POST /api/images/` or `/api/files/`: valid for a day and for the person who uploaded. */
const UploadId = z.string().min(1).max(LIMITS.uploadIdLength)

/** The description of an image, for people who do not see it. Blank means none. */
export const ImageAlt = textSchema(LIMITS.imageAltLength, `At most ${LIMITS.imageAltLength} characters.`).transform(
  (text) => text || null,
)

/** An edit: a new text, a new description of the image, or both. */
export const Edit = z.object({ content: Content.optional(), image_alt: ImageAlt.nullish() })
export type Edit = z.infer<typeof Edit>
export const changesSomething = ({ content, image_alt }: Edit) => content !== undefined || image_alt !== undefined
export const nothingChanged = { path: ['content'], error: 'This field is required.' }

/** One emoji of Unicode's list, with any skin tone. Its fully qualified form is stored. */
export const Emoji = z
  .string()
  .max(LIMITS.emojiLength)
  .transform((text, context) => {
    const emoji = toEmoji(text)
    if (emoji !== null) return emoji
    context.addIssue('This is not one emoji.')
    return z.NEVER
  })

/** A message to send, over a socket or REST. */
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
  /** Returns only system messages, which are left out otherwise. */
  type: z.enum(['system']).optional(),
  search: z.string().trim().max(LIMITS.roomNameLength).optional(),
})

export const SendBody = MessageDraft

/** `image_alt` may be changed alone. */
export const EditBody = Edit.refine(changesSomething, nothingChanged)

/** An emoji in a path. */
export const EmojiInPath = z.object({ emoji: Emoji })
