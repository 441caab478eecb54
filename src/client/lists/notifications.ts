/** The user's notifications, live. */
import type { FeedFrame } from '../frames'
import type { Host } from '../host'
import type { Notification } from '../model'
import { type ListSnapshot, LiveList } from './live-list'
import { NO_NOTIFICATIONS, type NotificationList, withFeedFrame, withNotifications } from './notification-list'

export type NotificationsSnapshot = NotificationList & ListSnapshot

const PATH = '/notifications/'

export class Notifications extends LiveList<NotificationsSnapshot> {
  #list: NotificationList = NO_NOTIFICATIONS

  constructor(host: Host) {
    super(host, 'notifications', PATH)
  }

  markRead(id: number): Promise<void> {
    return this.host.api.post(`${PATH}${id}/mark_read/`)
  }

  markAllRead(): Promise<void> {
    return this.host.api.post(`${PATH}mark_all_read/`)
  }

  remove(id: number): Promise<void> {
    return this.host.api.delete(`${PATH}${id}/`)
  }

  protected reset(): void {
    this.#list = NO_NOTIFICATIONS
  }

  protected extent(): [number, boolean] {
    return [this.#list.notifications.length, this.#list.hasOlder]
  }

  protected loadPage(): Promise<void> {
    // One item earlier, so that the page overlaps the loaded ones.
    const offset = Math.max(0, this.#list.notifications.length - 1)
    return this.fetchPage<Notification>(`${PATH}?offset=${offset}`, ({ results, next }) => {
      this.#list = withNotifications(this.#list, results, next !== null)
    })
  }

  protected apply(frame: FeedFrame): boolean {
    this.#list = withFeedFrame(this.#list, frame)
    return frame.type === 'notification_list'
  }

  protected emit(frame: FeedFrame): void {
    if (frame.type === 'new_notification') this.host.emit('notification.new', frame)
  }

  protected snapshot(loading: boolean): NotificationsSnapshot {
    return { ...this.#list, loading, connection: this.state }
  }
}
