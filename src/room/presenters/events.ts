/** Events about the room, its members and their cursors, as live connections and replays send them. Pure. */
import { viewerOrigin } from '../../actor/sockets/viewer-origin'
import { imageUrl } from '../../media/urls'
import type { RoomDown } from '../../protocol'
import type { ReadStep } from '../store/read-steps'
import type { MemberRow, RoomRow } from '../store/schema'
import type { BlockView } from './block-view'
import { participant, sender } from './participant'
import { iso } from './time'

type Event<Type extends RoomDown['type']> = Extract<RoomDown, { type: Type }>

export function roomEvent({ id, name, description, picture, is_group, changed_seq: seq }: RoomRow): RoomDown {
  const group_image = imageUrl(viewerOrigin(), picture)
  return {
    type: 'room_updated',
    seq,
    room: { id, room_name: name, description, group_image, is_group: Boolean(is_group) },
  }
}

export function memberEvent(type: 'member_added' | 'member_updated', row: MemberRow, blockView?: BlockView): RoomDown {
  return { type, seq: row.changed_seq, user: participant(blockView?.of(row) ?? row, viewerOrigin()) }
}

/** A member left, or a former member changed their name: their messages still show it. */
export function removalEvent(row: MemberRow, blockView?: BlockView): RoomDown {
  return { type: 'member_removed', seq: row.changed_seq, user: sender(blockView?.of(row) ?? row, viewerOrigin()) }
}

export function readEvent({ user_id: id, username }: MemberRow, { to, at, seq }: ReadStep): Event<'message.read'> {
  return { type: 'message.read', seq, message_id: to, reader: { id, username }, read_at: iso(at) }
}

export function deliveredEvent(row: MemberRow): Event<'message.delivered'> {
  const { delivered_seq: seq, delivered_to: message_id, user_id } = row
  return { type: 'message.delivered', seq, message_id, user_id }
}
