/** Notifications: events that concern one person, stored in their feed. */
import * as z from 'zod'
import { Flag } from './forms'
import { Id } from './ids'
import { LIMITS } from './limits'
import { textSchema } from './names'
import { Timestamp } from './users'

export const NotificationType = z.enum([
  'new_message',
  'mention',
  'friend_request',
  'friend_accepted',
  'room_invite',
  'role_changed',
  'system',
])
export type NotificationType = z.infer<typeof NotificationType>

/** The states of an invite to a room. */
export const InviteStatus = z.enum(['open', 'accepted', 'declined', 'withdrawn'])
export type InviteStatus = z.infer<typeof InviteStatus>

/** The subject of the notification about an invite to a room: a newer one replaces it. */
export const inviteSubject = (room: number): string => `room_asked:${room}`

/** `message` is the sentence to show. `content` is the text of the newest message that it is about, if any. */
export const Notification = z
  .object({
    id: z.int(),
    notification_type: NotificationType,
    sender: z.string().nullable(),
    sender_id: z.int().nullable(),
    message: z.string(),
    content: z.string().nullable(),
    chat_name: z.string().nullable(),
    room_id: z.int().nullable(),
    message_id: z.int().nullable(),
    count: z.int(),
    timestamp: Timestamp,
    is_read: z.boolean(),
    /** The state of a `room_invite` that can be accepted or declined. Null for every other notification. */
    invitation: InviteStatus.nullable(),
  })
  .meta({ id: 'Notification' })
export type Notification = z.infer<typeof Notification>

/** A notification for the caller. Staff may name another user. */
export const NotificationBody = z.object({
  message: textSchema(LIMITS.descriptionLength).min(1),
  user_id: Id.optional(),
})

/** The one field of a notification that can be changed. */
export const ReadBody = z.object({ is_read: Flag })
