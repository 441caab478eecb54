/** Users as other people see them, and the caller's own profile. */
import * as z from 'zod'
import { Circle } from './circle'
import { LIMITS } from './limits'
import { ListQuery } from './pages'

/** A time: ISO-8601, UTC, milliseconds. */
export const Timestamp = z.iso.datetime().meta({ id: 'Timestamp' })

/** An absolute URL or null. */
export const ImageUrl = z.string().nullable()

/** What a host gave a person: its own id for them, null for people who registered here, and its own data. */
const HOSTED = { external_id: z.string().nullable(), data: z.record(z.string(), z.unknown()) }

export const FriendshipStatus = z.enum(['friends', 'request_sent', 'request_received']).nullable()

/** A person as other users see them, without the e-mail address. */
export const User = z
  .object({
    id: z.int(),
    username: z.string(),
    bio: z.string(),
    first_name: z.string(),
    last_name: z.string(),
    full_name: z.string(),
    profile_pic: ImageUrl,
    /** True for an account or an incoming hook that a program speaks through. */
    is_bot: z.boolean(),
    online_status: z.boolean(),
    last_seen: Timestamp,
    friendship_status: FriendshipStatus,
    outgoing_request_id: z.int().nullable(),
    incoming_request_id: z.int().nullable(),
    /** True if the viewer has blocked this person. */
    blocked: z.boolean(),
    ...HOSTED,
  })
  .meta({ id: 'User' })
export type User = z.infer<typeof User>

/** The caller's own account. */
export const Profile = z
  .object({
    id: z.int(),
    username: z.string(),
    email: z.string(),
    email_verified: z.boolean(),
    /** A new address that is not verified yet. Until then mail goes to `email`. */
    pending_email: z.string().nullable(),
    first_name: z.string(),
    last_name: z.string(),
    full_name: z.string(),
    bio: z.string(),
    profile_pic: ImageUrl,
    is_bot: z.boolean(),
    friends: z.array(z.int()),
    online_status: z.boolean(),
    last_seen: Timestamp,
    login_otp: z.boolean(),
    /** The circles that may add the user to groups and see their presence. */
    who_may_add_me: Circle,
    who_sees_me_online: Circle,
    is_staff: z.boolean(),
    ...HOSTED,
  })
  .meta({ id: 'Profile' })
export type Profile = z.infer<typeof Profile>

/** The author of a message. */
export const Sender = z
  .object({ id: z.int(), username: z.string(), full_name: z.string(), profile_pic: ImageUrl, is_bot: z.boolean() })
  .meta({ id: 'Sender' })
export type Sender = z.infer<typeof Sender>

/**
 * The part of a person that rooms copy. `picture` is a storage key, not a URL: URLs are signed and expire, so presenters make
 * them for each answer.
 */
export interface Person {
  id: number
  username: string
  full_name: string
  picture: string | null
  /**
   * Grows with each change in the directory: a copy ignores older versions. Absent if a Worker or an actor of an earlier
   * release sends it.
   */
  version?: number
  /** True for a bot. Absent for people, and if an earlier release sends the person. */
  is_bot?: boolean
}

/** Shown for the author of a message whose account was erased. */
export const ERASED_NAME = 'deleted user'

/** The name to show: first and last name, or the username when there is neither. */
export function fullName(names: { first_name: string; last_name: string; username: string }): string {
  return `${names.first_name} ${names.last_name}`.trim() || names.username
}

export const UsersQuery = ListQuery.extend({
  search: z.string().trim().max(LIMITS.emailLength).optional(),
  ordering: z.enum(['username', '-username', 'id', '-id']).catch('username').default('username'),
})
