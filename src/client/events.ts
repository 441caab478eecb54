/** Everything that can be listened to with `chat.on` and `room.on`. */
import type { Message, Notification, Participant, RoomDetail, RoomDown, RoomInList } from '../protocol'
import type { RoomMessage } from './room-view'
import type { ConnectionState } from './state'
import type { Typist } from './typists'

/** Messages of every open room, in order, each once; after a lost connection also those that came meanwhile. */
export interface RoomEvents {
  'message.new': { room: number; message: RoomMessage }
  'message.updated': { room: number; message: RoomMessage }
  'message.deleted': { room: number; message: RoomMessage }
  'typing.changed': { room: number; typing: readonly Typist[] }
  /** Somebody, perhaps you on another device, has read up to a message. */
  'read.changed': { room: number; user: number; message_id: number; read_at: string }
  'member.added': { room: number; member: Participant }
  'member.updated': { room: number; member: Participant }
  'member.removed': { room: number; member: Typist }
  'presence.changed': { user: number; online: boolean; last_seen: string }
  'connection.changed': { state: ConnectionState }
}

export interface ChatEvents extends RoomEvents {
  'room.added': { room: RoomDetail }
  'room.updated': { room: RoomInList }
  'room.removed': { room: number }
  'notification.new': { notification: Notification; unread: number }
  /** The worst state among everything that is open. */
  'connection.changed': { state: ConnectionState }
}

type RoomEvent = { [Name in keyof RoomEvents]: [name: Name, event: RoomEvents[Name]] }[keyof RoomEvents]

/** What a frame of a room means to those who listen; undefined when nothing. */
export function eventOf(room: number, frame: RoomDown, view: (message: Message) => RoomMessage): RoomEvent | undefined {
  switch (frame.type) {
    case 'new_message':
      return ['message.new', { room, message: view(frame.message) }]
    case 'message_updated':
      return ['message.updated', { room, message: view(frame.message) }]
    case 'message_deleted':
      return ['message.deleted', { room, message: view(frame.message) }]
    case 'message.read': {
      const { reader, message_id, read_at } = frame
      return ['read.changed', { room, user: reader.id, message_id, read_at }]
    }
    case 'member_added':
      return ['member.added', { room, member: frame.user }]
    case 'member_updated':
      return ['member.updated', { room, member: frame.user }]
    case 'member_removed':
      return ['member.removed', { room, member: frame.user }]
    case 'presence':
      return ['presence.changed', { user: frame.user_id, online: frame.online, last_seen: frame.last_seen }]
    default:
      return undefined
  }
}
