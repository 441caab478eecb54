/** What a room tells a member's feed of what notifications repeat. */
import type { MessageId, UserId } from '../../protocol'

export interface RoomQuotes {
  /** The room's seq when this was so. */
  seq: number
  /** One line for each message that is left and that the member may read. */
  texts: ReadonlyMap<MessageId, string>
  /** What people who are or were in the room are called. */
  names: ReadonlyMap<UserId, string>
}
