/** What a sidebar tells its person's feed about one room: the state, so that telling it twice is harmless. */
import type { LastMessage, RoomId } from '../../protocol'

export interface UnreadReport {
  room: RoomId
  /**
   * Which life of the feed this is sent to, as it said itself, or empty when that is not known yet. What was sent to
   * another one, where something newer may have overtaken it, is not taken. Absent from a sidebar of an earlier release.
   */
  instance?: string
  /** Grows with each change of what the sidebar has of the room: an older state that arrives late is ignored. */
  revision?: number
  /** The room's version that this is the state of. */
  version: number
  /** When it was sent, in milliseconds since 1970: what a feed of an earlier release orders states by. */
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

/** What a feed answers: which life it is in, and whether it took the state over. A feed of an earlier release: whether. */
export type UnreadAnswer = boolean | { life: string; taken: boolean }
