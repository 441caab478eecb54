/** A notification as REST and the feed's connections answer it. */
import type { Notification, NotificationType } from '../../protocol'
import type { NotificationRow } from '../store/schema'

export function toNotification(row: NotificationRow): Notification {
  const { id, sender, sender_id, message, content, chat_name, room_id, message_id, count } = row
  return {
    id,
    notification_type: row.type as NotificationType,
    sender,
    sender_id,
    message,
    content,
    chat_name,
    room_id,
    message_id,
    count,
    timestamp: new Date(row.at).toISOString(),
    is_read: row.is_read === 1,
    invitation: row.invitation,
  }
}
