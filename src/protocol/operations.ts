/** What an operator and a client's author ask of the service itself. */
import * as z from 'zod'

const Check = z.object({ ok: z.boolean(), ms: z.int() })

/** Whether the parts that everything needs answer. With a part that does not, it comes with the fields of an error. */
export const Health = z
  .object({
    status: z.enum(['ok', 'failing']),
    checks: z.object({ directory: Check, media: Check, actors: Check }),
  })
  .meta({ id: 'Health' })

/** The same when a part does not answer: an error like any other, that also says which part. */
export const Unhealthy = Health.extend({ detail: z.string(), code: z.literal('unavailable') }).meta({ id: 'Unhealthy' })

/** Every limit by name: sizes and counts, lifetimes in seconds, rates (`limit` times each `per` seconds), close codes. */
export const Limits = z
  .object({
    limits: z.record(z.string(), z.number()),
    lifetimes: z.record(z.string(), z.number()),
    rates: z.record(z.string(), z.object({ limit: z.int(), per: z.number() })),
    close_codes: z.record(z.string(), z.int()),
  })
  .meta({ id: 'Limits' })
