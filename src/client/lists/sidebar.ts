/** The user's room list, live: order, unread counts, presence and typing. */
import type { RoomInList, SidebarDown } from '../../protocol'
import type { Host } from '../host'
import { Typists } from '../typists'
import { type ListSnapshot, LiveList } from './live-list'
import { NO_ROOMS, type RoomList, withRooms, withSidebarFrame } from './room-list'

export interface SidebarSnapshot extends ListSnapshot {
  /** Newest activity first. Pinned rooms are marked, not moved. */
  readonly rooms: readonly RoomInList[]
  /** The sum over all rooms that are not muted. */
  readonly unreadTotal: number
  /** The presence of friends and of peers in direct rooms, by user id. */
  readonly presence: ReadonlyMap<number, { readonly online: boolean; readonly last_seen: string }>
  /** The ids of typing members, by room. */
  readonly typing: ReadonlyMap<number, readonly number[]>
}

export class Sidebar extends LiveList<SidebarSnapshot> {
  #list: RoomList = NO_ROOMS
  #presence: SidebarSnapshot['presence'] = new Map()
  readonly #typing = new Map<number, Typists>()
  /** The path of the next page since the last snapshot. */
  #next: string | null = null

  constructor(host: Host) {
    super(host, 'sidebar', '/chatrooms/')
  }

  protected reset(): void {
    this.#list = NO_ROOMS
    this.#next = null
    this.#presence = new Map()
  }

  protected extent(): [number, boolean] {
    return [this.#list.rooms.length, this.#list.hasOlder]
  }

  protected loadPage(): Promise<void> {
    // The socket's first page has no path of the second one.
    return this.fetchPage<RoomInList>(this.#next ?? '/chatrooms/?limit=100', ({ results, next }) => {
      this.#list = withRooms(this.#list, results, { hasOlder: next !== null })
      this.#next = next
    })
  }

  protected apply(frame: SidebarDown): boolean {
    const isGreeting = frame.type === 'snapshot'
    const isUnpinned = frame.type === 'room_updated' && !frame.room.pinned && this.#find(frame.room.id)?.pinned
    this.#list = withSidebarFrame(this.#list, frame)
    // After a snapshot the server sends the presence of online people only.
    if (isGreeting) this.#presence = new Map()
    // A cursor from before the snapshot is not valid any more. And pages leave out pinned rooms, so a room that was unpinned
    // since would be on no further page.
    if (isGreeting || isUnpinned) this.#next = null
    return isGreeting
  }

  /** The room's entry in the list, while the list is online. */
  listed(id: number): RoomInList | undefined {
    return this.state.status === 'online' ? this.#find(id) : undefined
  }

  protected emit(frame: SidebarDown): void {
    const { emit } = this.host
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
        const room = this.#find(frame.room_id)
        if (room) emit('room.updated', { room })
        // The author of the new message has stopped typing.
        if (room?.last_message && frame.type === 'last_message_updated')
          this.#typing.get(room.id)?.stopped(room.last_message.sender)
        break
      }
      case 'presence': {
        this.#presence = new Map(this.#presence).set(frame.user_id, frame)
        emit('presence.changed', frame)
        break
      }
      case 'typing': {
        const { room_id, user_id } = frame
        const typists = this.#typing.get(room_id) ?? new Typists(() => this.store.changed())
        this.#typing.set(room_id, typists)
        typists.started(user_id, '')
      }
    }
  }

  #find(room: number): RoomInList | undefined {
    return this.#list.rooms.find(({ id }) => id === room)
  }

  protected snapshot(loading: boolean): SidebarSnapshot {
    const typing = new Map([...this.#typing].map(([room, { list }]) => [room, list.map(({ id }) => id)]))
    return { ...this.#list, loading, presence: this.#presence, typing, connection: this.state }
  }
}
