/** The events of `chat.on` and `room.on`. */
import type { Notification, RoomDetail, RoomDown, RoomInList } from '../protocol'
import type { ConnectionState } from './connection/state'
import type { RoomMessage } from './room/view'
import type { Typist } from './typists'

type FieldsOf<T extends RoomDown['type']> = Omit<Extract<RoomDown, { type: T }>, 'type' | 'seq' | 'ref'> & {
  room: number
}

interface MessageChange {
  room: number
  message: RoomMessage
}

/** Events of open rooms, in order and each once. After a reconnect they include the missed ones. */
export interface RoomEvents {
  'message.new': MessageChange
  'message.updated': MessageChange
  'message.deleted': MessageChange
  'typing.changed': { room: number; typing: readonly Typist[] }
  /** A member, perhaps the user on another device, read up to a message. */
  'read.changed': FieldsOf<'message.read'>
  'member.added': FieldsOf<'member_added'>
  'member.updated': FieldsOf<'member_updated'>
  'member.removed': FieldsOf<'member_removed'>
  'presence.changed': { user_id: number; online: boolean; last_seen: string }
  'connection.changed': { state: ConnectionState }
}

export interface ChatEvents extends RoomEvents {
  'room.added': { room: RoomDetail }
  'room.updated': { room: RoomInList }
  'room.removed': { room_id: number }
  'notification.new': { notification: Notification; unread_count: number }
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
