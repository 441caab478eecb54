/** The order and the names of rooms in the list. */
import type { RoomInList } from '../../client'

export const pinnedFirst = (rooms: readonly RoomInList[]): RoomInList[] => [
  ...rooms.filter(({ pinned }) => pinned),
  ...rooms.filter(({ pinned }) => !pinned),
]

/** The name of a room for this person. */
export const roomName = (room: { nickname: string | null; chatName: string }): string =>
  room.nickname || room.chatName || ''
