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

const order = (a: RoomInList, b: RoomInList) => +new Date(b.last_activity) - +new Date(a.last_activity) || b.id - a.id

/** The last room down to which the list is loaded: one that is pinned may stand far below it. */
export const edgeOf = (rooms: readonly RoomInList[]): RoomInList | undefined => rooms.findLast(({ pinned }) => !pinned)

/**
 * Takes over a page: it is the truth about its range, from `above` to its own last room, or to the end of the list when
 * nothing follows. Without `above` it is the first one, and also the truth about what is pinned; null is the top of what is
 * not, where the second begins if the first is full of what is.
 */
export function withRooms(
  list: RoomList,
  page: readonly RoomInList[],
  { above, hasOlder }: { above?: RoomInList | null | undefined; hasOlder: boolean },
): RoomList {
  const isFirst = above === undefined
  const last = edgeOf(page)
  const inPage = ({ id }: RoomInList) => page.some((each) => each.id === id)
  const kept = list.rooms.filter((room) => {
    if (inPage(room)) return false
    if (room.pinned) return !isFirst
    const isBelow = hasOlder && last && order(last, room) < 0
    return isBelow || (above && order(room, above) <= 0)
  })
  const rooms = [...kept, ...page].sort(order)
  // What was loaded further down stays, and with it what is known of its end. After a snapshot that is not everything
  // nothing is known: rooms may have come between it and what was loaded before.
  const reachesFurther = !isFirst && edgeOf(rooms)?.id !== last?.id
  return { ...list, rooms, hasOlder: hasOlder && (!reachesFurther || list.hasOlder) }
}

/** A room as the list has it. */
export function inList(detail: RoomDetail): RoomInList {
  const { participants, admins, my_role, last_id, ...room } = detail
  return room
}

/** Puts one room in its place. */
export function withRoom(list: RoomList, room: RoomInList): RoomList {
  return { ...list, rooms: [...list.rooms.filter(({ id }) => id !== room.id), room].sort(order) }
}

/** Whether a room is loaded or belongs to what is: pinned, or above the last one that is not. */
function isWithin({ rooms, hasOlder }: RoomList, room: RoomInList): boolean {
  const last = edgeOf(rooms)
  return !hasOlder || room.pinned || !last || order(room, last) < 0 || rooms.some(({ id }) => id === room.id)
}

type LastMessageUpdated = Extract<SidebarDown, { type: 'last_message_updated' }>

/** Takes over one frame. A room that is not loaded is left out, until it comes whole and belongs to what is loaded. */
export function withSidebarFrame(list: RoomList, frame: SidebarDown): RoomList {
  const { unread_total: unreadTotal = list.unreadTotal } = frame as { unread_total?: number }
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
    case 'last_message_updated':
    case 'unread_updated': {
      // What else there is says how the room stands now.
      const { type, ref, group_id, room_id, unread_total, ...changes } = frame as LastMessageUpdated
      return change(room_id, changes)
    }
    case 'room_removed':
      return { ...now, rooms: list.rooms.filter(({ id }) => id !== frame.room_id) }
    default:
      return list
  }
}
