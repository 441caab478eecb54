/** My notifications as far as they are loaded: pure. */
import type { FeedDown, Notification } from '../../protocol'
import { merged } from '../merged'

export interface NotificationList {
  /** Newest first. */
  readonly notifications: readonly Notification[]
  readonly unread: number
  readonly hasOlder: boolean
}

export const NO_NOTIFICATIONS: NotificationList = { notifications: [], unread: 0, hasOlder: false }

/** How many a socket is greeted with at most. */
export const FIRST_PAGE_SIZE = 20

/** As the server lists them: newest first. */
const newestFirst = (a: Notification, b: Notification) => +new Date(b.timestamp) - +new Date(a.timestamp) || b.id - a.id

/** Takes over a page, or one that is new. A page that meets nothing was counted from another top, and is left. */
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

export function withFeedFrame(list: NotificationList, frame: FeedDown): NotificationList {
  const now = 'unread_count' in frame ? { ...list, unread: frame.unread_count } : list
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
      // One from further down stays there until it is loaded.
      if (now.hasOlder && oldest && newestFirst(oldest, notification) < 0) return now
      return withNotifications(now, [notification], now.hasOlder)
    }
    case 'notification_removed':
      return { ...now, notifications: now.notifications.filter(({ id }) => id !== frame.notification_id) }
    default:
      return now
  }
}
