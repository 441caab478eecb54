/**
 * `/ws/sidebar/`: one person's room list, live.
 *
 * On connect: `group_created` and `last_message_updated` for what changed since this person was last connected, then
 * one `snapshot`. Afterwards, applying each frame to the snapshot gives what a fresh snapshot would show.
 */
import * as z from 'zod'
import { LastMessage } from '../messages'
import { RoomDetail, RoomInList } from '../rooms'
import { Timestamp } from '../users'
import { errorEvent, event, Ref } from './events'

/** The sidebar only speaks; it has no commands besides the text frame `ping`. */
export const SidebarUp = z.discriminatedUnion('type', [
  z.object({ type: z.literal('get_snapshot'), ref: Ref.optional() }),
])
export type SidebarUp = z.infer<typeof SidebarUp>

export const SidebarDown = z.discriminatedUnion('type', [
  /** `unread_total`, here and below: over all rooms, without the muted ones. */
  event('snapshot', { rooms: z.array(RoomInList), unread_total: z.int() }),
  event('group_created', { group: RoomDetail }),
  event('last_message_updated', {
    group_id: z.int(),
    room_id: z.int(),
    last_message: LastMessage.nullable(),
    unread_count: z.int(),
    unread_total: z.int(),
    last_activity: Timestamp,
  }),
  event('unread_updated', { room_id: z.int(), unread_count: z.int(), unread_total: z.int() }),
  /** With the total where muting, or lifting that, has changed it. */
  event('room_updated', { room: RoomInList, unread_total: z.int().optional() }),
  event('room_removed', { room_id: z.int(), unread_total: z.int() }),
  event('presence', { user_id: z.int(), online: z.boolean(), last_seen: Timestamp }),
  event('typing', { room_id: z.int(), user_id: z.int() }),
  errorEvent,
])
export type SidebarDown = z.infer<typeof SidebarDown>
