/**
 * `/ws/sidebar/`: one person's room list, live.
 *
 * On connect: `group_created` and `last_message_updated` for what changed since this person was last connected, then
 * one `snapshot`. Afterwards, applying each frame to the snapshot gives what a fresh snapshot would show.
 */
import * as z from 'zod'
import { LastMessage } from './message'
import { RoomDetail, RoomInList } from './room'
import { Ref } from './room-socket'
import { Timestamp } from './user'

/** The sidebar only speaks; it has no commands besides the text frame `ping`. */
export const SidebarUp = z.discriminatedUnion('type', [
  z.object({ type: z.literal('get_snapshot'), ref: Ref.optional() }),
])
export type SidebarUp = z.infer<typeof SidebarUp>

const fact = <T extends string, S extends z.core.$ZodShape>(type: T, shape: S) =>
  z.object({ type: z.literal(type), ref: Ref.optional(), ...shape })

export const SidebarDown = z.discriminatedUnion('type', [
  /** `unread_total`, here and below: over all rooms, without the muted ones. */
  fact('snapshot', { rooms: z.array(RoomInList), unread_total: z.int() }),
  fact('group_created', { group: RoomDetail }),
  fact('last_message_updated', {
    group_id: z.int(),
    room_id: z.int(),
    last_message: LastMessage.nullable(),
    unread_count: z.int(),
    unread_total: z.int(),
    last_activity: Timestamp,
  }),
  fact('unread_updated', { room_id: z.int(), unread_count: z.int(), unread_total: z.int() }),
  /** With the total where muting, or lifting that, has changed it. */
  fact('room_updated', { room: RoomInList, unread_total: z.int().optional() }),
  fact('room_removed', { room_id: z.int(), unread_total: z.int() }),
  fact('presence', { user_id: z.int(), online: z.boolean(), last_seen: Timestamp }),
  fact('typing', { room_id: z.int(), user_id: z.int() }),
  /** `retry_after` in seconds, where what was refused came too soon. */
  fact('error', {
    code: z.string(),
    detail: z.string(),
    retry_after: z.int().optional(),
    /** Where the server itself failed: what its log calls it. */
    request_id: z.string().optional(),
  }),
])
export type SidebarDown = z.infer<typeof SidebarDown>
