/** The room list as far as it is loaded: pure. */
import type { RoomDetail, RoomInList, SidebarDown } from '../protocol'

export interface RoomList {
  /** Newest activity first, as the server orders them; everything above the last of them is here. */
  readonly rooms: readonly RoomInList[]
  readonly hasOlder: boolean
  readonly unreadTotal: number
}

export const NO_ROOMS: RoomList = { rooms: [], hasOlder: false, unreadTotal: 0 }

/** How many rooms a snapshot has at most: one that has fewer is the whole list. */
export const SNAPSHOT = 35

const before = (a: RoomInList, b: RoomInList): boolean =>
  a.last_activity === b.last_activity ? a.id > b.id : a.last_activity > b.last_activity
const byActivity = (a: RoomInList, b: RoomInList): number => (before(a, b) ? -1 : 1)

/**
 * Takes over a page: it is the truth about its range, from `above` (a room, or the top) to its own last room, or to
 * the end of the list when nothing follows.
 */
export function withRooms(
  list: RoomList,
  page: readonly RoomInList[],
  { above, hasOlder }: { above?: RoomInList | undefined; hasOlder: boolean },
): RoomList {
  const inPage = new Set(page.map(({ id }) => id))
  const last = page.at(-1)
  const kept = list.rooms.filter((room) => {
    if (inPage.has(room.id)) return false
    const isAbove = above !== undefined && (room.id === above.id || before(room, above))
    const isBelow = hasOlder && last !== undefined && before(last, room)
    return isAbove || isBelow
  })
  const rooms = [...kept, ...page].sort(byActivity)
  // What was loaded further down stays, and with it what is known of its end. After a snapshot that is not everything
  // nothing is known: rooms may have come between it and what was loaded before.
  const reachesFurther = hasOlder && above && rooms.at(-1)?.id !== last?.id
  return { ...list, rooms, hasOlder: reachesFurther ? list.hasOlder : hasOlder }
}

/** A room as the list has it. */
export function inList(detail: RoomDetail): RoomInList {
  const { participants, admins, my_role, last_id, ...room } = detail
  return room
}

/** Puts one room in its place. */
export function withRoom(list: RoomList, room: RoomInList): RoomList {
  return { ...list, rooms: [...list.rooms.filter(({ id }) => id !== room.id), room].sort(byActivity) }
}

/** Whether a room is loaded, or stands above the last one that is. */
function isWithin({ rooms, hasOlder }: RoomList, room: RoomInList): boolean {
  const last = rooms.at(-1)
  return !hasOlder || !last || before(room, last) || rooms.some(({ id }) => id === room.id)
}

/** Takes over one frame. A room that is not loaded is left out, until it comes whole and belongs to what is loaded. */
export function withSidebarFrame(list: RoomList, frame: SidebarDown): RoomList {
  const unreadTotal = 'unread_total' in frame ? frame.unread_total : list.unreadTotal
  const now = { ...list, unreadTotal }
  const change = (id: number, changes: Partial<RoomInList>): RoomList => {
    const room = list.rooms.find((each) => each.id === id)
    return room ? withRoom(now, { ...room, ...changes }) : now
  }
  switch (frame.type) {
    case 'snapshot':
      return withRooms(now, frame.rooms, { hasOlder: frame.rooms.length >= SNAPSHOT })
    case 'group_created':
      return withRoom(now, inList(frame.group))
    case 'room_updated':
      return isWithin(list, frame.room) ? withRoom(now, frame.room) : now
    case 'last_message_updated': {
      const { room_id, last_message, unread_count, last_activity } = frame
      return change(room_id, { last_message, unread_count, last_activity })
    }
    case 'unread_updated':
      return change(frame.room_id, { unread_count: frame.unread_count })
    case 'room_removed':
      return { ...now, rooms: list.rooms.filter(({ id }) => id !== frame.room_id) }
    default:
      return list
  }
}
