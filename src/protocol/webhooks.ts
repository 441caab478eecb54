/** Outgoing webhooks: what a product's server is told, and how it is signed (standardwebhooks.com). */
import * as z from 'zod'
import { Timestamp } from './users'

/** Changes of a room, apart from new messages. */
export const ChangeType = z.enum([
  'message.updated',
  'message.deleted',
  'reaction.updated',
  'member.added',
  'member.updated',
  'member.removed',
  'room.created',
  'room.updated',
  'room.deleted',
  'call.started',
  'call.ended',
])
export type ChangeType = z.infer<typeof ChangeType>

export const WEBHOOK_EVENTS = [
  'message.new',
  ...ChangeType.options,
  'user.created',
  'user.updated',
  'user.erased',
] as const
export const WebhookEventType = z.enum(WEBHOOK_EVENTS)
export type WebhookEventType = z.infer<typeof WebhookEventType>

/** The body of every request to a receiver. `room_id` and `seq` are null for what concerns no room. */
export const WebhookEvent = z
  .object({
    /** One of the event types, or `webhook.test`. A receiver answers 2xx for types that it does not know. */
    type: z.string(),
    timestamp: Timestamp,
    room_id: z.int().nullable(),
    seq: z.int().nullable(),
    /** The message, the member, the room or the user in its present form. */
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'WebhookEvent' })
export type WebhookEvent = z.infer<typeof WebhookEvent>
