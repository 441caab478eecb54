/**
 * The room as one member sees it who has blocked another member, or was blocked by one: the two learn nothing new of
 * each other's receipts and typing, and the blocked person nothing new of the blocker's name and picture. Pure.
 */
import type { UserId } from '../../protocol'
import type { Block, FrozenCursors, FrozenState } from '../store/blocks'
import type { MemberRow } from '../store/schema'

/** A member as somebody sees them. */
export interface VisibleMember extends MemberRow {
  /** Messages above this id have not been sent to them, as far as the viewer may know; undefined for all the others. */
  audience_to?: number
}

export class BlockView {
  readonly viewer: UserId
  readonly #blocks = new Map<UserId, (Block & { frozen: FrozenState })[]>()

  constructor(viewer: UserId, blocks: readonly (Block & { frozen: FrozenState })[]) {
    this.viewer = viewer
    for (const block of blocks) {
      const other = block.blocker === viewer ? block.blocked : block.blocker
      this.#blocks.set(other, [...(this.#blocks.get(other) ?? []), block])
    }
  }

  /** Whether the viewer hears nothing of this person's reading, typing and coming. */
  hides(user: UserId): boolean {
    return this.#blocks.has(user)
  }

  /** Whether the viewer has been blocked by this person, and sees them as they were then. */
  isBlockedBy(user: UserId): boolean {
    return this.#blocks.get(user)?.some(({ blocker }) => blocker === user) ?? false
  }

  /** The member as the viewer may know them. */
  of(row: MemberRow): VisibleMember {
    const blocks = this.#blocks.get(row.user_id)
    if (!blocks) return row
    const [first] = blocks.toSorted((a, b) => a.seq - b.seq)
    if (!first) return row
    const cursors: FrozenCursors = first.blocker === row.user_id ? first.frozen.blocker : first.frozen.blocked
    const shown = blocks.find(({ blocker }) => blocker === row.user_id)?.frozen.profile
    // A picture that was replaced is no longer stored, and the new one is not for the viewer.
    const names = shown && { ...shown, picture: shown.picture === row.picture ? row.picture : null }
    return { ...row, ...names, ...cursors, audience_to: first.seq }
  }
}
