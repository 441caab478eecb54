/** What is known of an open room, and how each frame and each page changes it: pure. */
import type { Message, Participant, ReadStatus, RoomDetail, RoomDown } from '../../protocol'
import { merged } from '../merged'
import { type Cursors, cursorOf, NO_CURSORS, withCursor, withReceipts } from './receipts'
import { EMPTY_TIMELINE, type Timeline, withChange, withNewMessage, withPage, withPerson } from './timeline'

export interface RoomState {
  readonly me: number
  readonly detail: RoomDetail | null
  readonly members: readonly Participant[]
  readonly online: ReadonlySet<number>
  readonly timeline: Timeline
  readonly cursors: Cursors
  /** How far I have read, before the server has said so. */
  readonly read: number
  /** Everything that happened up to here is known: a reconnect resumes after it. */
  readonly seq: number
  /** How many messages were unread on opening, the newest of which was this. */
  readonly atOpening: { readonly unread: number; readonly newest: number }
  /** What was heard since a page was asked for, which may be older than that. */
  readonly buffered: readonly RoomDown[] | null
}

/** A page as it was asked for: messages in any order, and what lies beyond its ends. */
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
 * The room with its newest page. Both were read before any event is heard: events are asked for from the older of the
 * two on, so that what happened in between comes, if need be a second time.
 */
export function opened(me: number, detail: RoomDetail, page: Page): RoomState {
  const newest = Math.max(0, ...page.messages.map(({ id }) => id))
  const state = { ...unopened(me), detail, members: detail.participants, seq: Math.min(newest, detail.last_id) }
  return withWindow({ ...state, atOpening: { unread: detail.unread_count, newest } }, page)
}

/** Notes that a page is being asked for. */
export const bufferingFrames = (state: RoomState): RoomState => ({ ...state, buffered: [] })

/** Adds a page that adjoins the window. */
export function withAdjacentPage(state: RoomState, { messages, ...ends }: Page): RoomState {
  return withBufferedFrames({ ...state, timeline: withPage(state.timeline, messages, ends) })
}

/** Replaces the window: a jump. */
export const withWindow = (state: RoomState, page: Page): RoomState =>
  withAdjacentPage({ ...state, timeline: EMPTY_TIMELINE }, page)

/** How many messages are kept of a room that is only followed. */
const MAX_MESSAGES = 1_000

/** Lets the older half go when there are too many: a page that is open for weeks must not grow for weeks. */
export function trimmed(state: RoomState): RoomState {
  const { messages, hasNewer } = state.timeline
  if (hasNewer || messages.length <= MAX_MESSAGES) return state
  return { ...state, timeline: { ...state.timeline, messages: messages.slice(-MAX_MESSAGES / 2), hasOlder: true } }
}

/** A page may be older than what was heard while it was on its way: that is applied again. */
function withBufferedFrames(state: RoomState): RoomState {
  const current = { ...withAllReceipts(state, state.cursors, state.members), heard: null }
  return (state.buffered ?? []).reduce<RoomState>((now, frame) => withFrame(now, frame, true), current)
}

/** Brings the receipts of all messages up to date with the cursors. */
function withAllReceipts(state: RoomState, cursors: Cursors, members: readonly Participant[]): RoomState {
  return { ...state, cursors, members, timeline: withReceipts(state.timeline, cursors, members) }
}

/** Moves my own read cursor. */
export const withRead = (state: RoomState, id: number): RoomState => ({ ...state, read: Math.max(state.read, id) })

export const readTo = ({ read, cursors, me }: RoomState): number => Math.max(read, cursorOf(cursors, me).read)

/** How many messages I have not read, and which of the loaded ones is the first of them. */
export function unreadIn(state: RoomState): { count: number; first: number | null } {
  const { timeline, atOpening, me } = state
  const [oldest] = timeline.messages
  const read = readTo(state)
  // Until the room has said how far I have come.
  if (read === 0) return { count: atOpening.unread, first: null }
  const unread = timeline.messages.filter(({ id, sender, deleted }) => id > read && sender.id !== me && !deleted)
  const first = unread[0]?.id ?? null
  // Where the window begins above the cursor, what lies between is known from the opening only.
  if (!timeline.hasOlder || !oldest || oldest.id <= read) return { count: unread.length, first }
  const since = unread.filter(({ id }) => id > atOpening.newest).length
  return { count: Math.max(unread.length, atOpening.unread + since), first }
}

/** Takes over one frame; one that changes nothing here, or is not known, leaves the state as it is. */
export function withFrame(state: RoomState, frame: RoomDown, repeated = false): RoomState {
  if (!Object.hasOwn(CHANGES, frame.type)) return state
  const change = CHANGES[frame.type as keyof typeof CHANGES] as (
    state: RoomState,
    frame: RoomDown,
    repeated: boolean,
  ) => RoomState
  const now = change(state, frame, repeated)
  const seq = 'seq' in frame ? Math.max(now.seq, frame.seq) : now.seq
  const heard = now.buffered && !repeated ? [...now.buffered, frame] : now.buffered
  return seq === now.seq && heard === now.buffered ? now : { ...now, seq, buffered: heard }
}

type Change<T extends RoomDown['type']> = (
  state: RoomState,
  frame: Extract<RoomDown, { type: T }>,
  repeated: boolean,
) => RoomState

/** What changes nothing here. */
type IgnoredEvent = 'typing' | 'stop_typing' | 'message.ack' | 'done' | 'error'

const withChangedMessage = (state: RoomState, { message }: { message: Message }): RoomState => ({
  ...state,
  timeline: withChange(state.timeline, message),
})
const withMember = (state: RoomState, { user }: { user: Participant }): RoomState => {
  const known = state.members.find(({ id }) => id === user.id)
  // Presence is told apart, and only to those who may know.
  const { online_status, last_seen } = known ?? user
  const members = merged(state.members, [{ ...user, online_status, last_seen }])
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

/** A frame that stands neither here nor among the unheeded does not compile. */
const CHANGES: { [T in Exclude<RoomDown['type'], IgnoredEvent>]: Change<T> } = {
  ready: (state, { you, online, cursors: told }) => {
    const cursors = told.reduce((known, { user_id, ...cursor }) => withCursor(known, user_id, cursor), state.cursors)
    return { ...withAllReceipts(state, cursors, state.members), me: you, online: new Set(online) }
  },
  new_message: (state, { message }) => ({ ...state, timeline: withNewMessage(state.timeline, message) }),
  message_updated: withChangedMessage,
  message_deleted: withChangedMessage,
  'message.read': (state, { message_id, reader, read_at }, repeated) =>
    withMovedCursor(state, reader.id, 'read', message_id, repeated, {
      id: reader.id,
      user: reader,
      timestamp: read_at,
    }),
  'message.delivered': (state, { message_id, user_id }, repeated) =>
    withMovedCursor(state, user_id, 'delivered', message_id, repeated),
  member_added: withMember,
  member_updated: withMember,
  member_removed: (state, { user }) => {
    const members = state.members.filter(({ id }) => id !== user.id)
    const online = new Set(state.online)
    online.delete(user.id)
    // Messages that only this person had not read are read by everybody now.
    const now = { ...state, online, timeline: withPerson(state.timeline, user), detail: detailWith(state, members) }
    return withAllReceipts(now, state.cursors, members)
  },
  room_updated: (state, { room }) => {
    if (!state.detail) return state
    const { nickname, chat_name } = state.detail
    const name = nickname ?? (room.is_group && room.room_name !== '' ? room.room_name : chat_name)
    return { ...state, detail: { ...state.detail, ...room, chat_name: name } }
  },
  presence: (state, { user_id, online }) => {
    const now = new Set(state.online)
    if (online) now.add(user_id)
    else now.delete(user_id)
    return { ...state, online: now }
  },
}

/** The detail repeats some of what the members say. */
function detailWith({ detail, me }: RoomState, members: readonly Participant[]): RoomDetail | null {
  if (!detail) return null
  const peer = detail.is_group ? undefined : members.find(({ id }) => id !== me)
  return {
    ...detail,
    participants: members as Participant[],
    admins: members.filter(({ is_admin }) => is_admin).map(({ id }) => ({ id })),
    my_role: members.find(({ id }) => id === me)?.role ?? detail.my_role,
    chat_name: detail.nickname ?? peer?.full_name ?? detail.chat_name,
    group_image: peer ? peer.profile_pic : detail.group_image,
  }
}
