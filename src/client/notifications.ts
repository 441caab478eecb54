/** My notifications, live. */
import type { FeedDown, Notification } from '../protocol'
import { Connection } from './connection'
import { NO_NOTIFICATIONS, type NotificationList, withFeedFrame, withNotifications } from './notification-list'
import type { ListHost } from './sidebar'
import type { CloseReason, ConnectionState } from './state'
import { type Readable, Store } from './store'

export interface NotificationsSnapshot extends NotificationList {
  readonly loading: boolean
  readonly connection: ConnectionState
}

/** How many are loaded at a time. */
const PAGE = 50

export class Notifications implements Readable<NotificationsSnapshot> {
  readonly #host: ListHost
  readonly #connection: Connection
  readonly #store = new Store<NotificationsSnapshot>(() => this.#snapshot())
  #list: NotificationList = NO_NOTIFICATIONS
  #loaded = false
  #loading: Promise<boolean> | undefined

  constructor(host: ListHost) {
    this.#host = host
    this.#connection = new Connection(host.network, {
      path: () => '/ws/notifications/?batch=1',
      receive: (frame) => this.#hear(frame as FeedDown),
      changed: () => {
        this.#store.changed()
        host.changed()
      },
      probe: () => host.api.get('/notifications/', { limit: 1 }),
    })
  }

  readonly getSnapshot = (): NotificationsSnapshot => this.#store.getSnapshot()

  /** Also opens it, when nobody has. */
  readonly subscribe = (listener: (snapshot: NotificationsSnapshot) => void): (() => void) => {
    if (this.connection.status === 'closed') this.open()
    return this.#store.subscribe(listener)
  }

  get connection(): ConnectionState {
    return this.#connection.state
  }

  open(): void {
    this.#connection.open()
  }

  close(reason?: CloseReason): void {
    this.#connection.close(reason)
  }

  /** Forgets everything: somebody else may sign in. */
  clear(): void {
    this.#list = NO_NOTIFICATIONS
    this.#loaded = false
    this.#store.changed()
  }

  /** Loads older ones. @returns whether there are more */
  loadOlder(): Promise<boolean> {
    this.#loading ??= this.#loadOlder().finally(() => {
      this.#loading = undefined
      this.#store.changed()
    })
    this.#store.changed()
    return this.#loading
  }

  async #loadOlder(): Promise<boolean> {
    if (this.#list.hasOlder) {
      // One earlier than what is loaded, in case something new has moved everything by one.
      const offset = Math.max(0, this.#list.notifications.length - 1)
      const page = await this.#host.api.list<Notification>('/notifications/', { offset, limit: PAGE })
      this.#list = withNotifications(this.#list, page.results, { hasOlder: page.next !== null, top: false })
    }
    return this.#list.hasOlder
  }

  markRead(id: number): Promise<void> {
    return this.#host.api.post(`/notifications/${id}/mark_read/`)
  }

  markAllRead(): Promise<void> {
    return this.#host.api.post('/notifications/mark_all_read/')
  }

  remove(id: number): Promise<void> {
    return this.#host.api.delete(`/notifications/${id}/`)
  }

  #hear(frame: FeedDown): void {
    this.#list = withFeedFrame(this.#list, frame)
    if (frame.type === 'notification_list') {
      this.#loaded = true
      this.#connection.greeted()
    }
    if (frame.type === 'new_notification') {
      this.#host.emit('notification.new', { notification: frame.notification, unread: frame.unread_count })
    }
    this.#store.changed()
  }

  #snapshot(): NotificationsSnapshot {
    const loading = this.#loading !== undefined || (!this.#loaded && this.connection.status !== 'closed')
    return { ...this.#list, loading, connection: this.connection }
  }
}
