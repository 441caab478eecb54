/** A room in one user's list, and the room detail, which adds the members. */
import { imageUrl } from '../../media/urls'
import type { NotifyLevel, Participant, RoomDetail, RoomInList, UserId } from '../../protocol'
import { isAdmin } from '../../protocol'
import type { RoomRecord, RoomSummary } from './summary'

/** The user's own settings for a room. */
export interface RoomSettings {
  notify: NotifyLevel
  pinned: boolean
  nickname: string | null
}

/** A user's presence as one viewer may see it; times in milliseconds since 1970. */
export interface MemberPresence {
  online: boolean
  last_seen: number
  /** One of the two has blocked the other: sockets open in the room must not reveal presence either. */
  hidden: boolean
}

export const DEFAULT_SETTINGS: RoomSettings = { notify: 'all', pinned: false, nickname: null }

export function roomInList(state: RoomSummary & RoomSettings, origin: string): RoomInList {
  return {
    id: state.room,
    chat_name: state.nickname ?? state.title,
    room_name: state.name,
    description: state.description,
    group_image: imageUrl(origin, state.picture),
    is_group: state.is_group,
    last_message: state.last_message,
    unread_count: state.unread,
    muted: state.notify !== 'all',
    notify: state.notify,
    pinned: state.pinned,
    nickname: state.nickname,
    partner_id: state.peer,
    created_at: new Date(state.created_at).toISOString(),
    last_activity: new Date(state.last_activity).toISOString(),
  }
}

/** The same detail with image URLs of another origin. */
export function atOrigin(detail: RoomDetail, origin: string): RoomDetail {
  const moved = (url: string | null) => url && origin + url.slice(url.indexOf('/media/'))
  return {
    ...detail,
    group_image: moved(detail.group_image),
    participants: detail.participants.map((person) => ({ ...person, profile_pic: moved(person.profile_pic) })),
  }
}

/** The detail of a room for one of its members, with the members and their presence. */
export function roomDetail(
  record: RoomRecord,
  view: RoomSettings,
  seen: ReadonlyMap<UserId, MemberPresence>,
  origin: string,
): RoomDetail {
  return {
    ...roomInList({ ...record, ...view }, origin),
    participants: record.participants.map((person) => withPresence(person, seen)),
    admins: record.participants.filter(({ role }) => isAdmin(role)).map(({ id }) => ({ id })),
    my_role: record.my_role,
    last_id: record.last_id,
  }
}

/** A member of a room, with the presence that one viewer may see. */
export function withPresence(person: Participant, seen: ReadonlyMap<UserId, MemberPresence>): Participant {
  const known = seen.get(person.id)
  // Open sockets in the room count only for viewers whose right to see this presence is known.
  if (!known) return { ...person, online_status: false }
  const last_seen = new Date(known.last_seen).toISOString()
  const online_status = !known.hidden && (person.online_status || known.online)
  return { ...person, online_status, last_seen }
}
