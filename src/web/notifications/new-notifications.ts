/** Picks new notifications: unread, caused by somebody else, and later than the first list. */
import type { Notification } from '../../client'
import type { NotificationsSnapshot } from '../../client/notifications'

export class NewNotifications {
  /** The latest known time; undefined before the first list of the server. */
  #seenUntil: string | undefined

  readonly #me: number

  constructor(me: number) {
    this.#me = me
  }

  /** Returns the notifications that are new since the last call, oldest first. */
  takeFrom({ notifications, connection }: Pick<NotificationsSnapshot, 'notifications' | 'connection'>): Notification[] {
    if (this.#seenUntil === undefined && connection.status !== 'online') return []
    const until = this.#seenUntil
    const latest = notifications[0]?.timestamp ?? ''
    if (until === undefined || latest > until) this.#seenUntil = latest
    if (until === undefined) return []
    const isNew = ({ isRead, senderId, timestamp }: Notification) =>
      !isRead && senderId !== this.#me && timestamp > until
    return notifications.filter(isNew).reverse()
  }
}
