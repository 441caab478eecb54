/** The loaded notifications, and the changes by pages and frames. Pure. */
import type { FeedFrame } from './frames'
import { merged } from './merged'
import type { Notification } from './model'

export interface NotificationList {
  /** Newest first. */
  readonly notifications: readonly Notification[]
  readonly unread: number
  readonly hasOlder: boolean
}

export const NO_NOTIFICATIONS: NotificationList = { notifications: [], unread: 0, hasOlder: false }

/** The maximum length of the first page that the socket sends. */
export const FIRST_PAGE_SIZE = 20

/** The order of the server. */
const newestFirst = (a: Notification, b: Notification) => +new Date(b.timestamp) - +new Date(a.timestamp) || b.id - a.id

/** Adds a page or a new notification. A page that overlaps nothing had another offset, so it is ignored. */
export function withNotifications(
  list: NotificationList,
  page: readonly Notification[],
  hasOlder: boolean,
): NotificationList {
  const before = list.notifications
  const notifications = merged(before, page).sort(newestFirst)
  if (page[1] && before[0] && notifications.length === before.length + page.length) return list
  return { ...list, notifications, hasOlder }
}

/** @internal */
export function withFeedFrame(list: NotificationList, frame: FeedFrame): NotificationList {
  const now = 'unreadCount' in frame ? { ...list, unread: frame.unreadCount } : list
  switch (frame.type) {
    case 'notification_list':
      return withNotifications(
        { ...now, notifications: [] },
        frame.notifications,
        frame.notifications.length >= FIRST_PAGE_SIZE,
      )
    case 'new_notification':
    case 'notification_updated': {
      const { notification } = frame
      const oldest = now.notifications.at(-1)
      // An older notification is added when its page is loaded.
      if (now.hasOlder && oldest && newestFirst(oldest, notification) < 0) return now
      return withNotifications(now, [notification], now.hasOlder)
    }
    case 'notification_removed':
      return { ...now, notifications: now.notifications.filter(({ id }) => id !== frame.notificationId) }
    default:
      return now
  }
}
