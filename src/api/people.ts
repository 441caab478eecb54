/** People as they leave: rows of the directory become the objects of the contract. */
import type { Between } from '../directory/between'
import type { PersonNames, PersonRow, SeenPerson } from '../directory/people'
import type { Account } from '../directory/users'
import { imageUrl } from '../media/urls'
import { fullName, type Person, type Profile, type User } from '../protocol'

const shown = (row: PersonRow, origin: string) => ({
  id: row.id,
  username: row.username,
  bio: row.bio,
  first_name: row.first_name,
  last_name: row.last_name,
  full_name: fullName(row),
  profile_pic: imageUrl(origin, row.picture),
  online_status: row.online === 1,
  last_seen: new Date(row.last_seen).toISOString(),
})

function friendshipStatus(between: Between): User['friendship_status'] {
  if (between.is_friend) return 'friends'
  if (between.outgoing_request_id !== null) return 'request_sent'
  return between.incoming_request_id === null ? null : 'request_received'
}

/** A person as another sees them. */
export const toUser = (row: SeenPerson, origin: string): User => ({
  ...shown(row, origin),
  friendship_status: friendshipStatus(row),
  outgoing_request_id: row.outgoing_request_id,
  incoming_request_id: row.incoming_request_id,
  blocked: row.is_blocked === 1,
})

/** A person's own account. */
export const toProfile = (account: Account, origin: string): Profile => ({
  ...shown(account, origin),
  // Null only once the account is erased, and then nobody is signed in to it.
  email: account.email ?? '',
  email_verified: account.email_verified_at !== null,
  pending_email: account.pending_email,
  friends: JSON.parse(account.friends),
  login_otp: account.login_otp === 1,
  is_staff: account.is_staff === 1,
})

/** The part of a person that actors keep a copy of. */
export const toPerson = (row: PersonNames): Person => ({
  id: row.id,
  username: row.username,
  full_name: fullName(row),
  picture: row.picture,
})
