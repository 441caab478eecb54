/** My room list, live: order, unread, who of my people is online. */
import type { RoomInList, SidebarDown } from '../../protocol'
import type { Host } from '../host'
import { Typists } from '../typists'
import { type ListSnapshot, LiveList } from './live-list'
import { NO_ROOMS, type RoomList, withRooms, withSidebarFrame } from './room-list'

export interface SidebarSnapshot extends ListSnapshot {
  /** Newest activity first; pinned ones are marked, not moved. */
  readonly rooms: readonly RoomInList[]
  /** Over all rooms, without those that are muted. */
  readonly unreadTotal: number
  /** Of friends and of partners in direct rooms: whether they are online, and when they last were. */
  readonly presence: ReadonlyMap<number, { readonly online: boolean; readonly last_seen: string }>
  /** Ids of those who are typing, by room. */
  readonly typing: ReadonlyMap<number, readonly number[]>
}

export class Sidebar extends LiveList<SidebarSnapshot> {
  #list: RoomList = NO_ROOMS
  #presence: SidebarSnapshot['presence'] = new Map()
  readonly #typing = new Map<number, Typists>()
  /** Where the list goes on below what has been loaded since the last snapshot. */
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
    // The socket's first page comes without a link to the second.
    return this.fetchPage<RoomInList>(this.#next ?? '/chatrooms/?limit=100', ({ results, next }) => {
      this.#list = withRooms(this.#list, results, { hasOlder: next !== null })
      this.#next = next
    })
  }

  protected apply(frame: SidebarDown): boolean {
    const isGreeting = frame.type === 'snapshot'
    const isUnpinned = frame.type === 'room_updated' && !frame.room.pinned && this.#find(frame.room.id)?.pinned
    this.#list = withSidebarFrame(this.#list, frame)
    // Only who is online is told of after a snapshot.
    if (isGreeting) this.#presence = new Map()
    // Pages below a snapshot were counted from another top; and those that were begun leave out what was pinned then: what is
    // no longer, they would never bring.
    if (isGreeting || isUnpinned) this.#next = null
    return isGreeting
  }

  /** A room as the list has it, while that is kept up to date. */
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
        // The message says that the typing is over.
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
