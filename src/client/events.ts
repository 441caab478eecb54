/** The events of `chat.on` and `room.on`. */

import type { ConnectionState } from './connection/state'
import type { Notification, Participant, RoomDetail, RoomInList, Sender } from './model'
import type { RoomMessage } from './room/view'
import type { Typist } from './typists'

interface MessageChange {
  roomId: number
  message: RoomMessage
}

/** Events of open rooms, in order and each once. After a reconnect they include the missed ones. */
export interface RoomEvents {
  'message.new': MessageChange
  'message.updated': MessageChange
  'message.deleted': MessageChange
  'typing.changed': { roomId: number; typing: readonly Typist[] }
  /** A member, perhaps the user on another device, read up to a message. */
  'read.changed': { roomId: number; messageId: number; reader: { id: number; username: string }; readAt: string }
  'member.added': { roomId: number; user: Participant }
  'member.updated': { roomId: number; user: Participant }
  'member.removed': { roomId: number; user: Sender }
  'presence.changed': { userId: number; online: boolean; lastSeen: string }
  'connection.changed': { roomId: number; state: ConnectionState }
}

export interface ChatEvents extends Omit<RoomEvents, 'connection.changed'> {
  /** The state of all open connections together. */
  'connection.changed': { state: ConnectionState }
  'room.added': { room: RoomDetail }
  'room.updated': { room: RoomInList }
  'room.removed': { roomId: number }
  'notification.new': { notification: Notification; unreadCount: number }
}

/** Events whose names do not follow from the type of their frame. */
const EVENT_NAMES: Partial<Record<string, keyof RoomEvents>> = {
  new_message: 'message.new',
  'message.read': 'read.changed',
  presence: 'presence.changed',
}

/** The event of a frame type: `message.updated` for `message_updated`, and so on. Undefined if there is none. */
export const eventNameOf = (type: string): keyof RoomEvents | undefined =>
  EVENT_NAMES[type] ?? (/^me.+_/.test(type) ? (type.replace('_', '.') as keyof RoomEvents) : undefined)
