/** Registration: the operator's policy, and the invites that staff make. */
import * as z from 'zod'
import { Id } from './ids'
import { LIMITS } from './limits'
import { Timestamp } from './users'

/**
 * `open` admits everybody, `invite` people with an invite, `domain` people with a verified address at one of `domains` or an
 * invite, and `closed` nobody.
 */
export const RegistrationPolicy = z
  .object({ mode: z.enum(['open', 'invite', 'domain', 'closed']), domains: z.array(z.string()) })
  .meta({ id: 'RegistrationPolicy' })
export type RegistrationPolicy = z.infer<typeof RegistrationPolicy>

/** The code of an invite in the body of `/api/register/`. An empty field of a form means none. */
export const InviteCode = z
  .string()
  .trim()
  .max(100)
  .optional()
  .transform((code) => code || undefined)

/** `expires_in` is in seconds, null for never. `max_uses` is the number of registrations, null for any number. */
export const InviteBody = z.object({
  max_uses: z.int().min(1).max(LIMITS.members).nullable().default(1),
  expires_in: z
    .int()
    .min(60)
    .max(366 * 24 * 3_600)
    .nullable()
    .default(7 * 24 * 3_600),
})

/** An invite to register. Only the answer that makes it shows its code. */
export const RegistrationInvite = z
  .object({
    id: Id,
    created_by: z.int().nullable(),
    created_at: Timestamp,
    expires_at: Timestamp.nullable(),
    uses: z.int(),
    max_uses: z.int().nullable(),
    revoked: z.boolean(),
  })
  .meta({ id: 'RegistrationInvite' })
export type RegistrationInvite = z.infer<typeof RegistrationInvite>

export const NewRegistrationInvite = RegistrationInvite.extend({ code: z.string(), url: z.url() }).meta({
  id: 'NewRegistrationInvite',
})
export type NewRegistrationInvite = z.infer<typeof NewRegistrationInvite>
