/** Blocks as they come and go: what the two people of one go on knowing of each other, and what they are told when it is lifted. */
import type { RoomBlock } from '../../directory/rooms/projection'
import { fullName, type RoomDown, type UserId } from '../../protocol'
import type { RoomContext } from '../context'
import { BlockView, type VisibleMember } from '../presenters/block-view'
import { deliveredFrame, readFrame } from '../presenters/receipts'
import type { Block, FrozenCursors, FrozenState } from '../store/blocks'
import type { MemberRow } from '../store/schema'

const NOTHING_READ: FrozenCursors = { read_to: 0, read_at: 0, delivered_to: 0 }

export class Blocks {
  readonly #context: RoomContext

  constructor(context: RoomContext) {
    this.#context = context
  }

  /** How this person sees the room; undefined where they see it as everybody does. */
  blockViewOf(viewer: UserId): BlockView | undefined {
    const { blocks } = this.#context
    const mine = blocks.of(viewer)
    return mine.length === 0
      ? undefined
      : new BlockView(
          viewer,
          mine.map((block) => this.#complete(block)),
        )
  }

  /** People who see the room otherwise than everybody else does. */
  viewers(): Set<UserId> {
    return new Set(this.#context.blocks.all().flatMap(({ blocker, blocked }) => [blocker, blocked]))
  }

  /** A block begins. Of a group that the two do not share the room keeps nothing; of a direct room it may be early. */
  begin(block: RoomBlock): void {
    const { blocks, room, members, unread, sidebars } = this.#context
    const { blocker, blocked } = block
    blocks.noteChange(blocker, blocked)
    if (blocks.has(blocker, blocked)) return
    const isShared = members.everJoined(blocker) && members.everJoined(blocked)
    if (room?.is_group === 1 && !isShared) return
    blocks.put(this.#frozen(block))
    if (!room) return
    unread.forget(blocker)
    sidebars.changed(blocker)
  }

  /** A block ends: what the two could not see of each other meanwhile they see now. */
  end(blocker: UserId, blocked: UserId): void {
    const { blocks, room, unread, sidebars, members, timeline } = this.#context
    blocks.noteChange(blocker, blocked)
    if (!blocks.has(blocker, blocked)) return
    const hidden = [this.#seen(blocker, blocked), this.#seen(blocked, blocker)]
    const since = Math.min(...blocks.between(blocker, blocked).map(({ seq }) => seq))
    blocks.remove(blocker, blocked)
    if (!room) return
    unread.forget(blocker)
    // The block's own seq goes with it, and the change needs one: lists tell states apart by it.
    const known = members.everJoined(blocker)
    if (known) members.restamp(known, timeline.seq, () => timeline.next())
    for (const seen of hidden) if (seen) this.#reveal(seen.viewer, seen.row, since)
    sidebars.changed(blocker)
    sidebars.changed(blocked)
  }

  /**
   * People come in, with all the blocks between them and others: before anybody is told of them, and they of anybody.
   * What was known of them from a former membership and does not stand any more is forgotten.
   */
  onJoin(newcomers: readonly UserId[], standing: readonly RoomBlock[]): void {
    const { blocks, members, unread } = this.#context
    for (const { blocker, blocked } of newcomers.flatMap((user) => blocks.of(user))) {
      const stands = standing.some((block) => block.blocker === blocker && block.blocked === blocked)
      if (!stands) blocks.remove(blocker, blocked)
      unread.forget(blocker)
    }
    for (const block of standing) {
      const isHere = members.get(block.blocker) && members.get(block.blocked)
      if (isHere && !blocks.has(block.blocker, block.blocked)) blocks.put(this.#frozen(block))
      unread.forget(block.blocker)
    }
  }

  /** The blocks that the room keeps between these people and its members. */
  storedFor(people: readonly MemberRow[]): Block[] {
    const { blocks, members } = this.#context
    const among = people.flatMap(({ user_id }) => blocks.of(user_id))
    return among.filter(({ blocker, blocked }) => members.get(blocker) && members.get(blocked))
  }

  /**
   * The blocks that the directory found when it took in who is here, all that stand of those that were `kept` among
   * them: a room is made, and people come in, with blocks that were read before. What has changed after `revision`, when
   * the directory was asked, is known better here.
   */
  reconcile(found: readonly RoomBlock[], kept: readonly Block[], revision: number): void {
    const { blocks } = this.#context
    const isOld = ({ blocker, blocked }: Pick<RoomBlock, 'blocker' | 'blocked'>) =>
      !blocks.hasChangedSince(revision, blocker, blocked)
    for (const block of found.filter(isOld)) this.begin(block)
    const isFound = (block: Block) =>
      found.some(({ blocker, blocked }) => blocker === block.blocker && blocked === block.blocked)
    for (const block of kept.filter(isOld)) if (!isFound(block)) this.end(block.blocker, block.blocked)
  }

  #frozen({ blocker, blocked, shown }: RoomBlock): Block & { frozen: FrozenState } {
    const { timeline } = this.#context
    const profile = shown && { username: shown.username, full_name: fullName(shown), picture: shown.picture }
    const frozen = { profile, blocker: this.#cursorsOf(blocker), blocked: this.#cursorsOf(blocked) }
    return { blocker, blocked, seq: timeline.next(), frozen }
  }

  /** An earlier version kept no more than that there is a block: what is frozen is how things stand now. */
  #complete(block: Block): Block & { frozen: FrozenState } {
    if (block.frozen) return { ...block, frozen: block.frozen }
    const completed = this.#frozen({ ...block, shown: null })
    this.#context.blocks.put(completed)
    return completed
  }

  #cursorsOf(user: UserId): FrozenCursors {
    const row = this.#context.members.everJoined(user)
    if (!row) return NOTHING_READ
    const { read_to, read_at, delivered_to } = row
    return { read_to, read_at, delivered_to }
  }

  /** One of two people as the other sees them. */
  #seen(viewer: UserId, other: UserId): { viewer: UserId; row: VisibleMember } | undefined {
    const { members } = this.#context
    const known = members.everJoined(other)
    if (!known || !members.get(viewer)) return undefined
    return { viewer, row: this.blockViewOf(viewer)?.of(known) ?? known }
  }

  /**
   * Tells `viewer` what is otherwise with somebody than they saw `before`, as if it had changed just now: what has a new
   * seq is part of a resume too.
   */
  #reveal(viewer: UserId, before: VisibleMember, since: number): void {
    const { members, timeline, sockets } = this.#context
    const known = this.#seen(viewer, before.user_id)?.row
    if (!known) return
    const looksOther = (['username', 'full_name', 'picture'] as const).some(
      (column) => known[column] !== before[column],
    )
    const hasRead = known.read_to !== before.read_to
    const hasReceived = known.delivered_to !== before.delivered_to
    if (!looksOther && !hasRead && !hasReceived) return
    const row = members.restamp(members.everJoined(before.user_id) as MemberRow, since, () => timeline.next())
    const isHere = row.left_at === null
    const frames: RoomDown[] = []
    if (looksOther) {
      const blockView = this.blockViewOf(viewer)
      const frame = isHere
        ? this.#context.memberFrame('member_updated', row, blockView)
        : this.#context.removalFrame(row, blockView)
      frames.push(frame)
    }
    const steps = members.readSteps.newest(row).filter((step) => step.to > before.read_to)
    if (isHere && hasRead) frames.push(...steps.map((step) => readFrame(row, step)))
    // What is read is delivered: a cursor that only reading has moved has no seq of its own.
    if (isHere && hasReceived && row.delivered_to > row.read_to) frames.push(deliveredFrame(row))
    for (const connection of sockets.of(viewer)) {
      if (connection.live) for (const frame of frames) sockets.send(connection, frame)
    }
  }
}
