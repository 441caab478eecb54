/** Outgoing webhooks: what a product's server is told, and how it is signed (standardwebhooks.com). */
import * as z from 'zod'
import { PageQuery } from './pages'
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

/** A webhook as its host sees it. */
export const WebhookInfo = z
  .object({
    id: z.int(),
    url: z.string(),
    /** Null for all types. */
    events: z.array(z.string()).nullable(),
    /** The only room whose changes it receives; null for all. */
    room_id: z.int().nullable(),
    enabled: z.boolean(),
    /** `gone` when the receiver answered 410; `host` when the host switched it off. */
    disabled_reason: z.string().nullable(),
    /** Until when requests are signed by the secret before the last rotation as well. */
    previous_secret_until: Timestamp.nullable(),
    created_at: Timestamp,
  })
  .meta({ id: 'Webhook' })
export type WebhookInfo = z.infer<typeof WebhookInfo>

/** With the secret, which is told when it is made and never again. */
export const NewWebhook = WebhookInfo.extend({ secret: z.string() }).meta({ id: 'NewWebhook' })
export type NewWebhook = z.infer<typeof NewWebhook>

const Events = z.array(WebhookEventType).min(1)

export const WebhookBody = z.strictObject({
  url: z.string().min(1).max(2_000),
  events: Events.nullish(),
  /** The host's id of a room, or `id:` and its number. */
  room: z.string().max(255).nullish(),
})

export const WebhookPatch = z.strictObject({
  url: z.string().min(1).max(2_000).optional(),
  events: Events.nullable().optional(),
  enabled: z.boolean().optional(),
})

/** Seconds for which the secret before still signs as well. */
export const WebhookRotation = z.strictObject({ overlap: z.int().min(0).max(604_800).optional() })

export const WebhookReplay = z.strictObject({ room: z.string().max(255), after: z.int().min(0) })

export const WebhookDelivery = z
  .object({
    id: z.string(),
    type: z.string(),
    room_id: z.int(),
    seq: z.int(),
    /** `failed` until an attempt succeeds. */
    status: z.enum(['delivered', 'failed']),
    /** True for what failed for a day: it is sent again only when asked for. */
    dead_letter: z.boolean(),
    attempts: z.int(),
    response_status: z.int().nullable(),
    error: z.string().nullable(),
    updated_at: Timestamp,
  })
  .meta({ id: 'WebhookDelivery' })
export type WebhookDelivery = z.infer<typeof WebhookDelivery>

export const WebhookTest = z
  .object({ delivered: z.boolean(), response_status: z.int().nullable(), error: z.string().nullable() })
  .meta({ id: 'WebhookTest' })

export const DeliveriesQuery = PageQuery.extend({ status: z.enum(['delivered', 'failed']).optional() })
