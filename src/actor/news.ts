/** Something to announce to one person that is not a room's unread messages. */
import type { NotificationType } from '../protocol'

export interface News {
  type: Exclude<NotificationType, 'new_message'>
  /** Names what it is about: the same subject is announced once. */
  subject: string | null
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
}
