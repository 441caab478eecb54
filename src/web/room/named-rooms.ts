/** Which rooms a text names after a #. */
export interface NamedRoom {
  id: number
  room_name: string
  is_group: boolean
}

/** Parts of a text: words, and rooms that it names. The longest name counts: "#Team Berlin" is not "#Team". */
export function roomsIn<R extends NamedRoom>(text: string, rooms: readonly R[]): (string | R)[] {
  const named = rooms
    .filter(({ is_group, room_name }) => is_group && room_name.trim() !== '')
    .sort((a, b) => b.room_name.length - a.room_name.length)
  const parts: (string | R)[] = []
  let said = 0
  for (const { index } of text.matchAll(/(?<![\p{L}\p{N}_#])#/gu)) {
    if (index < said) continue
    const rest = text.slice(index + 1)
    const room = named.find(
      ({ room_name: name }) =>
        rest.slice(0, name.length).toLocaleLowerCase() === name.toLocaleLowerCase() &&
        !/^[\p{L}\p{N}_]/u.test(rest.slice(name.length)),
    )
    if (!room) continue
    parts.push(text.slice(said, index), room)
    said = index + 1 + room.room_name.length
  }
  return [...parts, text.slice(said)].filter((part) => part !== '')
}
