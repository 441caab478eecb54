/** How the moves of cursors are told, live and on resume. */
import type { RoomDown } from '../protocol'
import type { MemberRow } from './schema'

export function readFrame(member: MemberRow): Extract<RoomDown, { type: 'message.read' }> {
  return {
    type: 'message.read',
    seq: member.read_seq,
    message_id: member.read_to,
    reader: { id: member.user_id, username: member.username },
    read_at: new Date(member.read_at).toISOString(),
  }
}

export function deliveredFrame(member: MemberRow): Extract<RoomDown, { type: 'message.delivered' }> {
  const { delivered_seq: seq, delivered_to: message_id, user_id } = member
  return { type: 'message.delivered', seq, message_id, user_id }
}
