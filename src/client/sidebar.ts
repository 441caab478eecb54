/** My room list, live: order, unread, who of my people is online. */
import type { RoomInList, SidebarDown } from '../protocol'
import type { Host } from './host'
import type { Part } from './http'
import { type ListSnapshot, LiveList } from './live-list'
import { edgeOf, NO_ROOMS, type RoomList, withRooms, withSidebarFrame } from './room-list'
import { Typists } from './typists'

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

/** Below which room, and with which link, the list goes on by REST. */
interface Below {
  above?: RoomInList | null
  next: string | null
}

export class Sidebar extends LiveList<SidebarSnapshot> {
  #list: RoomList = NO_ROOMS
  #presence: SidebarSnapshot['presence'] = new Map()
  readonly #typing = new Map<number, Typists>()
  #older: Below | undefined

  constructor(host: Host) {
    super(host, 'sidebar', '/chatrooms/')
  }

  protected empty(): void {
    this.#list = NO_ROOMS
    this.#older = undefined
    this.#presence = new Map()
  }

  protected async more(): Promise<boolean> {
    // The socket's first page comes without a link to the second.
    let place: Below = this.#older ?? { next: '/chatrooms/?limit=100' }
    const before = this.#list.rooms.length
    while (this.#list.hasOlder && place.next && this.#list.rooms.length <= before) {
      const page: Part<RoomInList> = await this.host.api.list(place.next)
      this.#list = withRooms(this.#list, page.results, { ...place, hasOlder: page.next !== null })
      place = { above: edgeOf(page.results) ?? place.above ?? null, next: page.next }
      this.#older = place
    }
    return this.#list.hasOlder
  }

  protected hear(frame: SidebarDown): void {
    const { emit } = this.host
    const wasPinned = frame.type === 'room_updated' && this.#find(frame.room.id)?.pinned
    this.#list = withSidebarFrame(this.#list, frame)
    switch (frame.type) {
      case 'snapshot':
        // Pages below were counted from another top.
        this.#older = undefined
        this.greeted()
        break
      case 'group_created':
        emit('room.added', { room: frame.group })
        break
      case 'room_removed':
        emit('room.removed', frame)
        break
      case 'room_updated':
        // The pages that were begun leave out what was pinned then: what is no longer, they would never bring.
        if (wasPinned && !frame.room.pinned) this.#older = undefined
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
    const typing = new Map(
      [...this.#typing]
        .map(([room, { list }]) => [room, list.map(({ id }) => id)] as const)
        .filter(([, ids]) => ids[0]),
    )
    return { ...this.#list, loading, presence: this.#presence, typing, connection: this.state }
  }
}
