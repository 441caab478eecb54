/** What a sidebar tells its person's feed about one room: the state, so that telling it twice is harmless. */
import type { LastMessage, RoomId } from '../protocol'

export interface UnreadRoom {
  room: RoomId
  /** The room's version that this is the state of: an older state that arrives late is ignored. */
  version: number
  /** When it was sent, in milliseconds since 1970: it may have been under way for long. */
  sent_at: number
  is_group: boolean
  /** What the person calls the room. */
  chat_name: string
  unread: number
  /** The newest of these. */
  last_unread: LastMessage | null
  /** Nothing new is to be announced: the room is muted, or what is unread stood before the person's eyes. */
  quiet: boolean
  /** See `RoomSummary`. */
  rewritten: number
  /** The person is no longer in the room, or there is none: nothing that was said there is theirs to read. */
  gone: boolean
}
