/**
 * `/ws/chat/{id}/`: both directions on one screen.
 *
 * The client sends commands; the room sends facts to everyone in it, the sender too. Facts that change the room carry
 * its `seq`. With `?after=<seq>` the room first sends every fact after `seq` that is still needed to be correct, then
 * `ready`, then what happens live. A command with a `ref` has it echoed in its answer.
 */
import * as z from 'zod'
import { asEmoji } from './emoji'
import { ClientId, Id } from './ids'
import { LIMITS } from './limits'
import { Message } from './message'
import { textOf } from './names'
import { Participant, RoomDetail } from './room'
import { Sender, Timestamp } from './user'

/** Echoed in the answer to the command that carried it. */
export const Ref = z.union([z.string().max(64), z.number()])
export type Ref = z.infer<typeof Ref>

const command = <T extends string, S extends z.core.$ZodShape>(type: T, shape: S) =>
  z.object({ type: z.literal(type), ref: Ref.optional(), ...shape })

/** A message's text. Surrounding blanks do not count; blank text is refused where attachments are known. */
export const Content = z.string().trim().max(LIMITS.messageLength, `At most ${LIMITS.messageLength} characters.`)

/** What `POST /api/images/` and `/api/files/` answer as `id`: good for a day, for the person who uploaded. */
const UploadId = z.string().min(1).max(LIMITS.uploadIdLength)

/** What an image shows, for those who do not see it. Blank is none. */
export const ImageAlt = textOf(LIMITS.imageAltLength, `At most ${LIMITS.imageAltLength} characters.`).transform(
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
    const emoji = asEmoji(text)
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

export const RoomUp = z.discriminatedUnion('type', [
  command('send_message', MessageDraft.shape),
  command('edit_message', { message_id: Id, ...Edit.shape }).refine(changesSomething, nothingChanged),
  command('delete_message', { message_id: Id }),
  command('react', { message_id: Id, emoji: Emoji }),
  command('unreact', { message_id: Id, emoji: Emoji }),
  command('typing', {}),
  command('stop_typing', {}),
  command('read_message', { message_id: Id }),
  command('delivered', { message_id: Id }),
])
export type RoomUp = z.infer<typeof RoomUp>

const fact = <T extends string, S extends z.core.$ZodShape>(type: T, shape: S) =>
  z.object({ type: z.literal(type), ref: Ref.optional(), ...shape })

const person = z.object({ id: z.int(), username: z.string() })

export const RoomDown = z.discriminatedUnion('type', [
  fact('ready', {
    seq: z.int(),
    room: z.int(),
    you: z.int(),
    online: z.array(z.int()),
    /** How far each member has read and received; in a room of more than 100, only how far you have. */
    cursors: z.array(z.object({ user_id: z.int(), read: z.int(), delivered: z.int() })),
  }),
  fact('message.ack', { client_id: ClientId.nullable(), id: z.int(), seq: z.int(), timestamp: Timestamp }),
  fact('new_message', { seq: z.int(), message: Message }),
  fact('message_updated', { seq: z.int(), message: Message }),
  fact('message_deleted', { seq: z.int(), message: Message }),
  fact('typing', { user_id: z.int(), username: z.string() }),
  fact('stop_typing', { user_id: z.int(), username: z.string() }),
  fact('message.read', { seq: z.int(), message_id: z.int(), reader: person, read_at: Timestamp }),
  fact('message.delivered', { seq: z.int(), message_id: z.int(), user_id: z.int() }),
  fact('member_added', { seq: z.int(), user: Participant }),
  fact('member_updated', { seq: z.int(), user: Participant }),
  /** Somebody left, or a former member, whose messages stay, is called otherwise. */
  fact('member_removed', { seq: z.int(), user: Sender }),
  fact('room_updated', {
    seq: z.int(),
    room: RoomDetail.pick({ id: true, room_name: true, description: true, group_image: true, is_group: true }),
  }),
  fact('presence', { user_id: z.int(), online: z.boolean(), last_seen: Timestamp }),
  fact('done', {}),
  /** `retry_after` in seconds, where what was refused came too soon. */
  fact('error', {
    code: z.string(),
    detail: z.string(),
    retry_after: z.int().optional(),
    /** Where the server itself failed: what its log calls it. */
    request_id: z.string().optional(),
  }),
])
export type RoomDown = z.infer<typeof RoomDown>
