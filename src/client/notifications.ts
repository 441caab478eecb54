/** The user's notifications, live. */
import type { Chat } from './chat'
import type { FeedFrame } from './frames'
import type { ListHost, ListItems, ListSnapshot, LiveList, NextPage } from './lists/live-list'
import { NO_NOTIFICATIONS, type NotificationList, withFeedFrame, withNotifications } from './notification-list'

export type NotificationsSnapshot = NotificationList & ListSnapshot

export interface Notifications extends LiveList<NotificationsSnapshot> {
  markRead(id: number): Promise<void>
  markAllRead(): Promise<void>
  remove(id: number): Promise<void>
}

const PATH = '/notifications/'

class NotificationItems implements ListItems<NotificationsSnapshot> {
  readonly #host: ListHost
  #list: NotificationList = NO_NOTIFICATIONS

  constructor(host: ListHost) {
    this.#host = host
  }

  reset(): void {
    this.#list = NO_NOTIFICATIONS
  }

  extent(): [number, boolean] {
    return [this.#list.notifications.length, this.#list.hasOlder]
  }

  next(): NextPage {
    // One item earlier, so that the page overlaps the loaded ones.
    const offset = Math.max(0, this.#list.notifications.length - 1)
    return [
      `${PATH}?offset=${offset}`,
      ({ results, next }) => {
        this.#list = withNotifications(this.#list, results, next !== null)
      },
    ]
  }

  apply(frame: FeedFrame): boolean {
    this.#list = withFeedFrame(this.#list, frame)
    return frame.type === 'notification_list'
  }

  emit(frame: FeedFrame): void {
    if (frame.type === 'new_notification') this.#host.emit('notification.new', frame)
  }

  snapshot(): NotificationList {
    return this.#list
  }
}

/** The notifications of a client's user: always the same object for the same client. */
export function notificationsOf(chat: Chat): Notifications {
  const list = chat.list<NotificationsSnapshot>('notifications', (host) => new NotificationItems(host))
  return Object.assign(list, {
    markRead: (id: number): Promise<void> => chat.api.post(`${PATH}${id}/mark_read/`),
    markAllRead: (): Promise<void> => chat.api.post(`${PATH}mark_all_read/`),
    remove: (id: number): Promise<void> => chat.api.delete(`${PATH}${id}/`),
  }) as Notifications
}
