/** The loaded part of the room list, and the changes by pages and frames. Pure. */
import type { RoomListFrame } from '../frames'
import { merged } from '../merged'
import type { RoomDetail, RoomInList } from '../model'

export interface LoadedRooms {
  /**
   * Newest activity first, as on the server. The list has all pinned rooms, however old, and the others without gaps down to
   * the last one.
   */
  readonly rooms: readonly RoomInList[]
  readonly hasOlder: boolean
  readonly unreadTotal: number
}

export const NO_ROOMS: LoadedRooms = { rooms: [], hasOlder: false, unreadTotal: 0 }

/** The maximum length of a snapshot. A shorter one is the whole list. */
export const SNAPSHOT_SIZE = 35

const byActivity = (a: RoomInList, b: RoomInList) =>
  +new Date(b.lastActivity) - +new Date(a.lastActivity) || b.id - a.id

/** The last room down to which the list has no gaps. Pinned rooms may be far below it. */
export const lastUnpinned = (rooms: readonly RoomInList[]): RoomInList | undefined =>
  rooms.findLast(({ pinned }) => !pinned)

/** Adds or replaces rooms: of a page, or a changed one. */
export function withRooms(
  list: LoadedRooms,
  rooms: readonly RoomInList[],
  { hasOlder }: Pick<LoadedRooms, 'hasOlder'> = list,
): LoadedRooms {
  return { ...list, rooms: merged(list.rooms, rooms).sort(byActivity), hasOlder }
}

/** The list entry of a room's detail. */
export function toListEntry(detail: RoomDetail): RoomInList {
  const { participants, admins, myRole, lastId, ...room } = detail
  return room
}

/** Tells whether the list should have a room: it has it, or the room is pinned or above the last unpinned one. */
function belongsInList({ rooms, hasOlder }: LoadedRooms, room: RoomInList): boolean {
  const last = lastUnpinned(rooms)
  return !hasOlder || room.pinned || !last || byActivity(room, last) < 0 || rooms.some(({ id }) => id === room.id)
}

type LastMessageUpdated = Extract<RoomListFrame, { type: 'last_message_updated' }>

/** Applies one frame. Changes of a room that is not loaded are ignored until a frame has the whole room. */
export function withRoomListFrame(list: LoadedRooms, frame: RoomListFrame): LoadedRooms {
  const { unreadTotal = list.unreadTotal } = frame as { unreadTotal?: number }
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
      const { type, ref, groupId, roomId, unreadTotal: _, ...changes } = frame as LastMessageUpdated
      return {
        ...now,
        rooms: list.rooms.map((room) => (room.id === roomId ? { ...room, ...changes } : room)).sort(byActivity),
      }
    }
    case 'room_removed':
      return { ...now, rooms: list.rooms.filter(({ id }) => id !== frame.roomId) }
    default:
      return list
  }
}
