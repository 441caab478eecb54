/** Opens a restored room to its members' sidebars, to the directory, and to the uploads that it references. */
import { type Refused, refuse } from '../../protocol'
import type { Attachments } from '../outbound/attachments'
import type { DirectoryProjection } from '../outbound/directory-projection'
import type { SidebarPush } from '../outbound/sidebar-push'
import type { RoomStorage } from '../outbound/storage'
import type { RoomStores } from '../store/stores'
import type { Archive } from './archive'

/** The size of a restored room. */
export interface Reopened {
  messages: number
  members: number
}

export interface ReopeningParts {
  stores: RoomStores
  archive: Archive
  attachments: Attachments
  storage: RoomStorage
  projection: DirectoryProjection
  sidebars: SidebarPush
}

/** The restore has checked that at least one member has an account here. */
export function reopen({ stores, archive, ...parts }: ReopeningParts): Reopened | Refused {
  const { members, messages, timeline } = stores
  const room = stores.room.row
  const refused = archive.refusesToOpen
  if (refused || !room) return refused ?? refuse('not_found')
  const first = timeline.next()
  // New seqs for everybody: sidebars and directory may have a later state of an earlier room with this id.
  for (const row of members.current()) {
    members.assign(row, row.role, timeline.next())
    members.setSubscription(row.user_id, 'all')
  }
  stores.room.save({ ...room, deleted_at: null, changed_seq: first })
  parts.attachments.pictureChanged(null, room.picture)
  parts.attachments.referenceAll()
  parts.storage.recount()
  archive.unstage()
  parts.projection.changed(first)
  parts.sidebars.changed()
  return { messages: messages.count(), members: members.current().length }
}
