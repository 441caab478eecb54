/** One room in the owner's list: its last reported state, the owner's settings for it, and its row. */
import { DEFAULT_SETTINGS, type RoomSettings } from '../../actor/rpc/list'
import type { RoomSummary } from '../../actor/rpc/summary'
import type { MyRoomBody, NotifyLevel } from '../../protocol'
import type { RoomRow } from './schema'

export type ListedRoom = RoomSummary & RoomSettings & Pick<RoomRow, 'seen_to'>

/**
 * Settings belong to one membership. An owner who left and joined again is reported only in the state after it, so
 * another `joined_seq` resets them.
 */
export function settingsAfter(before: ListedRoom | undefined, { joined_seq }: RoomSummary): RoomSettings {
  const previous = before?.joined_seq ?? 0
  return before && (previous === 0 || previous === joined_seq) ? before : DEFAULT_SETTINGS
}

/** Muting does not lower a level that notifies of less than everything already. */
export function levelAfter(before: NotifyLevel, { notify, muted }: MyRoomBody): NotifyLevel {
  if (notify !== undefined || muted === undefined) return notify ?? before
  if (!muted) return 'all'
  return before === 'all' ? 'mentions' : before
}

/** @returns the columns that a report or a setting decides. The others say when the row changed, and whether it is stale. */
export function toRow(room: ListedRoom) {
  return {
    room_id: room.room,
    version: room.version,
    gone: 0,
    is_group: room.is_group ? 1 : 0,
    name: room.name,
    title: room.title,
    description: room.description,
    picture: room.picture,
    peer: room.peer,
    members: room.members,
    joined_seq: room.joined_seq,
    created_at: room.created_at,
    last_activity: room.last_activity,
    last_message: room.last_message && JSON.stringify(room.last_message),
    unread: room.unread,
    last_unread: room.last_unread && JSON.stringify(room.last_unread),
    seen_to: room.seen_to,
    rewritten: room.rewritten,
    notify: room.notify,
    pinned: room.pinned ? 1 : 0,
    nickname: room.nickname,
  }
}

export function fromRow(row: RoomRow): ListedRoom {
  const { room_id, gone, revision, stale, added_at, changed_at, pin_changed_at, ...same } = row
  return {
    ...same,
    room: room_id,
    is_group: row.is_group === 1,
    last_message: row.last_message === null ? null : JSON.parse(row.last_message),
    last_unread: row.last_unread === null ? null : JSON.parse(row.last_unread),
    pinned: row.pinned === 1,
  }
}
