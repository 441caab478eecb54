/** Answers requests about the owner's list: each first refreshes the rooms whose rows may be stale. */
import { type RoomSettings, roomInList } from '../../actor/rpc/list'
import { LIMITS, type MyRoomBody, type Refused, type RoomId, type RoomInList, refuse } from '../../protocol'
import { type ListPage, type PageStart, pageOf } from '../presenters/page'
import type { ListStream } from '../sockets/list-stream'
import type { RoomStore } from '../store/rooms'
import type { RoomSync } from './room-sync'

export class RoomList {
  readonly #rooms: RoomStore
  readonly #sync: RoomSync
  readonly #stream: ListStream

  constructor(rooms: RoomStore, sync: RoomSync, stream: ListStream) {
    this.#rooms = rooms
    this.#sync = sync
    this.#stream = stream
  }

  async page(origin: string, limit: number, from?: PageStart): Promise<ListPage> {
    await this.#sync.refreshStale()
    return pageOf(this.#rooms, origin, limit, from)
  }

  /** Rooms of `ids` that are in the list. */
  async byIds(origin: string, ids: RoomId[]): Promise<RoomInList[]> {
    await this.#sync.refreshStale()
    return this.#rooms.byIds(ids).map((room) => roomInList(room, origin))
  }

  /** The rooms to search, newest activity first: at most `limit`, or only `room` if it is in the list. */
  async searchable(origin: string, limit: number, room?: RoomId): Promise<RoomInList[]> {
    await this.#sync.refreshStale()
    const rooms = room === undefined ? this.#rooms.page(limit) : this.#rooms.byIds([room])
    return rooms.map((found) => roomInList(found, origin))
  }

  settingsOf(room: RoomId): RoomSettings {
    return this.#rooms.settingsOf(room)
  }

  /** Mutes, pins or renames a room for the owner alone; null when it is not in the list. */
  async updateSettings(room: RoomId, body: MyRoomBody, origin: string): Promise<RoomInList | Refused | null> {
    // The room knows whether the owner is still a member and has it open, which decides what is announced from now on.
    await this.#sync.refresh([room])
    const before = this.#rooms.get(room)
    if (body.pinned && before && !before.pinned && this.#rooms.countPinned() >= LIMITS.pinnedRooms) {
      return refuse('too_many_pinned')
    }
    const after = this.#rooms.updateSettings(room, body)
    if (!before || !after) return null
    await this.#stream.publish({ before, after })
    await this.#sync.pushToFeed(room)
    return roomInList(after, origin)
  }
}
