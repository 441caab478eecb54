/** My notifications, live. */
import type { FeedDown, Notification } from '../protocol'
import type { Host } from './host'
import { type ListSnapshot, LiveList } from './live-list'
import { NO_NOTIFICATIONS, type NotificationList, withFeedFrame, withNotifications } from './notification-list'

export type NotificationsSnapshot = NotificationList & ListSnapshot

const PATH = '/notifications/'

export class Notifications extends LiveList<NotificationsSnapshot> {
  #list: NotificationList = NO_NOTIFICATIONS
  /** Where the list goes on below what has been loaded since it was greeted. */
  #next: string | null = null

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

  protected empty(): void {
    this.#next = null
    this.#list = NO_NOTIFICATIONS
  }

  protected async more(): Promise<boolean> {
    if (this.#list.hasOlder) {
      // One earlier than what is loaded, in case something new has moved everything by one.
      const offset = Math.max(0, this.#list.notifications.length - 1)
      const page = await this.host.api.list<Notification>(this.#next ?? `${PATH}?offset=${offset}`)
      this.#next = page.next
      this.#list = withNotifications(this.#list, page.results, { hasOlder: page.next !== null })
    }
    return this.#list.hasOlder
  }

  protected hear(frame: FeedDown): void {
    this.#list = withFeedFrame(this.#list, frame)
    if (frame.type === 'notification_list') {
      this.#next = null
      this.greeted()
    }
    if (frame.type === 'new_notification') this.host.emit('notification.new', frame)
  }

  protected snapshot(loading: boolean): NotificationsSnapshot {
    return { ...this.#list, loading, connection: this.state }
  }
}
