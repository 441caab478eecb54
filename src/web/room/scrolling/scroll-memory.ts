/** The scroll anchors of rooms, in memory, and the message to load first. */
import type { RoomSnapshot } from '../../../client'

interface ScrollAnchor {
  /** The first visible message, and the pixels of it above the edge. */
  id: number
  offset: number
}

const anchors = new Map<number, ScrollAnchor>()

export const saveAnchor = (room: number, at: ScrollAnchor | null): void =>
  void (at ? anchors.set(room, at) : anchors.delete(room))
export const savedAnchor = (room: number): ScrollAnchor | undefined => anchors.get(room)

type LoadedRoom = Pick<RoomSnapshot, 'unread' | 'hasOlder' | 'read'> & {
  messages: readonly { id: number | null }[]
  connection: { status: string }
}

/** The message around which to load, if the newest page does not reach back to it; else null. */
export function messageToLoad(
  { unread, hasOlder, messages, read, connection }: LoadedRoom,
  left: { id: number } | undefined,
): number | null {
  const oldest = messages[0]?.id ?? 0
  if (!hasOlder || !oldest) return null
  // The read cursor is known only while the room is online.
  if (unread > 0) return connection.status === 'online' && read < oldest ? read : null
  return left && left.id < oldest ? left.id : null
}
