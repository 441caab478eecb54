/** Where each room was left, to be found again there, and where one begins to read it. */
import type { RoomSnapshot } from '../../client'

interface Left {
  /** The first message in sight, and how far its beginning is above the edge. */
  id: number
  offset: number
}

const left = new Map<number, Left>()

export const leave = (room: number, at: Left | null): void => void (at ? left.set(room, at) : left.delete(room))
export const leftAt = (room: number): Left | undefined => left.get(room)

type Beginning = Pick<RoomSnapshot, 'unread' | 'hasOlder' | 'read'> & {
  messages: readonly { id: number | null }[]
  connection: { status: string }
}

/** Around which message to load, if what is loaded first does not reach so far back. */
export function beginning(
  { unread, hasOlder, messages, read, connection }: Beginning,
  left: { id: number } | undefined,
): number | null {
  const oldest = messages[0]?.id ?? 0
  if (!hasOlder || !oldest) return null
  // How far one has come is told when the room is on the air.
  if (unread > 0) return connection.status === 'online' && read < oldest ? read : null
  return left && left.id < oldest ? left.id : null
}
