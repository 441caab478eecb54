/** Notifications on screen, after any frames, pages and reconnects, are the server's as far as they are loaded. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FeedFrame } from '../../src/client/frames'
import type { Notification } from '../../src/client/model'
import {
  FIRST_PAGE_SIZE,
  NO_NOTIFICATIONS,
  type NotificationList,
  withFeedFrame,
  withNotifications,
} from '../../src/client/notification-list'

const notification = (id: number): Notification => ({
  id,
  notificationType: 'mention',
  sender: 'anna',
  senderId: 2,
  message: `number ${id}`,
  text: null,
  chatName: null,
  roomId: null,
  messageId: null,
  count: 1,
  // Ids are no order: what is said of an old message may be made late.
  timestamp: new Date(Date.UTC(2026, 10, 20) + Math.floor(id / 2) * 1_000).toISOString(),
  isRead: false,
  invitation: null,
})

class Server {
  #all: Notification[] = []
  #id = 0
  frames: FeedFrame[] = []

  get all(): Notification[] {
    return this.#all.toReversed()
  }

  get unread(): number {
    return this.#all.filter(({ isRead }) => !isRead).length
  }

  add(): void {
    const made = notification(++this.#id)
    this.#all.push(made)
    this.frames.push({ type: 'new_notification', notification: made, unreadCount: this.unread })
  }

  read(number: number): void {
    const place = number % Math.max(1, this.#all.length)
    const found = this.#all[place]
    if (!found) return
    this.#all[place] = { ...found, isRead: true }
    this.frames.push({ type: 'notification_updated', notification: this.#all[place], unreadCount: this.unread })
  }

  remove(number: number): void {
    const [gone] = this.#all.splice(number % Math.max(1, this.#all.length), 1)
    if (!gone) return
    this.frames.push({ type: 'notification_removed', notificationId: gone.id, unreadCount: this.unread })
  }

  greeting(): FeedFrame {
    return { type: 'notification_list', notifications: this.all.slice(0, FIRST_PAGE_SIZE), unreadCount: this.unread }
  }
}

const step = fc.record({
  do: fc.constantFrom('add', 'add', 'flood', 'read', 'remove', 'older', 'cut', 'connect'),
  which: fc.nat(999),
})

describe('the notifications', () => {
  it('are the server’s, in its order, as far as they are loaded', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.array(step, { maxLength: 40 }), (count, steps) => {
        const server = new Server()
        for (let made = 0; made < count; made++) server.add()
        let list: NotificationList = NO_NOTIFICATIONS
        let heard: number | undefined
        const connect = () => {
          list = withFeedFrame(list, server.greeting())
          heard = server.frames.length
        }
        const older = () => {
          const offset = Math.max(0, list.notifications.length - 1)
          const page = server.all.slice(offset, offset + 10)
          const hasOlder = server.all.length > offset + 10
          if (list.hasOlder) list = withNotifications(list, page, hasOlder)
        }
        connect()
        for (const each of steps) {
          if (each.do === 'add') server.add()
          if (each.do === 'flood') for (let made = 0; made < FIRST_PAGE_SIZE + 5; made++) server.add()
          if (each.do === 'read' || each.do === 'remove') {
            server[each.do](each.which)
          }
          if (each.do === 'cut') heard = undefined
          if (each.do === 'connect' && heard === undefined) connect()
          while (heard !== undefined && heard < server.frames.length) {
            list = withFeedFrame(list, server.frames[heard++] as FeedFrame)
          }
          if (each.do === 'older') older()
        }
        connect()
        const loaded = list.notifications.length
        expect(list.unread).toBe(server.unread)
        expect(list.notifications).toEqual(server.all.slice(0, loaded))
        if (!list.hasOlder) expect(loaded).toBe(server.all.length)
      }),
      { numRuns: 500 },
    )
  })

  it('leave frames alone that they do not know', () => {
    expect(withFeedFrame(NO_NOTIFICATIONS, { type: 'digest' } as never)).toBe(NO_NOTIFICATIONS)
  })
})
