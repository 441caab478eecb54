/**
 * `/ws/sidebar/`: the events of the caller's room list.
 *
 * After connecting the sidebar sends `group_created` and `last_message_updated` for changes since the last connection, then
 * one `snapshot`. Applying each later event to the snapshot gives the same state as a new snapshot.
 */
import * as z from 'zod'
import { LastMessage } from '../messages'
import { RoomDetail, RoomInList } from '../rooms'
import { Timestamp } from '../users'
import { errorEvent, event, Ref } from './events'

/** The one command, besides the text frame `ping`: the sidebar answers with a new snapshot. */
export const SidebarUp = z.discriminatedUnion('type', [
  z.object({ type: z.literal('get_snapshot'), ref: Ref.optional() }),
])
export type SidebarUp = z.infer<typeof SidebarUp>

export const SidebarDown = z.discriminatedUnion('type', [
  /** `unread_total` counts all rooms except muted ones, here and below. */
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
  /** Carries the total if muting or unmuting changed it. */
  event('room_updated', { room: RoomInList, unread_total: z.int().optional() }),
  event('room_removed', { room_id: z.int(), unread_total: z.int() }),
  event('presence', { user_id: z.int(), online: z.boolean(), last_seen: Timestamp }),
  event('typing', { room_id: z.int(), user_id: z.int() }),
  errorEvent,
])
export type SidebarDown = z.infer<typeof SidebarDown>
