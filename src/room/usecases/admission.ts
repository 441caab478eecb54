/** The checks before every use case: whether the caller is a member, may run the group, and may write. */
import type { Caller } from '../../actor/rpc/caller'
import { isRefused, type MessageId, type Refused, refuse } from '../../protocol'
import type { MemberRow, MessageRow, RoomRow } from '../store/schema'
import type { RoomStores } from '../store/stores'
import { mayAct } from './policy'

/** The room, and the caller's membership. */
export interface Admitted {
  room: RoomRow
  member: MemberRow
}

export class Admission {
  readonly #stores: RoomStores

  constructor(stores: RoomStores) {
    this.#stores = stores
  }

  /** Strangers, former members and callers of a deleted room get the same refusal. */
  admit(caller: Caller): Admitted | Refused {
    const room = this.#stores.room.open
    const member = this.#stores.members.get(caller.id)
    return room && member ? { room, member } : refuse('not_found')
  }

  /** The same for a group that the caller may run. */
  admitAdmin(caller: Caller): Admitted | Refused {
    const admitted = this.admit(caller)
    if (isRefused(admitted)) return admitted
    if (!admitted.room.is_group) return refuse('direct_room')
    return mayAct(admitted.member.role) ? admitted : refuse('admins_only')
  }

  /** A message of this room, for a member. */
  find(caller: Caller, id: MessageId): { row: MessageRow; member: MemberRow } | Refused {
    const admitted = this.admit(caller)
    if (isRefused(admitted)) return admitted
    const row = this.#stores.messages.get(id)
    return row ? { row, member: admitted.member } : refuse('not_found')
  }

  /** The reason why a direct room takes nothing new; null where it does, and for every group. */
  refusesWriting(): Refused | null {
    const { room, members } = this.#stores
    // The account of the peer has been erased: nobody would read it.
    if (room.row?.is_group === 0 && members.current().length < 2) return refuse('account_erased')
    return this.isBlocked ? refuse('blocked') : null
  }

  /** Whether this is a direct room whose members are separated by a block. */
  get isBlocked(): boolean {
    return this.#stores.room.row?.is_group !== 1 && this.#stores.blocks.all().length > 0
  }
}
