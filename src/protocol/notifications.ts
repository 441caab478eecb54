/** Notifications: what happened for one person while they were not looking. */
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

/** What becomes of an invitation to a room. */
export const InviteStatus = z.enum(['open', 'accepted', 'declined', 'withdrawn'])
export type InviteStatus = z.infer<typeof InviteStatus>

/** What a notification of an invitation back to a room is about; see `News.subject`. */
export const inviteSubject = (room: number): string => `room_asked:${room}`

/** `message` is the sentence to show; `content` the text of the newest message it is about, if any. */
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
    /** Of a `room_invite` that can be accepted or declined; null for every other notification. */
    invitation: InviteStatus.nullable(),
  })
  .meta({ id: 'Notification' })
export type Notification = z.infer<typeof Notification>

/** A notification for oneself; for somebody else only staff may make one. */
export const NotificationBody = z.object({
  message: textSchema(LIMITS.descriptionLength).min(1),
  user_id: Id.optional(),
})

/** Only `is_read` can be changed of a notification. */
export const ReadBody = z.object({ is_read: Flag })
