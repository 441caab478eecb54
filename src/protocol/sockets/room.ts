/**
 * `/ws/chat/{id}/`: the commands and events of a room.
 *
 * The client sends commands. The room sends events to all its connections, also to the sender's. Events that change the room
 * carry its `seq`. With `?after=<seq>` the room first replays the later events that still matter, then sends `ready`, then
 * live events. The answer to a command repeats its `ref`.
 */
import * as z from 'zod'
import { ClientId, Id } from '../ids'
import { LIMITS } from '../limits'
import { changesSomething, Edit, Emoji, Message, MessageDraft, nothingChanged } from '../messages'
import { Participant, RoomDetail } from '../rooms'
import { Sender, Timestamp } from '../users'
import { errorEvent, event, Ref } from './events'

/** An application's own event. It is never stored. */
const Signal = z.object({
  name: z.string().min(1).max(LIMITS.signalNameLength),
  /** Any JSON, at most `LIMITS.signalBytes` long. */
  data: z.unknown().optional(),
})

const command = <T extends string, S extends z.core.$ZodShape>(type: T, shape: S) =>
  z.object({ type: z.literal(type), ref: Ref.optional(), ...shape })

export const RoomUp = z.discriminatedUnion('type', [
  command('send_message', MessageDraft.shape),
  command('edit_message', { message_id: Id, ...Edit.shape }).refine(changesSomething, nothingChanged),
  command('delete_message', { message_id: Id }),
  command('react', { message_id: Id, emoji: Emoji }),
  command('unreact', { message_id: Id, emoji: Emoji }),
  command('typing', {}),
  command('stop_typing', {}),
  command('signal', Signal.shape),
  command('read_message', { message_id: Id }),
  command('delivered', { message_id: Id }),
])
export type RoomUp = z.infer<typeof RoomUp>

const person = z.object({ id: z.int(), username: z.string() })

export const RoomDown = z.discriminatedUnion('type', [
  event('ready', {
    seq: z.int(),
    room: z.int(),
    you: z.int(),
    online: z.array(z.int()),
    /** The cursors of all members; in a room of more than 100 members, only the caller's. */
    cursors: z.array(z.object({ user_id: z.int(), read: z.int(), delivered: z.int() })),
  }),
  event('message.ack', { client_id: ClientId.nullable(), id: z.int(), seq: z.int(), timestamp: Timestamp }),
  event('new_message', { seq: z.int(), message: Message }),
  event('message_updated', { seq: z.int(), message: Message }),
  event('message_deleted', { seq: z.int(), message: Message }),
  event('typing', { user_id: z.int(), username: z.string() }),
  event('stop_typing', { user_id: z.int(), username: z.string() }),
  event('signal', { user_id: z.int(), name: z.string(), data: z.unknown().optional() }),
  event('message.read', { seq: z.int(), message_id: z.int(), reader: person, read_at: Timestamp }),
  event('message.delivered', { seq: z.int(), message_id: z.int(), user_id: z.int() }),
  event('member_added', { seq: z.int(), user: Participant }),
  event('member_updated', { seq: z.int(), user: Participant }),
  /** A member left, or a former member, whose messages stay, has a new name or picture. */
  event('member_removed', { seq: z.int(), user: Sender }),
  event('room_updated', {
    seq: z.int(),
    room: RoomDetail.pick({ id: true, room_name: true, description: true, group_image: true, is_group: true }),
  }),
  event('presence', { user_id: z.int(), online: z.boolean(), last_seen: Timestamp }),
  event('done', {}),
  errorEvent,
])
export type RoomDown = z.infer<typeof RoomDown>
