/** The texts and names of a room that a member's notifications quote. */
import type { MessageId, UserId } from '../../protocol'

export interface RoomQuotes {
  /** The room's seq of this state. */
  seq: number
  /** One line of preview text for each message that still exists and that the member may read. */
  texts: ReadonlyMap<MessageId, string>
  /** The names of current and former members. */
  names: ReadonlyMap<UserId, string>
}
