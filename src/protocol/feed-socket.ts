/** `/ws/notifications/`: one person's notifications, live. Commands are named by `action`, as existing clients send them. */
import * as z from 'zod'
import { Id } from './ids'
import { Notification } from './notification'
import { Ref } from './room-socket'

export const FeedUp = z.discriminatedUnion('action', [
  z.object({ action: z.literal('mark_read'), notification_id: Id, ref: Ref.optional() }),
  z.object({ action: z.literal('mark_all_read'), ref: Ref.optional() }),
  z.object({ action: z.literal('get_unread'), ref: Ref.optional() }),
])
export type FeedUp = z.infer<typeof FeedUp>

const fact = <T extends string, S extends z.core.$ZodShape>(type: T, shape: S) =>
  z.object({ type: z.literal(type), ref: Ref.optional(), ...shape })

export const FeedDown = z.discriminatedUnion('type', [
  fact('notification_list', { notifications: z.array(Notification), unread_count: z.int() }),
  fact('new_notification', { notification: Notification, unread_count: z.int() }),
  fact('notification_updated', { notification: Notification, unread_count: z.int() }),
  fact('notification_removed', { notification_id: z.int(), unread_count: z.int() }),
  fact('mark_read_response', { notification_id: z.int(), success: z.boolean() }),
  fact('mark_all_read_response', { count: z.int(), success: z.literal(true) }),
  /** `retry_after` in seconds, where what was refused came too soon. */
  fact('error', {
    code: z.string(),
    detail: z.string(),
    retry_after: z.int().optional(),
    /** Where the server itself failed: what its log calls it. */
    request_id: z.string().optional(),
  }),
])
export type FeedDown = z.infer<typeof FeedDown>
