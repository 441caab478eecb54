/** A sidebar's report to its feed about one room: the newest state, so that repeating it changes nothing. */
import type { LastMessage, RoomId } from '../../protocol'

export interface UnreadReport {
  room: RoomId
  /**
   * The instance of the feed that answered last; empty before the first answer. A feed does not accept a report that was
   * sent to an earlier instance, where a newer report may have overtaken it.
   */
  instance: string
  /** Grows with each change of the sidebar's row: an older report that arrives late is ignored. */
  revision: number
  /** The room's version of this state. */
  version: number
  is_group: boolean
  /** The room's name as the owner sees it. */
  chat_name: string
  unread: number
  /** The newest unread message. */
  last_unread: LastMessage | null
  /** Nothing new is announced: the room is muted, or an open connection was shown what is unread. */
  quiet: boolean
  /** See `RoomSummary`. */
  rewritten: number
  /** The owner left the room, or the room is deleted: the feed removes the texts of its messages. */
  gone: boolean
}

/** The feed's instance, and whether it accepted the report. */
export interface UnreadAnswer {
  instance: string
  accepted: boolean
}
