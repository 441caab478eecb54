/** People and keys in answers to hosts and staff. */
import type { Account } from '../../directory/accounts/users'
import type { ApiKeyRow } from '../../directory/schema'
import { imageUrl } from '../../media/urls'
import { type ApiKey, type ApiKeyScope, fullName, type ServerUser } from '../../protocol'
import { dataOf } from './people'

const iso = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString())

export const toApiKey = (row: ApiKeyRow): ApiKey => ({
  id: row.id,
  name: row.name,
  scopes: JSON.parse(row.scopes) as ApiKeyScope[],
  created_at: new Date(row.created_at).toISOString(),
  created_by: row.created_by,
  rotated_at: iso(row.rotated_at),
  previous_until: iso(row.previous_until),
})

export function toServerUser(row: Account, origin: string): ServerUser {
  const picture = imageUrl(origin, row.picture)
  return {
    id: row.id,
    external_id: row.external_id,
    username: row.username,
    name: fullName(row),
    full_name: fullName(row),
    picture_url: picture,
    profile_pic: picture,
    data: dataOf(row.data),
    disabled: row.disabled_at !== null,
    created_at: new Date(row.created_at).toISOString(),
  }
}
