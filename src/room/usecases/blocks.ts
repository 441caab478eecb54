/** Begins and ends blocks: freezes what the two people see of each other, and reveals the changes when the block ends. */
import type { RoomBlock } from '../../directory/rooms/projection'
import type { RoomDown, UserId } from '../../protocol'
import type { RoomSockets } from '../outbound/room-sockets'
import type { SidebarPush } from '../outbound/sidebar-push'
import type { BlockViews, VisibleMember } from '../presenters/block-view'
import { deliveredEvent, memberEvent, readEvent, removalEvent } from '../presenters/events'
import { type Block, isSamePair, type Pair } from '../store/blocks'
import type { MemberRow } from '../store/schema'
import type { RoomStores } from '../store/stores'

/** A member as a viewer saw them while they were blocked. */
interface Hidden {
  viewer: UserId
  row: VisibleMember
}

export class Blocks {
  readonly #stores: RoomStores
  readonly #blockViews: BlockViews
  readonly #sockets: RoomSockets
  readonly #sidebars: SidebarPush

  constructor(stores: RoomStores, blockViews: BlockViews, sockets: RoomSockets, sidebars: SidebarPush) {
    this.#stores = stores
    this.#blockViews = blockViews
    this.#sockets = sockets
    this.#sidebars = sidebars
  }

  /** Begins a block. A group stores it only if both have joined; a direct room also before it exists. */
  begin(block: RoomBlock): void {
    const { blocks, room, members, unread } = this.#stores
    const { blocker, blocked } = block
    blocks.noteChange(block)
    if (blocks.has(blocker, blocked)) return
    const isShared = members.everJoined(blocker) && members.everJoined(blocked)
    if (room.row?.is_group === 1 && !isShared) return
    blocks.add(block)
    if (!room.row) return
    unread.forget(blocker)
    this.#sidebars.changed(blocker)
  }

  /** Ends a block, and reveals to each of the two what changed about the other meanwhile. */
  end(pair: Pair): void {
    const { blocks, room, unread, members, timeline } = this.#stores
    const { blocker, blocked } = pair
    blocks.noteChange(pair)
    if (!blocks.has(blocker, blocked)) return
    const hidden = [this.#hidden(blocker, blocked), this.#hidden(blocked, blocker)]
    const since = Math.min(...blocks.between(blocker, blocked).map(({ seq }) => seq))
    blocks.remove(pair)
    if (!room.row) return
    unread.forget(blocker)
    // The seq of the block is gone with its row. The end needs a seq of its own, by which lists order the room's states.
    const row = members.everJoined(blocker)
    if (row) members.restamp(row, timeline.seq, () => timeline.next())
    for (const each of hidden) if (each) this.#reveal(each, since)
    this.#sidebars.changed(blocker)
    this.#sidebars.changed(blocked)
  }

  /**
   * Stores the blocks between people who join and members, before any event about them. Blocks of an earlier membership that
   * are not in `present` are removed.
   */
  onJoin(newcomers: readonly UserId[], present: readonly RoomBlock[]): void {
    const { blocks, members, unread } = this.#stores
    for (const block of newcomers.flatMap((user) => blocks.of(user))) {
      if (!present.some((each) => isSamePair(each, block))) blocks.remove(block)
      unread.forget(block.blocker)
    }
    for (const block of present) {
      const areMembers = members.get(block.blocker) && members.get(block.blocked)
      if (areMembers && !blocks.has(block.blocker, block.blocked)) blocks.add(block)
      unread.forget(block.blocker)
    }
  }

  /**
   * Applies the blocks that the directory `found` between members when it received a projection, and ends those of `stored`
   * that it did not find: a room is created, and people join, with blocks that were read earlier. Pairs that changed after
   * `revision`, when the directory was asked, keep their state.
   */
  reconcile(found: readonly RoomBlock[], stored: readonly Block[], revision: number): void {
    const { blocks } = this.#stores
    const isUnchanged = (pair: Pair) => !blocks.hasChangedSince(revision, pair)
    for (const block of found.filter(isUnchanged)) this.begin(block)
    for (const block of stored.filter(isUnchanged)) {
      if (!found.some((each) => isSamePair(each, block))) this.end(block)
    }
  }

  /** One of two people as the other sees them; undefined when there is nobody to see, or the viewer is no member. */
  #hidden(viewer: UserId, other: UserId): Hidden | undefined {
    const { members } = this.#stores
    const row = members.everJoined(other)
    if (!row || !members.get(viewer)) return undefined
    return { viewer, row: this.#blockViews.of(viewer)?.of(row) ?? row }
  }

  /**
   * Sends the viewer what changed about a member while the block lasted, as if it had changed now. The new seqs make it part
   * of a replay too. `since` is the seq of the block.
   */
  #reveal({ viewer, row: before }: Hidden, since: number): void {
    const { members, timeline } = this.#stores
    const now = this.#hidden(viewer, before.user_id)?.row
    if (!now) return
    const hasOtherProfile = (['username', 'full_name', 'picture'] as const).some((key) => now[key] !== before[key])
    const hasRead = now.read_to !== before.read_to
    const hasReceived = now.delivered_to !== before.delivered_to
    if (!hasOtherProfile && !hasRead && !hasReceived) return
    const row = members.restamp(members.everJoined(before.user_id) as MemberRow, since, () => timeline.next())
    const isMember = row.left_at === null
    const events: RoomDown[] = []
    if (hasOtherProfile) {
      const blockView = this.#blockViews.of(viewer)
      events.push(isMember ? memberEvent('member_updated', row, blockView) : removalEvent(row, blockView))
    }
    const steps = members.readSteps.newest(row).filter((step) => step.to > before.read_to)
    if (isMember && hasRead) events.push(...steps.map((step) => readEvent(row, step)))
    // A delivered cursor that only reading moved has no seq of its own.
    if (isMember && hasReceived && row.delivered_to > row.read_to) events.push(deliveredEvent(row))
    for (const event of events) this.#sockets.sendTo(viewer, event)
  }
}
