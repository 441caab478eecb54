/** The projection of this room into the directory: its row and its memberships, for listing and search. */
import { inTime } from '../../actor/rpc/stubs'
import type { Outbox } from '../../actor/store/outbox'
import { projectRoom, type RoomBlock } from '../../directory/rooms/projection'
import type { Block } from '../store/blocks'
import type { RoomStores } from '../store/stores'

const KEY = 'directory:room'

/**
 * Receives the blocks that the directory has between the members that it was sent. `stored` are the room's own blocks between
 * them, and `revision` that of the block store when the directory was asked.
 */
export type OnBlocks = (found: readonly RoomBlock[], stored: readonly Block[], revision: number) => void

/**
 * The room is the only writer of its membership, and the directory follows. One outbox entry stands for every change since the
 * directory last confirmed, and its content is read when it is sent.
 */
export class DirectoryProjection {
  readonly #outbox: Outbox
  readonly #stores: RoomStores

  constructor(outbox: Outbox, stores: RoomStores) {
    this.#outbox = outbox
    this.#stores = stores
  }

  /** To be called within each change of the room's name or members; `first` is the earliest seq of the change. */
  changed(first: number): void {
    this.#outbox.enqueue(KEY, this.#outbox.pending(KEY) ?? { since: first - 1 })
  }

  /** Delivers the projection now, for at most `limit` ms. A failure is retried later. */
  async flush(limit: number): Promise<void> {
    await inTime(this.#outbox.deliver(), limit).catch(() => undefined)
  }

  /** Delivers the outbox entry: writes what changed since the directory last confirmed. */
  async deliver(
    db: D1Database,
    payload: unknown,
    onWebhooks: (ids: number[]) => void,
    onBlocks: OnBlocks,
  ): Promise<void> {
    const { since } = payload as { since: number }
    const { members, blocks } = this.#stores
    const room = this.#stores.room.row
    if (!room) return
    const { revision } = blocks
    const changed = members.changedSince(since).filter((row) => row.changed_seq > since)
    const stored = blocks.amongMembers(changed.filter(({ left_at }) => left_at === null))
    const { blocks: found, webhooks } = await projectRoom(
      db,
      {
        id: room.id,
        is_group: room.is_group,
        name: room.name,
        picture: room.picture,
        member_count: members.current().length,
        created_at: room.created_at,
        deleted_at: room.deleted_at,
        version: Math.max(room.changed_seq, members.lastSeq()),
      },
      changed.map(({ user_id, role, left_at, changed_seq }) => ({
        user_id,
        role,
        left: left_at === null ? 0 : 1,
        version: changed_seq,
      })),
      since === 0,
    )
    onWebhooks(webhooks)
    onBlocks(found, stored, revision)
  }
}
