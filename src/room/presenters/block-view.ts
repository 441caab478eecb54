/**
 * The room as seen by a member who blocked another member, or was blocked by one. The two get nothing new of each other's
 * receipts, typing and presence, and the blocked person gets nothing new of the blocker's names and picture.
 */
import type { UserId } from '../../protocol'
import type { BlockStore, FrozenBlock, FrozenCursors } from '../store/blocks'
import type { MemberRow } from '../store/schema'

/** A member as one viewer sees them. */
export interface VisibleMember extends MemberRow {
  /** The viewer must not learn that messages above this id reached the member; undefined without a block. */
  audience_to?: number
}

/** Pure: one viewer's blocks applied to member rows. */
export class BlockView {
  readonly #blocks = new Map<UserId, FrozenBlock[]>()

  constructor(viewer: UserId, blocks: readonly FrozenBlock[]) {
    for (const block of blocks) {
      const other = block.blocker === viewer ? block.blocked : block.blocker
      this.#blocks.set(other, [...(this.#blocks.get(other) ?? []), block])
    }
  }

  /** Whether the viewer gets no receipts, typing and presence of this user. */
  hides(user: UserId): boolean {
    return this.#blocks.has(user)
  }

  /** Whether this user has blocked the viewer, who sees the user's frozen profile. */
  isBlockedBy(user: UserId): boolean {
    return this.#blocks.get(user)?.some(({ blocker }) => blocker === user) ?? false
  }

  /** The member as the viewer sees them. */
  of(row: MemberRow): VisibleMember {
    const blocks = this.#blocks.get(row.user_id)
    if (!blocks) return row
    const [first] = blocks.toSorted((a, b) => a.seq - b.seq)
    if (!first) return row
    const cursors: FrozenCursors = first.blocker === row.user_id ? first.frozen.blocker : first.frozen.blocked
    const profile = blocks.find(({ blocker }) => blocker === row.user_id)?.frozen.profile
    // A replaced picture is no longer stored, and the new one is not for the viewer.
    const shown = profile && { ...profile, picture: profile.picture === row.picture ? row.picture : null }
    return { ...row, ...shown, ...cursors, audience_to: first.seq }
  }
}

/** The block view of each viewer who has one. */
export class BlockViews {
  readonly #blocks: BlockStore

  constructor(blocks: BlockStore) {
    this.#blocks = blocks
  }

  /** Undefined for a viewer without blocks, who sees the room as everybody does. */
  of(viewer: UserId): BlockView | undefined {
    const blocks = this.#blocks.frozenOf(viewer)
    return blocks.length === 0 ? undefined : new BlockView(viewer, blocks)
  }

  /** Users who have a block view. */
  viewers(): Set<UserId> {
    return new Set(this.#blocks.all().flatMap(({ blocker, blocked }) => [blocker, blocked]))
  }
}
