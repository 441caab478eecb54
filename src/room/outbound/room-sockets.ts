/** The sockets of a room, with the data that it stores with each connection. */
import type { Connection } from '../../actor/sockets/connection'
import type { Sockets } from '../../actor/sockets/sockets'

/** Data of one connection that survives hibernation. */
export interface RoomSocketData {
  /** When `typing` was last published for this connection (ms since 1970), 0 once it has ended. */
  typing: number
  /** Whether the connection receives system messages; absent on sockets that an earlier release opened. */
  system?: boolean
}

export type RoomConnection = Connection<RoomSocketData>
export type RoomSockets = Sockets<RoomSocketData>
