/** One page of the room list, as REST answers it. */
import { roomInList } from '../../actor/rpc/list'
import type { RoomInList } from '../../protocol'
import type { ListedRoom } from '../store/listed-room'
import { type ListPosition, type RoomStore, TOP } from '../store/rooms'

/** The position at which a page ends, and when the listing began (ms since 1970): its first page has what was pinned then. */
export type PageEdge = ListPosition & { at: number }

/** A page, and the edges to continue from; null where nothing follows. */
export interface ListPage {
  results: RoomInList[]
  above: PageEdge | null
  below: PageEdge | null
}

/** Where a page begins: below or above an edge, or at the top. */
export interface PageStart {
  below?: PageEdge
  above?: PageEdge
}

/** The first page: every pinned room, and the newest other rooms up to `limit` in all. Newest activity first, pinned or not. */
export function firstPage(
  rooms: RoomStore,
  limit: number,
): { results: ListedRoom[]; last: ListedRoom | undefined; more: boolean } {
  const pinned = rooms.pinned()
  const most = Math.max(0, limit - pinned.length)
  const others = rooms.page(most + 1, { unpinnedAt: Number.MAX_SAFE_INTEGER })
  const more = others.length > most
  if (more) others.pop()
  return { results: merged(pinned, others), last: others.at(-1), more }
}

export function pageOf(rooms: RoomStore, origin: string, limit: number, from: PageStart = {}): ListPage {
  const at = (from.above ?? from.below)?.at ?? rooms.now()
  const edge = (room: ListedRoom | undefined): PageEdge =>
    room ? { activity: room.last_activity, room: room.room, at } : { ...TOP, at }
  const answer = (results: ListedRoom[], above: PageEdge | null, below: PageEdge | null): ListPage => ({
    results: results.map((room) => roomInList(room, origin)),
    above,
    below,
  })
  if (from.above) return above(rooms, limit, from.above, edge, answer)
  if (from.below) {
    // One room more than `limit` shows that another page follows.
    const found = rooms.page(limit + 1, { below: from.below, unpinnedAt: at })
    const more = found.length > limit
    if (more) found.pop()
    return answer(found, found[0] ? edge(found[0]) : null, more ? edge(found.at(-1)) : null)
  }
  const { results, last, more } = firstPage(rooms, limit)
  return answer(results, null, more ? edge(last) : null)
}

/** Reading upwards, the page that reaches the top is the first page: it includes the pinned rooms. */
function above(
  rooms: RoomStore,
  limit: number,
  from: PageEdge,
  edge: (room: ListedRoom | undefined) => PageEdge,
  answer: (results: ListedRoom[], above: PageEdge | null, below: PageEdge | null) => ListPage,
): ListPage {
  const found = rooms.page(limit + 1, { above: from, unpinnedAt: from.at })
  const more = found.length > limit
  if (more) found.shift()
  const pinned = rooms.pinned()
  const isFull = more || (found.length > 0 && found.length + pinned.length > limit)
  const results = isFull ? found : merged(pinned, found)
  return answer(results, isFull ? edge(found[0]) : null, results.length > 0 ? edge(found.at(-1)) : null)
}

const merged = (one: ListedRoom[], other: ListedRoom[]): ListedRoom[] =>
  [...one, ...other].sort((a, b) => b.last_activity - a.last_activity || b.room - a.room)
