/** Publishes changes of notifications to the feed's connections, and deletes what is beyond retention. */
import type { Connection } from '../../actor/sockets/connection'
import type { Sockets } from '../../actor/sockets/sockets'
import { type FeedDown, LIMITS, type Notification } from '../../protocol'
import { toNotification } from '../presenters/notification'
import type { NotificationChange, NotificationStore } from '../store/notifications'
import type { Retention } from '../store/retention'
import type { NotificationRow } from '../store/schema'

/** Notifications in the greeting of a connection. */
const GREETING = 20

export class Publisher {
  readonly #sockets: Sockets<null>
  readonly #notifications: NotificationStore
  readonly #retention: Retention

  constructor(sockets: Sockets<null>, notifications: NotificationStore, retention: Retention) {
    this.#sockets = sockets
    this.#notifications = notifications
    this.#retention = retention
  }

  /** Sends the newest notifications; from then on the connection is live. */
  greet(connection: Connection<null>): void {
    this.#sockets.flush()
    this.#sockets.send(connection, this.#listFrame(this.#notifications.list(GREETING, 0)))
    connection.live = true
  }

  unreadFrame(): FeedDown {
    return this.#listFrame(this.#notifications.unread(LIMITS.listDefault, 0))
  }

  /** Publishes changes. New notifications make old ones go. */
  publish(changes: NotificationChange[]): void {
    for (const { kind, row } of changes) {
      if (kind === 'new') this.#send({ type: 'new_notification', notification: toNotification(row) })
      else if (kind === 'updated') this.updated([row])
      else this.removed(row.id)
    }
    if (!changes.some(({ kind }) => kind === 'new')) return
    for (const id of this.#retention.prune(Date.now())) this.removed(id)
  }

  updated(rows: NotificationRow[]): void {
    for (const row of rows) this.#send({ type: 'notification_updated', notification: toNotification(row) })
  }

  removed(notification_id: number): void {
    this.#send({ type: 'notification_removed', notification_id })
  }

  #send(
    event:
      | { type: 'new_notification' | 'notification_updated'; notification: Notification }
      | { type: 'notification_removed'; notification_id: number },
  ): void {
    if (this.#sockets.size === 0) return
    this.#sockets.broadcast({ ...event, unread_count: this.#notifications.unreadCount() } satisfies FeedDown)
  }

  #listFrame(rows: NotificationRow[]): FeedDown & { type: 'notification_list' } {
    const unread_count = this.#notifications.unreadCount()
    return { type: 'notification_list', notifications: rows.map(toNotification), unread_count }
  }
}
