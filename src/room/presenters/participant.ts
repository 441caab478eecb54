/** Member rows as the people of messages and rooms. */
import { imageUrl } from '../../media/urls'
import { isAdmin, type Participant, type Sender } from '../../protocol'
import type { MemberRow } from '../store/schema'
import { iso } from './time'

export function sender(row: MemberRow, origin: string): Sender {
  const { user_id: id, username, full_name, picture, is_bot } = row
  return { id, username, full_name, profile_pic: imageUrl(origin, picture), is_bot: is_bot === 1 }
}

/**
 * A member without presence: not every viewer may see it, so `presence` events carry it, or a caller that knows the viewer
 * adds it.
 */
export function participant(row: MemberRow, origin: string): Participant {
  return {
    ...sender(row, origin),
    is_admin: isAdmin(row.role),
    role: row.role,
    online_status: false,
    last_seen: iso(row.joined_at),
    joined_at: iso(row.joined_at),
  }
}
