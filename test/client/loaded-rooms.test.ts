/** The room list on screen, after any frames, pages and reconnects, is the server's list as far as it is loaded. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RoomListFrame } from '../../src/client/frames'
import {
  type LoadedRooms,
  lastUnpinned,
  NO_ROOMS,
  SNAPSHOT_SIZE,
  withRoomListFrame,
  withRooms,
} from '../../src/client/lists/loaded-rooms'
import type { RoomDetail, RoomInList } from '../../src/client/model'

const at = (activity: number) => new Date(Date.UTC(2026, 0, 1) + activity * 1_000).toISOString()

const roomOfId = (id: number, activity: number, unreadCount = 0): RoomInList => ({
  id,
  chatName: `Room ${id}`,
  roomName: `Room ${id}`,
  description: '',
  groupImage: null,
  isGroup: true,
  lastMessage: null,
  unreadCount,
  muted: false,
  notify: 'all',
  partnerId: null,
  pinned: false,
  nickname: null,
  createdAt: at(0),
  lastActivity: at(activity),
})

const detailOf = (room: RoomInList): RoomDetail => ({
  ...room,
  participants: [],
  admins: [],
  myRole: 'member',
  lastId: 0,
})

/** The list as the server has it. */
class Server {
  #rooms: RoomInList[] = []
  #clock = 0
  #id = 0
  frames: RoomListFrame[] = []

  get rooms(): RoomInList[] {
    return this.#rooms.toSorted((a, b) =>
      a.lastActivity === b.lastActivity ? b.id - a.id : a.lastActivity < b.lastActivity ? 1 : -1,
    )
  }

  get unreadTotal(): number {
    return this.#rooms.reduce((total, { unreadCount, muted }) => total + (muted ? 0 : unreadCount), 0)
  }

  /** Every pinned room, and the newest of the others. */
  first(limit: number): { results: RoomInList[]; hasOlder: boolean; pinned: Set<number> } {
    const pinned = new Set(this.#rooms.filter((room) => room.pinned).map(({ id }) => id))
    const others = this.rooms.filter(({ id }) => !pinned.has(id))
    const shown = new Set(others.slice(0, Math.max(0, limit - pinned.size)).map(({ id }) => id))
    return {
      results: this.rooms.filter(({ id }) => pinned.has(id) || shown.has(id)),
      hasOlder: others.length > shown.size,
      pinned,
    }
  }

  add(): void {
    const room = roomOfId(++this.#id, ++this.#clock)
    this.#rooms.push(room)
    this.frames.push({ type: 'group_created', group: detailOf(room) })
  }

  speak(number: number): void {
    const isBelow = !this.first(SNAPSHOT_SIZE).results.some(({ id }) => id === this.#at(number)?.id)
    this.#change(number, (room) => ({ ...room, lastActivity: at(++this.#clock), unreadCount: room.unreadCount + 1 }))
    const room = this.#at(number)
    if (!room) return
    const { id: roomId, lastMessage, unreadCount, lastActivity } = room
    const of = { groupId: roomId, roomId, lastMessage, unreadCount, lastActivity }
    this.frames.push({ type: 'last_message_updated', ...of, unreadTotal: this.unreadTotal })
    // What the first page does not show comes whole when it comes up.
    if (isBelow) this.frames.push({ type: 'room_updated', room })
  }

  read(number: number): void {
    this.#change(number, (room) => ({ ...room, unreadCount: 0 }))
    const room = this.#at(number)
    if (!room) return
    this.frames.push({ type: 'unread_updated', roomId: room.id, unreadCount: 0, unreadTotal: this.unreadTotal })
  }

  rename(number: number): void {
    this.#change(number, (room) => ({ ...room, chatName: `${room.chatName}!` }))
    const room = this.#at(number)
    if (room) this.frames.push({ type: 'room_updated', room })
  }

  pin(number: number): void {
    this.#change(number, (room) => ({ ...room, pinned: !room.pinned }))
    const room = this.#at(number)
    if (room) this.frames.push({ type: 'room_updated', room })
    this.#surface()
  }

  mute(number: number): void {
    this.#change(number, (room) => ({ ...room, muted: !room.muted }))
    const room = this.#at(number)
    if (room) this.frames.push({ type: 'room_updated', room, unreadTotal: this.unreadTotal })
  }

  remove(number: number): void {
    const room = this.#at(number)
    if (!room) return
    this.#rooms = this.#rooms.filter(({ id }) => id !== room.id)
    this.frames.push({ type: 'room_removed', roomId: room.id, unreadTotal: this.unreadTotal })
    this.#surface()
  }

  /** What may have come into the first page from below comes whole. */
  #surface(): void {
    const last = this.first(SNAPSHOT_SIZE).results.findLast(({ pinned }) => !pinned)
    if (last) this.frames.push({ type: 'room_updated', room: last })
  }

  /** What follows below a room, without what was pinned when the first page was read. */
  page(below: RoomInList | null, limit: number, pinned: Set<number>): { results: RoomInList[]; hasOlder: boolean } {
    const from = this.rooms.filter(
      (room) =>
        !pinned.has(room.id) &&
        (!below ||
          room.lastActivity < below.lastActivity ||
          (room.lastActivity === below.lastActivity && room.id < below.id)),
    )
    return { results: from.slice(0, limit), hasOlder: from.length > limit }
  }

  snapshot(): RoomListFrame {
    return { type: 'snapshot', rooms: this.first(SNAPSHOT_SIZE).results, unreadTotal: this.unreadTotal }
  }

  #at(number: number): RoomInList | undefined {
    return this.#rooms[number % Math.max(1, this.#rooms.length)]
  }

  #change(number: number, change: (room: RoomInList) => RoomInList): void {
    const room = this.#at(number)
    if (room) this.#rooms = this.#rooms.map((each) => (each === room ? change(each) : each))
  }
}

type Step = {
  do: 'add' | 'flood' | 'speak' | 'read' | 'rename' | 'remove' | 'pin' | 'mute' | 'reconnect' | 'cut' | 'older'
  which: number
}
const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom(
    'add',
    'flood',
    'speak',
    'speak',
    'read',
    'rename',
    'remove',
    'pin',
    'mute',
    'reconnect',
    'cut',
    'older',
    'older',
  ),
  which: fc.nat(1_000),
})

describe('the room list', () => {
  it('equals the server’s after any frames, pages and reconnects', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), fc.array(step, { maxLength: 60 }), (rooms, steps) => {
        const server = new Server()
        for (let count = 0; count < rooms; count++) server.add()
        let list: LoadedRooms = NO_ROOMS
        let heard: number | undefined
        let below: { above: RoomInList | null; pinned: Set<number> } | undefined
        const connect = () => {
          list = withRoomListFrame(list, server.snapshot())
          heard = server.frames.length
          below = undefined
        }
        const hear = () => {
          while (heard !== undefined && heard < server.frames.length) {
            const frame = server.frames[heard++] as RoomListFrame
            if (frame.type === 'room_updated') below = undefined
            list = withRoomListFrame(list, frame)
          }
        }
        const loadOlder = () => {
          if (!list.hasOlder) return false
          const { results, hasOlder, pinned } = below
            ? { ...server.page(below.above, 10, below.pinned), pinned: below.pinned }
            : server.first(10)
          list = withRooms(list, results, { hasOlder })
          below = { above: lastUnpinned(results) ?? below?.above ?? null, pinned }
          return hasOlder
        }
        connect()
        for (const each of steps) {
          if (each.do === 'reconnect' && heard === undefined) connect()
          else if (each.do === 'cut') heard = undefined
          else if (each.do === 'older') loadOlder()
          else if (each.do === 'add') server.add()
          else if (each.do === 'flood') for (let count = 0; count < SNAPSHOT_SIZE + 5; count++) server.add()
          else if (each.do !== 'reconnect') server[each.do](each.which)
          hear()
        }
        // Connected again, and scrolled to the end.
        heard = undefined
        connect()
        while (loadOlder());
        expect(list.rooms).toEqual(server.rooms)
        expect(list.unreadTotal).toBe(server.unreadTotal)
        expect(list.hasOlder).toBe(false)
      }),
      { numRuns: 500 },
    )
  })

  it('knows that a snapshot with fewer rooms than it may have is everything', () => {
    const some = [roomOfId(2, 2), roomOfId(1, 1)]
    const list = withRoomListFrame(NO_ROOMS, { type: 'snapshot', rooms: some, unreadTotal: 3 })
    expect(list).toEqual({ rooms: some, hasOlder: false, unreadTotal: 3 })
    const fewer = withRoomListFrame(list, { type: 'snapshot', rooms: [some[0] as RoomInList], unreadTotal: 0 })
    expect(fewer.rooms.map(({ id }) => id)).toEqual([2])
  })

  it('begins anew with each snapshot: what lies below may be otherwise by now', () => {
    const first = Array.from({ length: SNAPSHOT_SIZE }, (_, index) => roomOfId(100 - index, 100 - index))
    const older = [roomOfId(9, 9), roomOfId(8, 8)]
    const snapshot: RoomListFrame = { type: 'snapshot', rooms: first, unreadTotal: 0 }
    const loaded = withRooms(withRoomListFrame(NO_ROOMS, snapshot), older, { hasOlder: false })
    expect(loaded.rooms).toHaveLength(SNAPSHOT_SIZE + 2)
    expect(withRoomListFrame(loaded, snapshot)).toEqual({ rooms: first, hasOlder: true, unreadTotal: 0 })
  })

  it('leaves frames alone that it does not know', () => {
    expect(withRoomListFrame(NO_ROOMS, { type: 'folderCreated' } as never)).toBe(NO_ROOMS)
  })
})
