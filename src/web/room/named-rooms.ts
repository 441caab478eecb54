/** The rooms that a text can name after a #. */
export interface NamedRoom {
  id: number
  room_name: string
  is_group: boolean
}

export class NamedRooms<R extends NamedRoom> {
  /** By the first character of their names in small letters; the longest name first: "#Team Berlin" is not "#Team". */
  readonly #rooms = new Map<string, R[]>()
  /** Equal for equal names. */
  readonly key: string

  constructor(rooms: readonly R[]) {
    const named = rooms
      .filter(({ is_group, room_name }) => is_group && room_name.trim() !== '')
      .sort((a, b) => b.room_name.length - a.room_name.length)
    for (const room of named) {
      const first = firstOf(room.room_name)
      const others = this.#rooms.get(first)
      if (others) others.push(room)
      else this.#rooms.set(first, [room])
    }
    this.key = named.map(({ id, room_name }) => `${id} ${room_name}`).join('\n')
  }

  /** The room named at a # that no word stands before and none goes on behind. */
  at(text: string, at: number): { end: number; name: R } | null {
    if (/[\p{L}\p{N}_#]$/u.test(text.slice(Math.max(0, at - 2), at))) return null
    const room = this.#rooms.get(firstOf(text.slice(at + 1, at + 3)))?.find(({ room_name: name }) => {
      const end = at + 1 + name.length
      return (
        text.slice(at + 1, end).toLocaleLowerCase() === name.toLocaleLowerCase() &&
        !/^[\p{L}\p{N}_]/u.test(text.slice(end, end + 2))
      )
    })
    return room ? { end: at + 1 + room.room_name.length, name: room } : null
  }
}

const firstOf = (name: string) => [...name][0]?.toLocaleLowerCase() ?? ''
