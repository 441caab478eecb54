/** The order of the list: pinned rooms first, and within both parts by activity. */
import type { RoomInList } from '../../client'

export const pinnedFirst = (rooms: readonly RoomInList[]): RoomInList[] => [
  ...rooms.filter(({ pinned }) => pinned),
  ...rooms.filter(({ pinned }) => !pinned),
]

/** What a room is called here. */
export const roomName = (room: { nickname: string | null; chat_name: string }): string =>
  room.nickname || room.chat_name || ''
