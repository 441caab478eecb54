/** The room list as far as it is loaded: pure. */
import type { RoomDetail, RoomInList, SidebarDown } from '../../protocol'

import { merged } from '../merged'

export interface RoomList {
  /**
   * Newest activity first, as the server orders them. All that are pinned are here, however old, and of the others everything
   * above the last of them.
   */
  readonly rooms: readonly RoomInList[]
  readonly hasOlder: boolean
  readonly unreadTotal: number
}

export const NO_ROOMS: RoomList = { rooms: [], hasOlder: false, unreadTotal: 0 }

/** How many rooms a snapshot has at most: one that has fewer is the whole list. */
export const SNAPSHOT_SIZE = 35

const byActivity = (a: RoomInList, b: RoomInList) =>
  +new Date(b.last_activity) - +new Date(a.last_activity) || b.id - a.id

/** The last room down to which the list is loaded: one that is pinned may stand far below it. */
export const lastUnpinned = (rooms: readonly RoomInList[]): RoomInList | undefined =>
  rooms.findLast(({ pinned }) => !pinned)

/** Takes over rooms: a page of what lies below, or one that changed. */
export function withRooms(
  list: RoomList,
  rooms: readonly RoomInList[],
  { hasOlder }: Pick<RoomList, 'hasOlder'> = list,
): RoomList {
  return { ...list, rooms: merged(list.rooms, rooms).sort(byActivity), hasOlder }
}

/** A room as the list has it. */
export function toListEntry(detail: RoomDetail): RoomInList {
  const { participants, admins, my_role, last_id, ...room } = detail
  return room
}

/** Whether a room is loaded or belongs to what is: pinned, or above the last one that is not. */
function belongsInList({ rooms, hasOlder }: RoomList, room: RoomInList): boolean {
  const last = lastUnpinned(rooms)
  return !hasOlder || room.pinned || !last || byActivity(room, last) < 0 || rooms.some(({ id }) => id === room.id)
}

type LastMessageUpdated = Extract<SidebarDown, { type: 'last_message_updated' }>

/** Takes over one frame. A room that is not loaded is left out, until it comes whole and belongs to what is loaded. */
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
      // What else there is says how the room stands now.
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
