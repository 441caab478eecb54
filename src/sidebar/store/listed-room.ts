/** One room of my list: how it stands, how I have set it up, and how both are stored. */
import { DEFAULT_SETTINGS, type RoomSettings } from '../../actor/rpc/list'
import type { RoomSummary } from '../../actor/rpc/summary'
import type { MyRoomBody, NotifyLevel } from '../../protocol'
import type { RoomRow } from './schema'

/** A room in my list. */
export type ListedRoom = RoomSummary & RoomSettings & Pick<RoomRow, 'seen_to'>

/** Of the table, in the order in which they are written. */
export const COLUMNS = [
  'room_id',
  'version',
  'gone',
  'is_group',
  'name',
  'title',
  'description',
  'picture',
  'peer',
  'members',
  'joined_seq',
  'created_at',
  'last_activity',
  'last_message',
  'unread',
  'last_unread',
  'seen_to',
  'rewritten',
  'notify',
  'pinned',
  'nickname',
  'revision',
  'stale',
  'added_at',
  'changed_at',
  'pin_changed_at',
] as const satisfies (keyof RoomRow)[]

/**
 * My view of a room belongs to my being in it. Whoever left and was let in again at once is told only how it stands
 * after that.
 */
export function settingsAfter(before: ListedRoom | undefined, { joined_seq }: RoomSummary): RoomSettings {
  const known = before?.joined_seq ?? 0
  return before && (known === 0 || known === joined_seq) ? before : DEFAULT_SETTINGS
}

/** Muting what is silent already leaves it as silent as it is. */
export function levelAfter(before: NotifyLevel, { notify, muted }: MyRoomBody): NotifyLevel {
  if (notify !== undefined || muted === undefined) return notify ?? before
  if (!muted) return 'all'
  return before === 'all' ? 'mentions' : before
}

/** As a row, but for when and how often it changed, and whether it is to be asked. */
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

/** From its row. */
export function fromRow(row: RoomRow): ListedRoom {
  return {
    room: row.room_id,
    version: row.version,
    is_group: row.is_group === 1,
    name: row.name,
    title: row.title,
    description: row.description,
    picture: row.picture,
    peer: row.peer,
    members: row.members,
    joined_seq: row.joined_seq,
    created_at: row.created_at,
    last_activity: row.last_activity,
    last_message: row.last_message === null ? null : JSON.parse(row.last_message),
    unread: row.unread,
    last_unread: row.last_unread === null ? null : JSON.parse(row.last_unread),
    seen_to: row.seen_to,
    rewritten: row.rewritten,
    notify: row.notify,
    pinned: row.pinned === 1,
    nickname: row.nickname,
  }
}
