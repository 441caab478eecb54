/** The user's room list, live: order, unread counts, presence and typing. */
import type { RoomListFrame } from '../frames'
import type { RoomInList } from '../model'
import { Typists } from '../typists'
import type { ListHost, ListItems, ListSnapshot, LiveList, NextPage } from './live-list'
import { type LoadedRooms, NO_ROOMS, withRoomListFrame, withRooms } from './loaded-rooms'

export interface RoomListSnapshot extends ListSnapshot {
  /** Newest activity first. Pinned rooms are marked, not moved. */
  readonly rooms: readonly RoomInList[]
  /** The sum over all rooms that are not muted. */
  readonly unreadTotal: number
  /** The presence of friends and of peers in direct rooms, by user id. */
  readonly presence: ReadonlyMap<number, { readonly online: boolean; readonly lastSeen: string }>
  /** The ids of typing members, by room. */
  readonly typing: ReadonlyMap<number, readonly number[]>
}

export type RoomList = LiveList<RoomListSnapshot>

/** @internal */
export class RoomListItems implements ListItems<RoomListSnapshot> {
  readonly #host: ListHost
  #list: LoadedRooms = NO_ROOMS
  #presence: RoomListSnapshot['presence'] = new Map()
  readonly #typing = new Map<number, Typists>()
  /** The path of the next page since the last snapshot. */
  #next: string | null = null

  constructor(host: ListHost) {
    this.#host = host
  }

  reset(): void {
    this.#list = NO_ROOMS
    this.#next = null
    this.#presence = new Map()
  }

  extent(): [number, boolean] {
    return [this.#list.rooms.length, this.#list.hasOlder]
  }

  next(): NextPage {
    // The socket's first page has no path of the second one.
    return [
      this.#next ?? '/chatrooms/?limit=100',
      ({ results, next }) => {
        this.#list = withRooms(this.#list, results, { hasOlder: next !== null })
        this.#next = next
      },
    ]
  }

  apply(frame: RoomListFrame): boolean {
    const isGreeting = frame.type === 'snapshot'
    const isUnpinned = frame.type === 'room_updated' && !frame.room.pinned && this.find(frame.room.id)?.pinned
    this.#list = withRoomListFrame(this.#list, frame)
    // After a snapshot the server sends the presence of online people only.
    if (isGreeting) this.#presence = new Map()
    // A cursor from before the snapshot is not valid any more. And pages leave out pinned rooms, so a room that was unpinned
    // since would be on no further page.
    if (isGreeting || isUnpinned) this.#next = null
    return isGreeting
  }

  emit(frame: RoomListFrame): void {
    const { emit } = this.#host
    switch (frame.type) {
      case 'group_created':
        emit('room.added', { room: frame.group })
        break
      case 'room_removed':
        emit('room.removed', frame)
        break
      case 'room_updated':
        emit('room.updated', frame)
        break
      case 'last_message_updated':
      case 'unread_updated': {
        const room = this.find(frame.roomId)
        if (room) emit('room.updated', { room })
        // The author of the new message has stopped typing.
        if (room?.lastMessage && frame.type === 'last_message_updated')
          this.#typing.get(room.id)?.stopped(room.lastMessage.senderId)
        break
      }
      case 'presence': {
        this.#presence = new Map(this.#presence).set(frame.userId, frame)
        emit('presence.changed', frame)
        break
      }
      case 'typing': {
        const { roomId, userId } = frame
        const typists = this.#typing.get(roomId) ?? new Typists(() => this.#host.changed())
        this.#typing.set(roomId, typists)
        typists.started({ id: userId, username: '', fullName: '' })
      }
    }
  }

  find(roomId: number): RoomInList | undefined {
    return this.#list.rooms.find(({ id }) => id === roomId)
  }

  snapshot() {
    const typing = new Map([...this.#typing].map(([roomId, { list }]) => [roomId, list.map(({ id }) => id)]))
    return { ...this.#list, presence: this.#presence, typing }
  }
}
