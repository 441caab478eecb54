/** How a room stands for one of its members: always the newest state, never a difference, so that repeating it is harmless. */
import type { LastMessage, Participant, Role, RoomId, UserId } from '../../protocol'

/** One room as one of its members has it in their list. Times are milliseconds since 1970. */
export interface RoomSummary {
  room: RoomId
  /** The room's seq at this state: an older summary that arrives late is ignored. */
  version: number
  is_group: boolean
  /** The group's own name, empty for a direct room. */
  name: string
  /** What this member sees as the name: the other person's in a direct room. Never empty. */
  title: string
  description: string
  /** Storage key of what this member sees as the picture. */
  picture: string | null
  /** The other person of a direct room. */
  peer: UserId | null
  members: number
  /** The room's seq when this member came in. */
  joined_seq: number
  created_at: number
  last_activity: number
  last_message: LastMessage | null
  /** Undeleted messages by others above this member's read cursor. */
  unread: number
  /** The newest of these. */
  last_unread: LastMessage | null
  /** The room's seq when a text was last edited or deleted here: what was told of texts before may be wrong. */
  rewritten: number
}

/** The member is no longer in the room, or the room is gone. */
export interface RoomGone {
  room: RoomId
  version: number
  gone: true
}

/** What a room tells a member's sidebar. */
export interface RoomReport {
  state: RoomSummary | RoomGone
  /** Whether the member has the room open on a device, and so sees what is said. The room alone knows for sure. */
  open: boolean
  /** Which version of the member's own name and picture the room has; see `Person`. */
  person?: number | undefined
  /** Whether the room knows the answer `written`; a room of the version before does not. */
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

/** A room as one of its members may know all of it. */
export interface RoomRecord extends RoomSummary {
  my_role: Role
  /** The id of the newest message, 0 when there is none. */
  last_id: number
  participants: Participant[]
  /** Those who were to be added, and were asked instead. */
  invited?: UserId[]
}
