/** A room list as a client keeps it: the snapshot, brought forward by each frame. Written from the protocol alone. */
import type { Frame } from './line'

export class ListView {
  #unreadTotal: number
  readonly #rooms: Map<number, Frame>

  constructor(snapshot: Frame) {
    this.#unreadTotal = snapshot.unread_total
    this.#rooms = new Map(snapshot.rooms.map((room: Frame) => [room.id, room]))
  }

  take(frame: Frame): void {
    if (frame.unread_total !== undefined) this.#unreadTotal = frame.unread_total
    switch (frame.type) {
      case 'group_created': {
        const { participants: _, admins: __, my_role: ___, last_id: ____, ...room } = frame.group
        this.#rooms.set(room.id, room)
        break
      }
      case 'room_updated':
        this.#rooms.set(frame.room.id, frame.room)
        break
      case 'last_message_updated': {
        const { last_message, unread_count, last_activity } = frame
        this.#change(frame.room_id, { last_message, unread_count, last_activity })
        break
      }
      case 'unread_updated':
        this.#change(frame.room_id, { unread_count: frame.unread_count })
        break
      case 'room_removed':
        this.#rooms.delete(frame.room_id)
        break
    }
  }

  /** The list as it is shown: newest activity first. */
  content(): { rooms: Frame[]; unread_total: number } {
    const rooms = [...this.#rooms.values()].sort(
      (a, b) => Date.parse(b.last_activity) - Date.parse(a.last_activity) || b.id - a.id,
    )
    return { rooms, unread_total: this.#unreadTotal }
  }

  #change(room: number, change: Frame): void {
    const known = this.#rooms.get(room)
    if (known) this.#rooms.set(room, { ...known, ...change })
  }
}
