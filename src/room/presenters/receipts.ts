/** How the moves of cursors are told, live and on resume. */
import type { RoomDown } from '../../protocol'
import type { ReadStep } from '../store/read-steps'
import type { MemberRow } from '../store/schema'

export function readFrame(
  { user_id: id, username }: MemberRow,
  { to, at, seq }: ReadStep,
): Extract<RoomDown, { type: 'message.read' }> {
  const read_at = new Date(at).toISOString()
  return { type: 'message.read', seq, message_id: to, reader: { id, username }, read_at }
}

export function deliveredFrame(member: MemberRow): Extract<RoomDown, { type: 'message.delivered' }> {
  const { delivered_seq: seq, delivered_to: message_id, user_id } = member
  return { type: 'message.delivered', seq, message_id, user_id }
}
