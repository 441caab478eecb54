/** The loaded part of the room list, and the changes by pages and frames. Pure. */
import type { RoomDetail, RoomInList, SidebarDown } from '../../protocol'

import { merged } from '../merged'

export interface RoomList {
  /**
   * Newest activity first, as on the server. The list has all pinned rooms, however old, and the others without gaps down to
   * the last one.
   */
  readonly rooms: readonly RoomInList[]
  readonly hasOlder: boolean
  readonly unreadTotal: number
}

export const NO_ROOMS: RoomList = { rooms: [], hasOlder: false, unreadTotal: 0 }

/** The maximum length of a snapshot. A shorter one is the whole list. */
export const SNAPSHOT_SIZE = 35

const byActivity = (a: RoomInList, b: RoomInList) =>
  +new Date(b.last_activity) - +new Date(a.last_activity) || b.id - a.id

/** The last room down to which the list has no gaps. Pinned rooms may be far below it. */
export const lastUnpinned = (rooms: readonly RoomInList[]): RoomInList | undefined =>
  rooms.findLast(({ pinned }) => !pinned)

/** Adds or replaces rooms: of a page, or a changed one. */
export function withRooms(
  list: RoomList,
  rooms: readonly RoomInList[],
  { hasOlder }: Pick<RoomList, 'hasOlder'> = list,
): RoomList {
  return { ...list, rooms: merged(list.rooms, rooms).sort(byActivity), hasOlder }
}

/** The list entry of a room's detail. */
export function toListEntry(detail: RoomDetail): RoomInList {
  const { participants, admins, my_role, last_id, ...room } = detail
  return room
}

/** Tells whether the list should have a room: it has it, or the room is pinned or above the last unpinned one. */
function belongsInList({ rooms, hasOlder }: RoomList, room: RoomInList): boolean {
  const last = lastUnpinned(rooms)
  return !hasOlder || room.pinned || !last || byActivity(room, last) < 0 || rooms.some(({ id }) => id === room.id)
}

type LastMessageUpdated = Extract<SidebarDown, { type: 'last_message_updated' }>

/** Applies one frame. Changes of a room that is not loaded are ignored until a frame has the whole room. */
export function withSidebarFrame(list: RoomList, frame: SidebarDown): RoomList {
  const { unread_total: unreadTotal = list.unreadTotal } = frame as { unread_total?: number }
  const now = { ...list, unreadTotal }
  switch (frame.type) {
    case 'snapshot':
      return withRooms({ ...now, rooms: [] }, frame.rooms, { hasOlder: frame.rooms.length >= SNAPSHOT_SIZE })
    case 'group_created':
      return withRooms(now, [toListEntry(frame.group)])
    case 'room_updated':
      return belongsInList(list, frame.room) ? withRooms(now, [frame.room]) : now
    case 'last_message_updated':
    case 'unread_updated': {
      // The other fields are the room's new values.
      const { type, ref, group_id, room_id, unread_total, ...changes } = frame as LastMessageUpdated
      return {
        ...now,
        rooms: list.rooms.map((room) => (room.id === room_id ? { ...room, ...changes } : room)).sort(byActivity),
      }
    }
    case 'room_removed':
      return { ...now, rooms: list.rooms.filter(({ id }) => id !== frame.room_id) }
    default:
      return list
  }
}
