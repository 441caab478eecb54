/** Finds names of groups after `#` in a text. */
import { caseless, fold } from '../../../protocol/fold'

export interface NamedRoom {
  id: number
  roomName: string
  isGroup: boolean
}

export class RoomNames<R extends NamedRoom> {
  /** Rooms by the folded first character of their names, longest name first: "#Team Berlin" is not "#Team". */
  readonly #rooms = new Map<string, R[]>()
  /** A key that is equal for equal names. */
  readonly key: string

  constructor(rooms: readonly R[]) {
    const named = rooms
      .filter(({ isGroup, roomName }) => isGroup && roomName.trim() !== '')
      .sort((a, b) => b.roomName.length - a.roomName.length)
    for (const room of named) {
      const first = firstOf(room.roomName)
      const others = this.#rooms.get(first)
      if (others) others.push(room)
      else this.#rooms.set(first, [room])
    }
    this.key = named.map(({ id, roomName }) => `${id} ${roomName}`).join('\n')
  }

  /** The room named at a `#`, unless a word precedes it or the name goes on. */
  at(text: string, at: number): { end: number; name: R } | null {
    if (/[\p{L}\p{N}_#]$/u.test(text.slice(Math.max(0, at - 2), at))) return null
    for (const room of this.#rooms.get(firstOf(text.slice(at + 1, at + 3))) ?? []) {
      const end = endOf(room.roomName, text, at + 1)
      if (end !== null) return { end, name: room }
    }
    return null
  }
}

/** The index after a name in any case and form; null if the name is not at `start`, or goes on. */
function endOf(name: string, text: string, start: number): number | null {
  const wanted = caseless(name)
  // In another normal form, letters with marks and ligatures have more or fewer UTF-16 units.
  const most = Math.min(text.length, start + 3 * name.length)
  for (let end = start + Math.ceil(name.length / 3); end <= most; end++) {
    if (/^[\p{L}\p{M}\p{N}_]/u.test(text.slice(end, end + 2))) continue
    if (caseless(text.slice(start, end)) === wanted) return end
  }
  return null
}

const firstOf = (name: string) => [...fold([...name][0] ?? '')][0] ?? ''
