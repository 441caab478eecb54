/** The account in the answer to a registration. */
import type { NewAccount } from '../../directory/accounts/new-accounts'
import type { Account } from '../../directory/accounts/users'

/**
 * Built without the directory: where a registration must not reveal whether an address is free, the answers for a made
 * and for a refused account are equal by construction.
 */
export const unsavedAccount = (account: NewAccount, username: string): Account => ({
  id: account.id,
  username,
  username_key: '',
  search_key: '',
  email: account.email,
  email_verified_at: null,
  password_hash: account.passwordHash,
  first_name: account.firstName,
  last_name: account.lastName,
  bio: '',
  first_name_key: '',
  last_name_key: '',
  picture: account.picture ?? null,
  external_issuer: null,
  external_id: null,
  is_managed: 0,
  data: null,
  version: 0,
  login_otp: 0,
  who_may_add_me: 'everyone',
  who_sees_me_online: 'everyone',
  is_staff: 0,
  is_bot: 0,
  disabled_at: null,
  erased_at: null,
  created_at: account.now,
  online: 0,
  last_seen: account.now,
  friends: '[]',
  new_email: null,
  new_email_until: null,
})
