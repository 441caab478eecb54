/** The objects and frames of the contract, field by field. */
import {
  both,
  count,
  flag,
  id,
  listOf,
  object,
  oneOf,
  orAbsent,
  orNull,
  type Shape,
  text,
  time,
  url,
  words,
} from './shape.ts'

// People

export const user = object({
  id,
  username: words,
  bio: text,
  first_name: text,
  last_name: text,
  full_name: text,
  profile_pic: orNull(url),
  online_status: flag,
  last_seen: time,
  friendship_status: oneOf('friends', 'request_sent', 'request_received', null),
  outgoing_request_id: orNull(id),
  incoming_request_id: orNull(id),
})

export const profile = object({
  id,
  username: words,
  email: words,
  email_verified: flag,
  first_name: text,
  last_name: text,
  full_name: text,
  bio: text,
  profile_pic: orNull(url),
  friends: listOf(id),
  online_status: flag,
  last_seen: time,
  login_otp: flag,
  is_staff: flag,
})

export const tokens = object({ access: words, refresh: words, tokens: object({ access: words, refresh: words }) })

export const registered = both(
  tokens,
  object({ message: words, user: object({ id, username: words }), verification_required: oneOf(false) }),
)

export const signedIn = both(tokens, object({ user: object({ id, username: words }) }))

export const friendRequest = object({
  id,
  from_user: id,
  to_user: id,
  status: words,
  created_at: time,
  updated_at: time,
})

// Rooms

export const lastMessage = object({
  id,
  content: orNull(text),
  text,
  sender: id,
  sender_name: text,
  timestamp: time,
})

export const room = object({
  id,
  chat_name: words,
  room_name: text,
  description: text,
  group_image: orNull(url),
  is_group: flag,
  last_message: orNull(lastMessage),
  unread_count: count,
  muted: flag,
  notify: oneOf('all', 'mentions', 'nothing'),
  partner_id: orNull(id),
  pinned: flag,
  created_at: time,
  last_activity: time,
})

export const participant = object({
  id,
  username: words,
  full_name: text,
  profile_pic: orNull(url),
  is_admin: flag,
  role: oneOf('owner', 'admin', 'member'),
  online_status: flag,
  last_seen: time,
  joined_at: time,
})

export const roomDetail = both(
  room,
  object({
    participants: listOf(participant),
    admins: listOf(object({ id })),
    my_role: oneOf('owner', 'admin', 'member'),
    last_id: count,
  }),
)

export const shareableLink = object({
  room_id: id,
  code: words,
  link: url,
  expires_at: orNull(time),
  uses: count,
  max_uses: orNull(count),
})

// Messages

export const readStatus = object({ id, user: object({ id, username: words }), timestamp: time })

export const reaction = object({ emoji: words, count, user_ids: listOf(id) })

export const message = object({
  id,
  seq: id,
  room: id,
  sender: object({ id, username: words, full_name: text, profile_pic: orNull(url) }),
  content: orNull(text),
  image: orNull(url),
  image_width: orNull(count),
  image_height: orNull(count),
  image_alt: orNull(text),
  file: orNull(url),
  reply_to: orNull(id),
  timestamp: time,
  edited_at: orNull(time),
  deleted: flag,
  client_id: orNull(text),
  reactions: listOf(reaction),
  status: oneOf('sent', 'delivered', 'read'),
  read_statuses: listOf(readStatus),
})

export const page = (item: Shape): Shape => object({ next: orNull(url), previous: orNull(url), results: listOf(item) })

export const image = object({ id: words, url, width: count, height: count, size: count, type: words })

// Notifications

export const notification = object({
  id,
  notification_type: oneOf(
    'new_message',
    'mention',
    'friend_request',
    'friend_accepted',
    'room_invite',
    'role_changed',
    'system',
  ),
  sender: orNull(text),
  sender_id: orNull(id),
  message: text,
  content: orNull(text),
  chat_name: orNull(text),
  room_id: orNull(id),
  message_id: orNull(id),
  count,
  timestamp: time,
  is_read: flag,
})

// Frames that servers send, by type

const person = object({ id, username: words })
const error = object({ code: words, detail: words })

/** `/ws/chat/{id}/` */
export const chatFrames: Record<string, Shape> = {
  ready: object({ seq: count, room: id, you: id, online: listOf(id) }),
  'message.ack': object({ client_id: orNull(text), id, seq: id, timestamp: time }),
  new_message: object({ seq: id, message }),
  message_updated: object({ seq: id, message }),
  message_deleted: object({ seq: id, message }),
  typing: object({ user_id: id, username: words }),
  stop_typing: object({ user_id: id, username: words }),
  'message.read': object({ seq: orAbsent(id), message_id: id, reader: person, read_at: time }),
  'message.delivered': object({ message_id: id, user_id: id }),
  member_added: object({ user: participant }),
  member_updated: object({ user: participant }),
  member_removed: object({ user: person }),
  room_updated: object({ room: object({ id }) }),
  presence: object({ user_id: id, online: flag, last_seen: time }),
  error,
}

/** `/ws/sidebar/` */
export const sidebarFrames: Record<string, Shape> = {
  snapshot: object({ rooms: listOf(room), unread_total: count }),
  group_created: object({ group: roomDetail }),
  last_message_updated: object({
    group_id: id,
    room_id: id,
    last_message: orNull(lastMessage),
    unread_count: count,
    last_activity: time,
  }),
  unread_updated: object({ room_id: id, unread_count: count, unread_total: count }),
  room_updated: object({ room }),
  room_removed: object({ room_id: id }),
  presence: object({ user_id: id, online: flag, last_seen: time }),
  typing: object({ room_id: id, user_id: id }),
  error,
}

/** `/ws/notifications/` */
export const feedFrames: Record<string, Shape> = {
  notification_list: object({ notifications: listOf(notification), unread_count: count }),
  new_notification: object({ notification }),
  notification_updated: object({ notification }),
  notification_removed: object({ notification_id: id }),
  mark_read_response: object({ notification_id: id, success: flag }),
  mark_all_read_response: object({ count, success: oneOf(true) }),
  error,
}
