/** Which of my notifications are news: unread, not of my own doing, and later than everything that was there before. */
import type { Notification, NotificationsSnapshot } from '../../client'

export class NewNotifications {
  /** The latest time that was seen; undefined before the first list of the server, which is what was there before. */
  #seenUntil: string | undefined

  readonly #me: number

  constructor(me: number) {
    this.#me = me
  }

  /** Oldest first. */
  takeFrom({ notifications, connection }: Pick<NotificationsSnapshot, 'notifications' | 'connection'>): Notification[] {
    if (this.#seenUntil === undefined && connection.status !== 'online') return []
    const until = this.#seenUntil
    const latest = notifications[0]?.timestamp ?? ''
    if (until === undefined || latest > until) this.#seenUntil = latest
    if (until === undefined) return []
    const isNew = ({ is_read, sender_id, timestamp }: Notification) =>
      !is_read && sender_id !== this.#me && timestamp > until
    return notifications.filter(isNew).reverse()
  }
}
