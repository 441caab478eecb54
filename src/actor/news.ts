/** Something to announce to one person that is not a room's unread messages. */
import type { InviteStatus, NotificationType } from '../protocol'

export interface News {
  type: Exclude<NotificationType, 'new_message'>
  /** Names what it is about: the same subject is announced once, or, with a version, brought up to date. */
  subject: string | null
  /** Grows with each state of the subject: an older one that arrives late says nothing new. */
  version?: number
  /** The name and id of whoever caused it. */
  sender: string | null
  sender_id: number | null
  /** The sentence to show. */
  message: string
  /** The text it is about, if any. */
  content: string | null
  chat_name: string | null
  room_id: number | null
  message_id: number | null
  /** Of an invitation that can be accepted or declined. */
  invitation?: InviteStatus | null
}
