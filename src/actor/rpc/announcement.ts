/** Something to announce to one person that is not a room's unread messages. */
import type { InviteStatus, NotificationType } from '../../protocol'

export interface Announcement {
  type: Exclude<NotificationType, 'new_message'>
  /** Names what it is about: the same subject is announced once, or, with a version, once more. */
  subject: string | null
  /** Grows each time that the subject is news again: an older one that arrives late says nothing new. */
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
  /**
   * When the rest was so: the room's seq, or the version of the person who caused it. What is known as of later is not
   * replaced. Absent from an earlier release, whose news say what was so when they came to be owed.
   */
  as_of?: number
}
