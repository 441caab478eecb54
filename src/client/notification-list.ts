/** My notifications as far as they are loaded: pure. */
import type { FeedDown, Notification } from '../protocol'

export interface NotificationList {
  /** Newest first. */
  readonly notifications: readonly Notification[]
  readonly unread: number
  readonly hasOlder: boolean
}

export const NO_NOTIFICATIONS: NotificationList = { notifications: [], unread: 0, hasOlder: false }

/** How many a socket is greeted with at most. */
export const GREETING = 20

/** Takes over a page: the truth about everything from its first to its last, and to the end when nothing follows. */
export function withNotifications(
  list: NotificationList,
  page: readonly Notification[],
  { hasOlder, top }: { hasOlder: boolean; top: boolean },
): NotificationList {
  const highest = top ? Number.POSITIVE_INFINITY : (page[0]?.id ?? 0)
  const lowest = hasOlder ? (page.at(-1)?.id ?? 0) : 0
  const kept = list.notifications.filter(({ id }) => id > highest || id < lowest)
  const notifications = [...kept, ...page].sort((a, b) => b.id - a.id)
  const reachesFurther = hasOlder && (notifications.at(-1)?.id ?? 0) < lowest
  return { ...list, notifications, hasOlder: reachesFurther ? list.hasOlder : hasOlder }
}

export function withFeedFrame(list: NotificationList, frame: FeedDown): NotificationList {
  const now = 'unread_count' in frame ? { ...list, unread: frame.unread_count } : list
  const others = (id: number) => now.notifications.filter((each) => each.id !== id)
  switch (frame.type) {
    case 'notification_list':
      return withNotifications(now, frame.notifications, {
        hasOlder: frame.notifications.length >= GREETING,
        top: true,
      })
    case 'new_notification':
    case 'notification_updated': {
      const { notification } = frame
      const oldest = now.notifications.at(-1)
      // One from further down stays there until it is loaded.
      if (now.hasOlder && oldest && notification.id < oldest.id) return now
      return { ...now, notifications: [notification, ...others(notification.id)].sort((a, b) => b.id - a.id) }
    }
    case 'notification_removed':
      return { ...now, notifications: others(frame.notification_id) }
    default:
      return now
  }
}
