/** What an operator and a client's author ask of the service itself. */
import * as z from 'zod'
import { RegistrationPolicy } from './registration'

const Check = z.object({ ok: z.boolean(), ms: z.int() })

/** Whether the parts that everything needs answer. With a part that does not, it comes with the fields of an error. */
export const Health = z
  .object({
    status: z.enum(['ok', 'failing']),
    /** `PROTOCOL_VERSION` of the build that answers. */
    protocol_version: z.int(),
    checks: z.object({ directory: Check, media: Check, actors: Check }),
  })
  .meta({ id: 'Health' })

/** The same when a part does not answer: an error like any other, that also says which part. */
export const Unhealthy = Health.extend({ detail: z.string(), code: z.literal('unavailable') }).meta({ id: 'Unhealthy' })

/** One rate: `limit` times at once, given back evenly over `per` seconds. */
const RateLimit = z.object({
  limit: z.int(),
  per: z.number(),
  /** Where delays grow: seconds to wait after a try at the limit, doubled after each one beyond it, up to `most`. */
  first: z.number().optional(),
  most: z.number().optional(),
  /** Units that one act takes of the person's `work`, besides what it causes elsewhere. A unit is a millionth of a dollar. */
  cost: z.number().optional(),
})

/**
 * What may be kept: bytes of one person's uploads, bytes of one room with what hangs on its messages (null: no bound), from
 * which share of them people are told, notifications, and days that read ones are kept.
 */
const Quotas = z.object({
  person_bytes: z.int().nullable(),
  room_bytes: z.int().nullable(),
  told_from: z.number(),
  notifications: z.int(),
  notification_days: z.int(),
})

/** Every limit by name: sizes and counts, lifetimes in seconds, rates, quotas, close codes. */
export const Limits = z
  .object({
    limits: z.record(z.string(), z.number()),
    lifetimes: z.record(z.string(), z.number()),
    rates: z.record(z.string(), RateLimit),
    quotas: Quotas,
    registration: RegistrationPolicy,
    close_codes: z.record(z.string(), z.int()),
  })
  .meta({ id: 'Limits' })
