/** Where each room was left, to be found again there, and where one begins to read it. */
import type { RoomSnapshot } from '../../../client'

interface ScrollAnchor {
  /** The first message in sight, and how far its beginning is above the edge. */
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

/** Around which message to load, if what is loaded first does not reach so far back. */
export function messageToLoad(
  { unread, hasOlder, messages, read, connection }: LoadedRoom,
  left: { id: number } | undefined,
): number | null {
  const oldest = messages[0]?.id ?? 0
  if (!hasOlder || !oldest) return null
  // How far one has come is told when the room is on the air.
  if (unread > 0) return connection.status === 'online' && read < oldest ? read : null
  return left && left.id < oldest ? left.id : null
}
