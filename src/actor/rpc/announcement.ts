/** An announcement for one user's feed, other than the unread messages of a room. */
import type { InviteStatus, NotificationType } from '../../protocol'

export interface Announcement {
  type: Exclude<NotificationType, 'new_message'>
  /** Identifies the subject. The feed announces a subject once, or once for each greater version. */
  subject: string | null
  /** Grows each time the subject is to be announced again. The feed ignores an older version that arrives late. */
  version?: number
  /** The name and id of the user who caused it. */
  sender: string | null
  sender_id: number | null
  /** The sentence to show. */
  message: string
  /** The text of the message it refers to, if any. */
  content: string | null
  chat_name: string | null
  room_id: number | null
  message_id: number | null
  /** The room, for an invitation that can be accepted or declined. */
  invitation?: InviteStatus | null
  /**
   * The state that the other fields show: the room's seq, or the version of the person who caused it. The feed keeps names
   * and texts of a later state. Absent from an earlier release.
   */
  as_of?: number
}
