/** This room's line in the directory: who is in it and what it is called, for listing and search. */

import { inTime } from '../../actor/rpc/stubs'
import type { Outbox } from '../../actor/store/outbox'
import { projectRoom } from '../../directory/rooms/projection'
import type { BlockStore } from '../store/blocks'
import type { MemberStore } from '../store/members'
import type { RoomRow } from '../store/schema'
import type { Blocks } from '../usecases/blocks'

/** What the index is made from. */
export interface ProjectionSource {
  readonly room: RoomRow | undefined
  readonly members: MemberStore
  readonly blocks: BlockStore
  readonly blockUsecases: Blocks
}

const KEY = 'directory:room'

/**
 * The room is the only writer of its membership; the directory follows. One debt stands for everything that changed
 * since the directory last confirmed, and what is sent is read when it is sent.
 */
export class DirectoryProjection {
  readonly #outbox: Outbox
  readonly #source: ProjectionSource

  constructor(outbox: Outbox, source: ProjectionSource) {
    this.#outbox = outbox
    this.#source = source
  }

  /** To be called within each change of the room's name or members; `first` is the earliest place of the change. */
  changed(first: number): void {
    this.#outbox.enqueue(KEY, this.#outbox.pending(KEY) ?? { since: first - 1 })
  }

  /** Tries to bring the directory up to date now, for at most `limit` ms; what fails is delivered later. */
  async flush(limit: number): Promise<void> {
    await inTime(this.#outbox.deliver(), limit).catch(() => undefined)
  }

  /** Pays the debt: writes what changed since the directory last confirmed. */
  async deliver(db: D1Database, debt: unknown): Promise<void> {
    const { since } = debt as { since: number }
    const { room, members, blocks, blockUsecases } = this.#source
    if (!room) return
    const { revision } = blocks
    const changed = members.changedSince(since).filter((row) => row.changed_seq > since)
    const kept = blockUsecases.storedFor(changed.filter(({ left_at }) => left_at === null))
    const found = await projectRoom(
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
    )
    blockUsecases.reconcile(found, kept, revision)
  }
}
