/** The room in full, for one of its members. */
import type { Caller } from '../../actor/rpc/caller'
import type { RoomRecord } from '../../actor/rpc/summary'
import { isRefused, type Participant, type Refused, refuse, type UserId } from '../../protocol'
import type { RoomSockets } from '../outbound/room-sockets'
import type { BlockViews } from '../presenters/block-view'
import { participant } from '../presenters/participant'
import type { RoomSummaries } from '../presenters/room-summary'
import type { RoomStores } from '../store/stores'
import type { Admission } from './admission'

/** Position of a member among the participants: when they joined (ms since 1970), and their id. */
export type ParticipantKey = [joined_at: number, id: UserId]

export class RoomRecords {
  readonly #stores: RoomStores
  readonly #admission: Admission
  readonly #summaries: RoomSummaries
  readonly #blockViews: BlockViews
  readonly #sockets: RoomSockets

  constructor(
    stores: RoomStores,
    admission: Admission,
    summaries: RoomSummaries,
    blockViews: BlockViews,
    sockets: RoomSockets,
  ) {
    this.#stores = stores
    this.#admission = admission
    this.#summaries = summaries
    this.#blockViews = blockViews
    this.#sockets = sockets
  }

  of(caller: Caller): RoomRecord | Refused {
    const admitted = this.#admission.admit(caller)
    if (isRefused(admitted)) return admitted
    const summary = this.#summaries.of(caller.id)
    if ('gone' in summary) return refuse('not_found')
    return {
      ...summary,
      my_role: admitted.member.role,
      last_id: this.#stores.messages.last()?.id ?? 0,
      participants: this.#participants(caller),
    }
  }

  /** Longest-standing first; `after` is the key of the last participant of the page before. */
  participants(caller: Caller, limit?: number, after?: ParticipantKey): Participant[] | Refused {
    const admitted = this.#admission.admit(caller)
    return isRefused(admitted) ? admitted : this.#participants(caller, limit, after)
  }

  /** The members as the caller sees them. Only the directory knows when they were last seen. */
  #participants(caller: Caller, limit = Number.POSITIVE_INFINITY, after: ParticipantKey = [0, 0]): Participant[] {
    const blockView = this.#blockViews.of(caller.id)
    const rows = this.#stores.members.current()
    const [joined_at, id] = after
    const last = rows.findIndex((row) => row.user_id === id)
    // The last participant of the page before may have left: the page goes on with those who joined later.
    const from = last >= 0 ? last + 1 : rows.findIndex((row) => row.joined_at > joined_at)
    return rows.slice(from < 0 ? rows.length : from, from + limit).map((row) => ({
      ...participant(blockView?.of(row) ?? row, caller.origin),
      online_status: this.#sockets.has(row.user_id) && !blockView?.hides(row.user_id),
    }))
  }
}
