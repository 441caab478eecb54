/** A page of my room list, as it is answered. */
import { roomInList } from '../actor/list'
import type { RoomInList } from '../protocol'
import type { MyRoom } from './my-room'
import type { ListPlace, Rooms } from './rooms'

/** A page of the list, and from where to read on in both directions, where there is more. */
export interface ListPage {
  results: RoomInList[]
  above: ListPlace | null
  below: ListPlace | null
}

/** Where a page begins: below or above a place, or at the top. */
export interface PageStart {
  below?: ListPlace
  above?: ListPlace
}

export function pageOf(rooms: Rooms, origin: string, limit: number, from?: PageStart): ListPage {
  // One more than asked for tells whether there is more in the direction of reading.
  const found = rooms.page(limit + 1, from)
  const more = found.length > limit
  if (more) found.splice(from?.above ? 0 : -1, 1)
  const place = (room: MyRoom | undefined) => room && { activity: room.last_activity, room: room.room }
  return {
    results: found.map((room) => roomInList(room, origin)),
    above: ((from?.above ? more : from !== undefined) && place(found[0])) || null,
    below: ((from?.above ? true : more) && place(found.at(-1))) || null,
  }
}
