/** `/ws/notifications/`: the commands and events of the caller's feed. Commands have `action`, because existing clients send it. */
import * as z from 'zod'
import { Id } from '../ids'
import { Notification } from '../notifications'
import { errorEvent, event, Ref } from './events'

export const FeedUp = z.discriminatedUnion('action', [
  z.object({ action: z.literal('mark_read'), notification_id: Id, ref: Ref.optional() }),
  z.object({ action: z.literal('mark_all_read'), ref: Ref.optional() }),
  z.object({ action: z.literal('get_unread'), ref: Ref.optional() }),
])
export type FeedUp = z.infer<typeof FeedUp>

export const FeedDown = z.discriminatedUnion('type', [
  event('notification_list', { notifications: z.array(Notification), unread_count: z.int() }),
  event('new_notification', { notification: Notification, unread_count: z.int() }),
  event('notification_updated', { notification: Notification, unread_count: z.int() }),
  event('notification_removed', { notification_id: z.int(), unread_count: z.int() }),
  event('mark_read_response', { notification_id: z.int(), success: z.boolean() }),
  event('mark_all_read_response', { count: z.int(), success: z.literal(true) }),
  errorEvent,
])
export type FeedDown = z.infer<typeof FeedDown>
