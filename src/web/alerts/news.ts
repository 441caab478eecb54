/** Which of my notifications are news: unread, and later than everything that was there before. */
import type { Notification, NotificationsSnapshot } from '../../client'

export class News {
  /** The latest time that was seen; undefined before the first list of the server, which is what was there before. */
  #until: string | undefined

  /** Oldest first. */
  in({ notifications, connection }: Pick<NotificationsSnapshot, 'notifications' | 'connection'>): Notification[] {
    if (this.#until === undefined && connection.status !== 'online') return []
    const until = this.#until
    const latest = notifications[0]?.timestamp ?? ''
    if (until === undefined || latest > until) this.#until = latest
    if (until === undefined) return []
    return notifications.filter(({ is_read, timestamp }) => !is_read && timestamp > until).reverse()
  }
}
