/** My room list, live: order, unread, who of my people is online. */
import type { RoomDetail, RoomInList, SidebarDown } from '../protocol'
import { Connection, type Network } from './connection'
import type { ChatEvents } from './events'
import type { Api, Part } from './http'
import { inList, NO_ROOMS, type RoomList, roomOf, withRoom, withRooms, withSidebarFrame } from './room-list'
import type { CloseReason, ConnectionState } from './state'
import { type Emitter, type Readable, Store } from './store'

export interface SidebarSnapshot {
  /** Newest activity first; pinned ones are marked, not moved. */
  readonly rooms: readonly RoomInList[]
  readonly unreadTotal: number
  readonly hasOlder: boolean
  readonly loading: boolean
  /** Of friends and of partners in direct rooms: whether they are online, and when they last were. */
  readonly presence: ReadonlyMap<number, { readonly online: boolean; readonly last_seen: string }>
  /** Who is typing, by room. */
  readonly typing: ReadonlyMap<number, readonly number[]>
  readonly connection: ConnectionState
}

/** What a list has from the client it belongs to. */
export interface ListHost {
  network: Network
  api: Api
  emit: Emitter<ChatEvents>['emit']
  changed(): void
}

/** Below which room, and with which link, the list goes on by REST. */
interface Below {
  above: RoomInList | undefined
  next: string | null
}

/** How long somebody counts as typing after the last word of it, in milliseconds. */
const TYPING = 6_000

export class Sidebar implements Readable<SidebarSnapshot> {
  readonly #host: ListHost
  readonly #connection: Connection
  readonly #store = new Store<SidebarSnapshot>(() => this.#snapshot())
  #list: RoomList = NO_ROOMS
  #loaded = false
  #presence: SidebarSnapshot['presence'] = new Map()
  readonly #typing = new Map<number, Map<number, ReturnType<typeof setTimeout>>>()
  #older: Below | undefined
  #loading: Promise<boolean> | undefined
  readonly #asked = new Set<number>()

  constructor(host: ListHost) {
    this.#host = host
    this.#connection = new Connection(host.network, {
      path: () => '/ws/sidebar/?batch=1',
      receive: (frame) => this.#hear(frame as SidebarDown),
      changed: (state) => this.#connectionChanged(state),
      probe: () => host.api.get('/chatrooms/', { limit: 1 }),
    })
  }

  readonly getSnapshot = (): SidebarSnapshot => this.#store.getSnapshot()

  /** Also opens it, when nobody has. */
  readonly subscribe = (listener: (snapshot: SidebarSnapshot) => void): (() => void) => {
    if (this.connection.status === 'closed') this.open()
    return this.#store.subscribe(listener)
  }

  get connection(): ConnectionState {
    return this.#connection.state
  }

  open(): void {
    this.#connection.open()
  }

  close(reason?: CloseReason): void {
    this.#connection.close(reason)
  }

  /** Forgets everything: somebody else may sign in. */
  clear(): void {
    this.#list = NO_ROOMS
    this.#loaded = false
    this.#older = undefined
    this.#presence = new Map()
    this.#store.changed()
  }

  /** Loads rooms further down. @returns whether there are more */
  loadOlder(): Promise<boolean> {
    this.#loading ??= this.#loadOlder().finally(() => {
      this.#loading = undefined
      this.#store.changed()
    })
    this.#store.changed()
    return this.#loading
  }

  async #loadOlder(): Promise<boolean> {
    // The socket's first page comes without a link to the second.
    let place: Below = this.#older ?? { above: undefined, next: '/chatrooms/' }
    const before = this.#list.rooms.length
    while (this.#list.hasOlder && place.next !== null && this.#list.rooms.length <= before) {
      const page: Part<RoomInList> = await this.#host.api.list(place.next)
      this.#list = withRooms(this.#list, page.results, { above: place.above, hasOlder: page.next !== null })
      place = { above: page.results.at(-1) ?? place.above, next: page.next }
      this.#older = place
    }
    return this.#list.hasOlder
  }

  #hear(frame: SidebarDown): void {
    const known = this.#list
    this.#list = withSidebarFrame(known, frame)
    const id = roomOf(frame)
    if (id !== undefined && this.#loaded && !this.#list.rooms.some((room) => room.id === id)) void this.#fetch(id)
    this.#tell(frame)
    this.#store.changed()
  }

  #tell(frame: SidebarDown): void {
    const { emit } = this.#host
    switch (frame.type) {
      case 'snapshot':
        this.#loaded = true
        // Pages below were counted from another top.
        this.#older = undefined
        this.#connection.greeted()
        break
      case 'group_created':
        emit('room.added', { room: frame.group })
        break
      case 'room_removed':
        emit('room.removed', { room: frame.room_id })
        break
      case 'room_updated':
        emit('room.updated', { room: frame.room })
        break
      case 'last_message_updated':
      case 'unread_updated': {
        const room = this.#list.rooms.find(({ id }) => id === frame.room_id)
        if (room) emit('room.updated', { room })
        break
      }
      case 'presence': {
        const { user_id: user, online, last_seen } = frame
        this.#presence = new Map(this.#presence).set(user, { online, last_seen })
        emit('presence.changed', { user, online, last_seen })
        break
      }
      case 'typing':
        this.#typed(frame.room_id, frame.user_id)
    }
  }

  /** A room from further down has come up. */
  async #fetch(id: number): Promise<void> {
    if (this.#asked.has(id)) return
    this.#asked.add(id)
    try {
      const detail = await this.#host.api.get<RoomDetail>(`/chatrooms/${id}/`)
      this.#list = withRoom(this.#list, inList(detail))
      this.#store.changed()
    } catch {
      // Gone again, or no connection: then a snapshot comes with the next.
    } finally {
      this.#asked.delete(id)
    }
  }

  #typed(room: number, user: number): void {
    const typists = this.#typing.get(room) ?? new Map()
    clearTimeout(typists.get(user))
    const stop = () => {
      typists.delete(user)
      if (typists.size === 0) this.#typing.delete(room)
      this.#store.changed()
    }
    this.#typing.set(room, typists.set(user, setTimeout(stop, TYPING)))
  }

  #connectionChanged(state: ConnectionState): void {
    this.#store.changed()
    this.#host.changed()
    if (state.status === 'closed') for (const each of this.#typing.values()) each.forEach(clearTimeout)
  }

  #snapshot(): SidebarSnapshot {
    const { rooms, unreadTotal, hasOlder } = this.#list
    const typing = new Map([...this.#typing].map(([room, typists]) => [room, [...typists.keys()]]))
    const loading = this.#loading !== undefined || (!this.#loaded && this.connection.status !== 'closed')
    return {
      rooms,
      unreadTotal,
      hasOlder,
      loading,
      presence: this.#presence,
      typing,
      connection: this.connection,
    }
  }
}
