/** People as they leave: rows of the directory become the objects of the contract. */
import type { PersonRow } from '../directory/people'
import type { Account } from '../directory/users'
import { imageUrl } from '../media/urls'
import { fullName, type Person, type Profile, type User, type UserId } from '../protocol'

/** What stands between two people. */
export type Relation = Pick<User, 'friendship_status' | 'outgoing_request_id' | 'incoming_request_id'>

/** Nothing stands between them. */
export const STRANGERS: Relation = { friendship_status: null, outgoing_request_id: null, incoming_request_id: null }

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

/** A person as another sees them. */
export const toUser = (row: PersonRow, origin: string, relation: Relation = STRANGERS): User => ({
  ...shown(row, origin),
  ...relation,
})

/** A person's own account. */
export const toProfile = (account: Account, origin: string, friends: UserId[] = []): Profile => ({
  ...shown(account, origin),
  // Null only once the account is erased, and then nobody is signed in to it.
  email: account.email ?? '',
  email_verified: account.email_verified_at !== null,
  pending_email: account.pending_email,
  friends,
  login_otp: account.login_otp === 1,
  is_staff: account.is_staff === 1,
})

/** The part of a person that actors keep a copy of. */
export const toPerson = (row: PersonRow): Person => ({
  id: row.id,
  username: row.username,
  full_name: fullName(row),
  picture: row.picture,
})
