/** The state of a room for one member: always the newest state, never a difference, so that a repeated push is harmless. */
import type { LastMessage, Participant, Role, RoomId, UserId } from '../../protocol'

/** One room in a member's list. Times are milliseconds since 1970. */
export interface RoomSummary {
  room: RoomId
  /** The room's seq at this state: an older summary that arrives late is ignored. */
  version: number
  is_group: boolean
  /** The group's own name, empty for a direct room. */
  name: string
  /** The name that this member sees: the peer's name in a direct room. Never empty. */
  title: string
  description: string
  /** Storage key of the picture that this member sees. */
  picture: string | null
  /** The peer of a direct room. */
  peer: UserId | null
  members: number
  /** The room's seq when this member joined. */
  joined_seq: number
  created_at: number
  last_activity: number
  last_message: LastMessage | null
  /** Undeleted messages by others above this member's read cursor. */
  unread: number
  /** The newest of the unread messages. */
  last_unread: LastMessage | null
  /** The room's seq of the last edit, deletion or renaming: texts and names that were pushed before may be outdated. */
  rewritten: number
}

/** The member is no longer in the room, or the room is gone. */
export interface RoomGone {
  room: RoomId
  version: number
  gone: true
}

/** A room's report to a member's sidebar. */
export interface RoomReport {
  state: RoomSummary | RoomGone
  /** Whether the member has the room open on a device and so sees new messages. Only the room knows for certain. */
  open: boolean
  /** The version of the member's own name and picture that the room has; see `Person`. */
  person?: number | undefined
  /** Whether the room understands the answer `written`; a room of the previous build does not. */
  knows_written?: boolean
}

/**
 * The changes of a room that a sidebar receives. `all`: every change, while a list is on screen. `firstUnread`: only that
 * something is unread. `none`: nothing, because the sidebar has it that something is unread. A sidebar without `all` asks the
 * room before its list is read again.
 */
export type Subscription = 'all' | 'firstUnread' | 'none'

/**
 * The sidebar's answer to a push: its subscription from now on. `written` is `all`, and says that the push was written, which
 * is what costs.
 */
export type PushAnswer = Subscription | 'written'

export const subscriptionAfter = (answer: PushAnswer): Subscription => (answer === 'written' ? 'all' : answer)

/** The complete room for one of its members. */
export interface RoomRecord extends RoomSummary {
  my_role: Role
  /** The id of the newest message, 0 when there is none. */
  last_id: number
  participants: Participant[]
  /** Users who were to be added and were sent an invite instead. */
  invited?: UserId[]
}
