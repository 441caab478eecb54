/** The frames that turn a list as a connection shows it into the list after a change. */
import { roomInList } from '../../actor/rpc/list'
import { viewerOrigin } from '../../actor/sockets/viewer-origin'
import type { SidebarDown } from '../../protocol'
import type { ListedRoom } from '../store/listed-room'
import type { Change } from '../store/rooms'

/** Empty for a room that is new to the list: that one is shown with its members, which the room has to answer. */
export function framesFor({ before, after }: Change, unread_total: number): SidebarDown[] {
  if (!after) return before ? [{ type: 'room_removed', room_id: before.room, unread_total }] : []
  if (!before) return []
  const frames: SidebarDown[] = []
  if (looks(before) !== looks(after)) {
    const total = before.notify === after.notify ? {} : { unread_total }
    frames.push({ type: 'room_updated', room: roomInList(after, viewerOrigin()), ...total })
  }
  if (before.last_activity !== after.last_activity || !sameLast(before, after)) {
    frames.push(lastMessageFrame(after, unread_total))
  } else if (before.unread !== after.unread) {
    frames.push(unreadFrame(after, unread_total))
  }
  return frames
}

export function lastMessageFrame(room: ListedRoom, unread_total: number): SidebarDown {
  return {
    type: 'last_message_updated',
    group_id: room.room,
    room_id: room.room,
    last_message: room.last_message,
    unread_count: room.unread,
    unread_total,
    last_activity: new Date(room.last_activity).toISOString(),
  }
}

export function unreadFrame(room: ListedRoom, unread_total: number): SidebarDown {
  return { type: 'unread_updated', room_id: room.room, unread_count: room.unread, unread_total }
}

const looks = ({ name, title, description, picture, notify, pinned, nickname, peer }: ListedRoom): string =>
  JSON.stringify([name, title, description, picture, notify, pinned, nickname, peer])

const sameLast = (a: ListedRoom, b: ListedRoom): boolean =>
  JSON.stringify(a.last_message) === JSON.stringify(b.last_message)
