/** People in answers: rows of the directory become objects of the contract. */

import type { Account } from '../../directory/accounts/users'
import type { StaffAccountRow } from '../../directory/operation/staff'
import type { PersonNames, PersonRow, SeenPerson } from '../../directory/people/people'
import type { Relationship } from '../../directory/people/relationship'
import type { UserRow } from '../../directory/schema'
import { imageUrl } from '../../media/urls'
import {
  type AdminUser,
  type CustomData,
  ERASED_NAME,
  fullName,
  type Person,
  type Profile,
  type Sender,
  type User,
  type UserId,
} from '../../protocol'

/** The host's own data; `{}` without any. */
export const dataOf = (data: string | null): CustomData => (data === null ? {} : (JSON.parse(data) as CustomData))

const publicProfile = (row: PersonRow, origin: string) => ({
  id: row.id,
  username: row.username,
  bio: row.bio,
  first_name: row.first_name,
  last_name: row.last_name,
  full_name: fullName(row),
  profile_pic: imageUrl(origin, row.picture),
  is_bot: row.is_bot === 1,
  online_status: row.online === 1,
  last_seen: new Date(row.last_seen).toISOString(),
  external_id: row.external_id,
  data: dataOf(row.data),
})

function friendshipStatus(between: Relationship): User['friendship_status'] {
  if (between.is_friend) return 'friends'
  if (between.outgoing_request_id !== null) return 'request_sent'
  return between.incoming_request_id === null ? null : 'request_received'
}

/** A person as another sees them. */
export const toUser = (row: SeenPerson, origin: string): User => ({
  ...publicProfile(row, origin),
  friendship_status: friendshipStatus(row),
  outgoing_request_id: row.outgoing_request_id,
  incoming_request_id: row.incoming_request_id,
  blocked: row.is_blocked === 1,
})

/** A person as the author of something. Undefined for an erased account. */
export const toSender = (id: UserId, row: PersonNames | undefined, origin: string): Sender => ({
  id,
  username: row?.username ?? ERASED_NAME,
  full_name: row ? fullName(row) : ERASED_NAME,
  profile_pic: imageUrl(origin, row?.picture ?? null),
  is_bot: row?.is_bot === 1,
})

/** The fields of an account that only its owner and staff see. */
const accountFields = (row: PersonRow & UserRow, origin: string) => ({
  ...publicProfile(row, origin),
  // Null only for erased accounts, which can neither sign in nor be listed.
  email: row.email ?? '',
  email_verified: row.email_verified_at !== null,
  login_otp: row.login_otp === 1,
  is_staff: row.is_staff === 1,
})

/** An account as staff see it. */
export const toAdminUser = (row: StaffAccountRow, origin: string): AdminUser => ({
  ...accountFields(row, origin),
  disabled: row.disabled_at !== null,
  disabled_at: row.disabled_at === null ? null : new Date(row.disabled_at).toISOString(),
  created_at: new Date(row.created_at).toISOString(),
  stored_bytes: row.stored_bytes,
})

/** The caller's own account. */
export const toProfile = (row: Account, origin: string): Profile => ({
  ...accountFields(row, origin),
  who_may_add_me: row.who_may_add_me,
  who_sees_me_online: row.who_sees_me_online,
  pending_email: (row.new_email_until ?? 0) > Date.now() ? row.new_email : null,
  friends: JSON.parse(row.friends),
})

/** The part of a person that actors copy. */
export const toPerson = (
  row: Omit<PersonNames, 'bio' | 'is_bot' | 'external_id' | 'data'> & { is_bot?: number },
): Person => ({
  id: row.id,
  username: row.username,
  full_name: fullName(row),
  picture: row.picture,
  version: row.version,
  ...(row.is_bot === 1 && { is_bot: true }),
})
