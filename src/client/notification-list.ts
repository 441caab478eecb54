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

/** As the server lists them: newest first. */
const order = (a: Notification, b: Notification) => +new Date(b.timestamp) - +new Date(a.timestamp) || b.id - a.id

/**
 * Takes over a page. A greeting is the truth about everything down to its last, and to the end when it is short; where it
 * meets nothing that was loaded, there may be others in between, and what was loaded is let go. An older page that meets
 * nothing was counted from another top: it is left to the next greeting.
 */
export function withNotifications(
  list: NotificationList,
  page: readonly Notification[],
  { hasOlder, greeting = false }: { hasOlder: boolean; greeting?: boolean },
): NotificationList {
  const last = page.at(-1)
  const below = (each: Notification) => last && order(last, each) < 0
  const inPage = ({ id }: Notification) => page.some((each) => each.id === id)
  const meets = list.notifications.some(inPage)
  // One alone is no page but news.
  if (!greeting && !meets && page[1]) return list
  const kept = list.notifications.filter((each) => (greeting ? hasOlder && meets && below(each) : !inPage(each)))
  // What was loaded further down stays, and with it what is known of its end.
  return {
    ...list,
    notifications: [...page, ...kept].sort(order),
    hasOlder: kept.some(below) ? list.hasOlder : hasOlder,
  }
}

export function withFeedFrame(list: NotificationList, frame: FeedDown): NotificationList {
  const now = 'unread_count' in frame ? { ...list, unread: frame.unread_count } : list
  switch (frame.type) {
    case 'notification_list':
      return withNotifications(now, frame.notifications, {
        hasOlder: frame.notifications.length >= GREETING,
        greeting: true,
      })
    case 'new_notification':
    case 'notification_updated': {
      const { notification } = frame
      const oldest = now.notifications.at(-1)
      // One from further down stays there until it is loaded.
      if (now.hasOlder && oldest && order(oldest, notification) < 0) return now
      return withNotifications(now, [notification], now)
    }
    case 'notification_removed':
      return { ...now, notifications: now.notifications.filter(({ id }) => id !== frame.notification_id) }
    default:
      return now
  }
}
