/** The room list as far as it is loaded: pure. */
import type { RoomDetail, RoomInList, SidebarDown } from '../protocol'

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
export const SNAPSHOT = 35

const before = (a: RoomInList, b: RoomInList): boolean =>
  a.last_activity === b.last_activity ? a.id > b.id : a.last_activity > b.last_activity
const byActivity = (a: RoomInList, b: RoomInList): number => (before(a, b) ? -1 : 1)

/** Which part of the list a page is. */
interface Range {
  /** The room that the page begins below. A first page full of what is pinned has none, and the second begins at the top as well. */
  above?: RoomInList | undefined
  isFirst?: boolean
  hasOlder: boolean
}

/** The last room down to which the list is loaded: one that is pinned may stand far below it. */
export const edgeOf = (rooms: readonly RoomInList[]): RoomInList | undefined => rooms.findLast(({ pinned }) => !pinned)

/**
 * Takes over a page: it is the truth about its range, from `above` (a room, or the top) to its own last room, or to
 * the end of the list when nothing follows. The first page, from the top, is also the truth about what is pinned.
 */
export function withRooms(
  list: RoomList,
  page: readonly RoomInList[],
  { above, isFirst = above === undefined, hasOlder }: Range,
): RoomList {
  const inPage = new Set(page.map(({ id }) => id))
  const last = edgeOf(page)
  const kept = list.rooms.filter((room) => {
    if (inPage.has(room.id)) return false
    if (room.pinned) return !isFirst
    const isAbove = above !== undefined && (room.id === above.id || before(room, above))
    const isBelow = hasOlder && last !== undefined && before(last, room)
    return isAbove || isBelow
  })
  const rooms = [...kept, ...page].sort(byActivity)
  // What was loaded further down stays, and with it what is known of its end. After a snapshot that is not everything
  // nothing is known: rooms may have come between it and what was loaded before.
  const reachesFurther = hasOlder && !isFirst && edgeOf(rooms)?.id !== last?.id
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

/** Whether a room is one of those that are loaded: pinned, or not below the last one that is. */
function isWithin({ rooms, hasOlder }: RoomList, room: RoomInList): boolean {
  if (!hasOlder || room.pinned) return true
  const last = edgeOf(rooms.filter(({ id }) => id !== room.id))
  return last !== undefined && (before(room, last) || rooms.some(({ id, pinned }) => id === room.id && !pinned))
}

const without = (list: RoomList, room: number): RoomList => ({
  ...list,
  rooms: list.rooms.filter(({ id }) => id !== room),
})

/** Takes over one frame. A room that is not loaded is left out, until it comes whole and belongs to what is loaded. */
export function withSidebarFrame(list: RoomList, frame: SidebarDown): RoomList {
  const unreadTotal = ('unread_total' in frame ? frame.unread_total : undefined) ?? list.unreadTotal
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
      // One that is no longer pinned goes back to where it belongs, which may be below all that is loaded.
      return isWithin(list, frame.room) ? withRoom(now, frame.room) : without(now, frame.room.id)
    case 'last_message_updated': {
      const { room_id, last_message, unread_count, last_activity } = frame
      return change(room_id, { last_message, unread_count, last_activity })
    }
    case 'unread_updated':
      return change(frame.room_id, { unread_count: frame.unread_count })
    case 'room_removed':
      return without(now, frame.room_id)
    default:
      return list
  }
}
