/** Moves the members' read and delivered cursors, and publishes their receipts. */
import { COSTS } from '../../actor/budget/costs'
import type { Caller } from '../../actor/rpc/caller'
import { isRefused, type Refused, type UserId } from '../../protocol'
import type { Publisher } from '../outbound/publisher'
import type { RoomSockets } from '../outbound/room-sockets'
import type { SidebarPush } from '../outbound/sidebar-push'
import { deliveredEvent, readEvent } from '../presenters/events'
import type { RoomStores } from '../store/stores'
import type { Admission } from './admission'
import { type CursorMove, CursorWriter } from './cursors'

export class Receipts {
  readonly #stores: RoomStores
  readonly #admission: Admission
  readonly #publisher: Publisher
  readonly #sockets: RoomSockets
  readonly #sidebars: SidebarPush
  readonly #writer = new CursorWriter((user, move) => this.#write(user, move))

  constructor(
    stores: RoomStores,
    admission: Admission,
    publisher: Publisher,
    sockets: RoomSockets,
    sidebars: SidebarPush,
  ) {
    this.#stores = stores
    this.#admission = admission
    this.#publisher = publisher
    this.#sockets = sockets
    this.#sidebars = sidebars
  }

  /** Moves the caller's cursor to a message: now if `isUrgent`, else within `TIMES.cursorWrite`. */
  move(caller: Caller, id: number, cursor: keyof CursorMove, isUrgent: boolean): true | Refused {
    const found = this.#admission.find(caller, id)
    if (isRefused(found)) return found
    if (isUrgent) this.#writer.moveNow(caller.id, { [cursor]: id })
    else this.#writer.move(caller.id, { [cursor]: id })
    return true
  }

  /** Writes and publishes a move: forward only, and never past the newest message. */
  #write(user: UserId, move: CursorMove): void {
    const { members, messages, timeline, unread } = this.#stores
    const { leases } = this.#sockets
    let member = members.get(user)
    if (!member) return
    const newest = messages.last()?.id ?? 0
    const delivered = Math.min(Math.max(move.delivered ?? 0, move.read ?? 0), newest)
    const read = Math.min(move.read ?? 0, newest)
    if (read > member.read_to) {
      const step = { to: read, at: timeline.now(), seq: timeline.next() }
      const allRead = messages.unread(user, read).count === 0
      member = members.readTo(member, step, allRead)
      unread.forget(user)
      this.#publisher.receipt(readEvent(member, step), user)
      this.#sidebars.changed(user)
      leases.charge(user, COSTS.cursor)
    }
    // Also after reading: a pending delivered cursor may be ahead of the read cursor.
    if (delivered > member.delivered_to) {
      leases.charge(user, COSTS.cursor)
      const moved = members.deliveredTo(member, delivered, timeline.next())
      this.#publisher.receipt(deliveredEvent(moved), user)
    }
  }
}
