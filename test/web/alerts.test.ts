/** What is told to a person, and when. */
import { describe, expect, it } from 'vitest'
import type { Notification } from '../../src/client'
import { NewNotifications } from '../../src/web/notifications/new-notifications'
import { isQuiet } from '../../src/web/notifications/quiet-hours'

const ME = 7
const online = { status: 'online' } as const

const notification = (id: number, changes: Partial<Notification> = {}): Notification => ({
  id,
  notificationType: 'new_message',
  sender: 'Ana',
  senderId: 1,
  message: '',
  text: null,
  chatName: null,
  roomId: id,
  messageId: null,
  count: 1,
  timestamp: `2026-11-20T10:00:${String(id).padStart(2, '0')}.000Z`,
  isRead: false,
  invitation: null,
  ...changes,
})

describe('news', () => {
  it('are none of what was there at first, and then each thing once, the oldest first', () => {
    const news = new NewNotifications(ME)
    const [one, two, three] = [1, 2, 3].map((id) => notification(id)) as [Notification, Notification, Notification]
    expect(news.takeFrom({ notifications: [one], connection: { status: 'connecting' } })).toEqual([])
    expect(news.takeFrom({ notifications: [one], connection: online })).toEqual([])
    expect(news.takeFrom({ notifications: [three, two, one], connection: online })).toEqual([two, three])
    expect(news.takeFrom({ notifications: [three, two, one], connection: online })).toEqual([])
  })

  it('are again what grows, and never what is read, older, or of my own doing', () => {
    const news = new NewNotifications(ME)
    news.takeFrom({ notifications: [notification(5)], connection: online })
    const grown = notification(5, { count: 2, timestamp: '2026-11-20T10:00:30.000Z' })
    expect(news.takeFrom({ notifications: [grown], connection: online })).toEqual([grown])
    const others = [notification(41, { isRead: true }), notification(40, { senderId: ME }), grown, notification(2)]
    expect(news.takeFrom({ notifications: others, connection: online })).toEqual([])
  })
})

describe('quiet hours', () => {
  const at = (hours: number, minutes = 0) => new Date(2026, 10, 20, hours, minutes)

  it('go over midnight where they end before they begin', () => {
    const night = { from: '22:00', to: '07:00' }
    expect([at(21, 59), at(22), at(3), at(6, 59), at(7)].map((time) => isQuiet(night, time))).toEqual([
      false,
      true,
      true,
      true,
      false,
    ])
    const noon = { from: '12:00', to: '13:30' }
    expect([at(11, 59), at(12), at(13, 29), at(13, 30)].map((time) => isQuiet(noon, time))).toEqual([
      false,
      true,
      true,
      false,
    ])
    expect(isQuiet(null, at(3))).toBe(false)
  })
})
