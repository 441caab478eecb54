/** The state of an open room, and the changes by frames and pages. Pure. */
import type { RoomFrame } from '../frames'
import { merged } from '../merged'
import type { Message, Participant, ReadStatus, RoomDetail } from '../model'
import { type Cursors, cursorOf, NO_CURSORS, withCursor, withReceipts } from './receipts'
import { EMPTY_TIMELINE, type Timeline, withChange, withNewMessage, withPage, withPerson } from './timeline'

export interface RoomState {
  readonly me: number
  readonly detail: RoomDetail | null
  readonly members: readonly Participant[]
  readonly online: ReadonlySet<number>
  readonly timeline: Timeline
  readonly cursors: Cursors
  /** The user's own read cursor, before the server confirms it. */
  readonly read: number
  /** The seq up to which all events have arrived. A reconnect resumes after it. */
  readonly seq: number
  /** The unread count when the room was opened, and the id of the newest message then. */
  readonly atOpening: { readonly unread: number; readonly newest: number }
  /** Frames that arrived since a page was requested, because the page may be older. Null without a request. */
  readonly buffered: readonly RoomFrame[] | null
}

/** A page of messages in any order, and whether there are more beyond its ends. */
export interface Page {
  messages: readonly Message[]
  hasOlder?: boolean
  hasNewer?: boolean
}

export const unopened = (me: number): RoomState => ({
  me,
  detail: null,
  members: [],
  online: new Set(),
  timeline: EMPTY_TIMELINE,
  cursors: NO_CURSORS,
  read: 0,
  seq: 0,
  atOpening: { unread: 0, newest: 0 },
  buffered: null,
})

/**
 * The state of a room with its newest page. Both were loaded before the socket opened. `seq` is that of the older one, so the
 * socket replays events in between, some of them a second time.
 */
export function opened(me: number, detail: RoomDetail, page: Page): RoomState {
  const newest = Math.max(0, ...page.messages.map(({ id }) => id))
  const state = { ...unopened(me), detail, members: detail.participants, seq: Math.min(newest, detail.lastId) }
  return withWindow({ ...state, atOpening: { unread: detail.unreadCount, newest } }, page)
}

/** Starts to buffer frames while a page is requested. */
export const bufferingFrames = (state: RoomState): RoomState => ({ ...state, buffered: [] })

/** Adds a page that adjoins the loaded messages. */
export function withAdjacentPage(state: RoomState, { messages, ...ends }: Page): RoomState {
  return withBufferedFrames({ ...state, timeline: withPage(state.timeline, messages, ends) })
}

/** Replaces the loaded messages, after a jump. */
export const withWindow = (state: RoomState, page: Page): RoomState =>
  withAdjacentPage({ ...state, timeline: EMPTY_TIMELINE }, page)

/** The number of loaded messages above which `trimmed` drops the older half. */
const MAX_MESSAGES = 1_000

/** Drops the older half if there are too many messages, so that a page that is open for weeks does not grow. */
export function trimmed(state: RoomState): RoomState {
  const { messages, hasNewer } = state.timeline
  if (hasNewer || messages.length <= MAX_MESSAGES) return state
  return { ...state, timeline: { ...state.timeline, messages: messages.slice(-MAX_MESSAGES / 2), hasOlder: true } }
}

/** Applies the buffered frames to a page, which may be older than they are. */
function withBufferedFrames(state: RoomState): RoomState {
  const current = { ...withAllReceipts(state, state.cursors, state.members), buffered: null }
  return (state.buffered ?? []).reduce<RoomState>((now, frame) => withFrame(now, frame, true), current)
}

/** Updates the receipts of all messages from the cursors. */
function withAllReceipts(state: RoomState, cursors: Cursors, members: readonly Participant[]): RoomState {
  return { ...state, cursors, members, timeline: withReceipts(state.timeline, cursors, members) }
}

/** Moves the user's own read cursor. */
export const withRead = (state: RoomState, id: number): RoomState => ({ ...state, read: Math.max(state.read, id) })

export const readTo = ({ read, cursors, me }: RoomState): number => Math.max(read, cursorOf(cursors, me).read)

/** The number of unread messages, and the first unread one among the loaded messages. */
export function unreadIn(state: RoomState): { count: number; first: number | null } {
  const { timeline, atOpening, me } = state
  const [oldest] = timeline.messages
  const read = readTo(state)
  // The room has not sent the user's cursor yet.
  if (read === 0) return { count: atOpening.unread, first: null }
  const unread = timeline.messages.filter(({ id, sender, deleted }) => id > read && sender.id !== me && !deleted)
  const first = unread[0]?.id ?? null
  // If the loaded messages begin after the cursor, the count at opening covers those in between.
  if (!timeline.hasOlder || !oldest || oldest.id <= read) return { count: unread.length, first }
  const since = unread.filter(({ id }) => id > atOpening.newest).length
  return { count: Math.max(unread.length, atOpening.unread + since), first }
}

/** Applies one frame. A frame of an ignored or unknown type leaves the state as it is. */
export function withFrame(state: RoomState, frame: RoomFrame, repeated = false): RoomState {
  if (!Object.hasOwn(CHANGES, frame.type)) return state
  const change = CHANGES[frame.type as keyof typeof CHANGES] as (
    state: RoomState,
    frame: RoomFrame,
    repeated: boolean,
  ) => RoomState
  const now = change(state, frame, repeated)
  const seq = 'seq' in frame ? Math.max(now.seq, frame.seq) : now.seq
  const heard = now.buffered && !repeated ? [...now.buffered, frame] : now.buffered
  return seq === now.seq && heard === now.buffered ? now : { ...now, seq, buffered: heard }
}

type Change<T extends RoomFrame['type']> = (
  state: RoomState,
  frame: Extract<RoomFrame, { type: T }>,
  repeated: boolean,
) => RoomState

/** Events that do not change this state. */
type IgnoredEvent = 'typing' | 'stop_typing' | 'signal' | 'message.ack' | 'done' | 'error'

const withChangedMessage = (state: RoomState, { message }: { message: Message }): RoomState => ({
  ...state,
  timeline: withChange(state.timeline, message),
})
const withMember = (state: RoomState, { user }: { user: Participant }): RoomState => {
  const known = state.members.find(({ id }) => id === user.id)
  // Presence has its own events, which only people who may see it receive.
  const { onlineStatus, lastSeen } = known ?? user
  const members = merged(state.members, [{ ...user, onlineStatus, lastSeen }])
  return { ...state, members, timeline: withPerson(state.timeline, user), detail: detailWith(state, members) }
}

function withMovedCursor(
  state: RoomState,
  user: number,
  cursor: 'read' | 'delivered',
  upTo: number,
  repeated: boolean,
  reader?: ReadStatus,
): RoomState {
  const after = repeated ? 0 : cursorOf(state.cursors, user)[cursor]
  const cursors = withCursor(state.cursors, user, { [cursor]: upTo })
  return { ...state, cursors, timeline: withReceipts(state.timeline, cursors, state.members, { after, upTo, reader }) }
}

/** The change for each event. An event that is neither here nor in `IgnoredEvent` does not compile. */
const CHANGES: { [T in Exclude<RoomFrame['type'], IgnoredEvent>]: Change<T> } = {
  ready: (state, { you, online, cursors: told }) => {
    const cursors = told.reduce((known, { userId, ...cursor }) => withCursor(known, userId, cursor), state.cursors)
    return { ...withAllReceipts(state, cursors, state.members), me: you, online: new Set(online) }
  },
  new_message: (state, { message }) => ({ ...state, timeline: withNewMessage(state.timeline, message) }),
  message_updated: withChangedMessage,
  message_deleted: withChangedMessage,
  'message.read': (state, { messageId, reader, readAt }, repeated) =>
    withMovedCursor(state, reader.id, 'read', messageId, repeated, {
      id: reader.id,
      user: reader,
      timestamp: readAt,
    }),
  'message.delivered': (state, { messageId, userId }, repeated) =>
    withMovedCursor(state, userId, 'delivered', messageId, repeated),
  member_added: withMember,
  member_updated: withMember,
  member_removed: (state, { user }) => {
    const members = state.members.filter(({ id }) => id !== user.id)
    const online = new Set(state.online)
    online.delete(user.id)
    // Messages that only this member had not read are read by all now.
    const now = { ...state, online, timeline: withPerson(state.timeline, user), detail: detailWith(state, members) }
    return withAllReceipts(now, state.cursors, members)
  },
  room_updated: (state, { room }) => {
    if (!state.detail) return state
    const { nickname, chatName } = state.detail
    const name = nickname ?? (room.isGroup && room.roomName !== '' ? room.roomName : chatName)
    return { ...state, detail: { ...state.detail, ...room, chatName: name } }
  },
  presence: (state, { userId, online }) => {
    const now = new Set(state.online)
    if (online) now.add(userId)
    else now.delete(userId)
    return { ...state, online: now }
  },
}

/** Updates the fields of the detail that follow from the members. */
function detailWith({ detail, me }: RoomState, members: readonly Participant[]): RoomDetail | null {
  if (!detail) return null
  const peer = detail.isGroup ? undefined : members.find(({ id }) => id !== me)
  return {
    ...detail,
    participants: members as Participant[],
    admins: members.filter(({ isAdmin }) => isAdmin).map(({ id }) => ({ id })),
    myRole: members.find(({ id }) => id === me)?.role ?? detail.myRole,
    chatName: detail.nickname ?? peer?.fullName ?? detail.chatName,
    groupImage: peer ? peer.profilePic : detail.groupImage,
  }
}
