/** The answers of `/health` and `GET /api/limits/`. */
import * as z from 'zod'
import { RegistrationPolicy } from './registration'

const Check = z.object({ ok: z.boolean(), ms: z.int() })

/** The state of the parts that every request needs. */
export const Health = z
  .object({
    status: z.enum(['ok', 'failing']),
    /** `PROTOCOL_VERSION` of the build that answers. */
    protocol_version: z.int(),
    checks: z.object({ directory: Check, media: Check, actors: Check }),
  })
  .meta({ id: 'Health' })

/** `Health` when a part does not answer, with the fields of an error. */
export const Unhealthy = Health.extend({ detail: z.string(), code: z.literal('unavailable') }).meta({ id: 'Unhealthy' })

/** One rate: `limit` acts at once, restored evenly over `per` seconds. */
const RateLimit = z.object({
  limit: z.int(),
  per: z.number(),
  /** Of growing delays: seconds to wait after an attempt at the limit, doubled after each further one, up to `most`. */
  first: z.number().optional(),
  most: z.number().optional(),
  /** Units of the person's `work` that one act costs, without the work that it causes. A unit is a millionth of a dollar. */
  cost: z.number().optional(),
})

/**
 * Quotas: bytes of one person's uploads, bytes of one room with its attachments (null: no quota), the share of these from
 * which people are warned, the number of notifications, and the days for which read notifications are stored.
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
