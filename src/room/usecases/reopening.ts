/** Opens a restored room: to its members' lists, to the directory, and to the accounts of those whose uploads it shows. */
import { type Refused, refuse } from '../../protocol'
import type { RoomContext } from '../context'
import type { Archive } from './archive'

/** What a restored room has. */
export interface Reopened {
  messages: number
  members: number
}

/** Somebody of its people must be here: see `Restore`. */
export function reopen(context: RoomContext, archive: Archive): Reopened | Refused {
  const { room, members, messages, timeline, attachments, projection: index, sidebars } = context
  const refused = archive.refusesToOpen
  if (refused || !room) return refused ?? refuse('not_found')
  const first = timeline.next()
  // Everybody anew: lists and directory may know a later state of the room that was here before.
  for (const row of members.current()) {
    members.assign(row, row.role, timeline.next())
    members.setSubscription(row.user_id, 'awake')
  }
  context.save({ ...room, deleted_at: null, changed_seq: first })
  attachments.pictureChanged(null, room.picture)
  attachments.referenceAll()
  context.storage.recount()
  archive.unstage()
  index.changed(first)
  sidebars.changed()
  return { messages: messages.count(), members: members.current().length }
}
