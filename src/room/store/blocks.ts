/** The blocks between people of this room, with what the two may still know of each other. Synchronous queries behind a cache. */
import { columnsOf } from '../../actor/store/columns'
import type { RoomBlock } from '../../directory/rooms/projection'
import { fullName, type Person, type UserId } from '../../protocol'
import type { MemberStore } from './members'
import { type BlockRow, blocks, type MemberRow } from './schema'
import type { Timeline } from './timeline'

const COLUMNS = columnsOf(blocks)

/** How far a member had read and received when the block began. */
export type FrozenCursors = Pick<MemberRow, 'read_to' | 'read_at' | 'delivered_to'>

/** The state in which the two people of a block see each other until it ends. */
export interface FrozenState {
  /** The blocker's names and picture as the blocked person sees them; null when they were not stored. */
  profile: Omit<Person, 'id' | 'is_bot'> | null
  blocker: FrozenCursors
  blocked: FrozenCursors
}

/** One user has blocked another. */
export type Pair = Pick<BlockRow, 'blocker' | 'blocked'>

export interface Block extends Pair {
  /** The room's seq when it received the block. */
  seq: number
  /** Null for a block that an earlier release stored. */
  frozen: FrozenState | null
}

export type FrozenBlock = Block & { frozen: FrozenState }

const NOTHING_READ: FrozenCursors = { read_to: 0, read_at: 0, delivered_to: 0 }

const keyOf = ({ blocker, blocked }: Pair): string => `${blocker} ${blocked}`

/** Whether two blocks are between the same two users, in the same direction. */
export const isSamePair = (one: Pair, other: Pair): boolean => keyOf(one) === keyOf(other)

export class BlockStore {
  readonly #sql: SqlStorage
  readonly #members: MemberStore
  readonly #timeline: Timeline
  #all: Block[] | undefined
  #revision = 0
  /** The revision at which each pair was last added, removed or confirmed. */
  readonly #changedAt = new Map<string, number>()
  /** When the newest statement about each pair was read in the directory. */
  readonly #readAt = new Map<string, number>()

  constructor(sql: SqlStorage, members: MemberStore, timeline: Timeline) {
    this.#sql = sql
    this.#members = members
    this.#timeline = timeline
  }

  /** Every block, read once on waking. */
  all(): readonly Block[] {
    this.#all ??= COLUMNS.select(this.#sql, 'FROM blocks').map(({ frozen, ...row }) => ({
      ...row,
      frozen: frozen === null ? null : JSON.parse(frozen),
    }))
    return this.#all
  }

  has(blocker: UserId, blocked: UserId): boolean {
    return this.all().some((block) => isSamePair(block, { blocker, blocked }))
  }

  /** Blocks between a user and others, in both directions. */
  of(user: UserId): Block[] {
    return this.all().filter(({ blocker, blocked }) => blocker === user || blocked === user)
  }

  /** The same with frozen state. A block of an earlier release freezes the state of this moment. */
  frozenOf(user: UserId): FrozenBlock[] {
    return this.of(user).map((block) =>
      block.frozen ? { ...block, frozen: block.frozen } : this.add({ ...block, shown: null }),
    )
  }

  /** Blocks between two users, in both directions. */
  between(one: UserId, other: UserId): Block[] {
    return this.of(one).filter(({ blocker, blocked }) => blocker === other || blocked === other)
  }

  /** Users who are separated from this one by a block. */
  separatedFrom(user: UserId): UserId[] {
    return this.of(user).map(({ blocker, blocked }) => (blocker === user ? blocked : blocker))
  }

  /** Stored blocks between these people and present members. */
  amongMembers(people: readonly MemberRow[]): Block[] {
    return people
      .flatMap(({ user_id }) => this.of(user_id))
      .filter(({ blocker, blocked }) => this.#members.get(blocker) && this.#members.get(blocked))
  }

  /** The highest seq of any block. */
  lastSeq(): number {
    return Math.max(0, ...this.all().map(({ seq }) => seq))
  }

  /**
   * Whether a statement about a pair that was read in the directory at `readAt` (ms since 1970, by the clock of the blocker's
   * sidebar) is the newest so far. A call that takes long can arrive after its own retry.
   */
  isNewest(pair: Pair, readAt: number): boolean {
    if (readAt < (this.#readAt.get(keyOf(pair)) ?? 0)) return false
    this.#readAt.set(keyOf(pair), readAt)
    return true
  }

  /** Counts the changes of this instance of the actor. */
  get revision(): number {
    return this.#revision
  }

  /** Whether a pair changed after `revision`: an answer that was requested before then may be outdated. */
  hasChangedSince(revision: number, pair: Pair): boolean {
    return (this.#changedAt.get(keyOf(pair)) ?? 0) > revision
  }

  /** Stores a block with the state of its two people at this moment. */
  add({ blocker, blocked, shown }: RoomBlock): FrozenBlock {
    const profile = shown && { username: shown.username, full_name: fullName(shown), picture: shown.picture }
    const frozen = { profile, blocker: this.#cursorsOf(blocker), blocked: this.#cursorsOf(blocked) }
    const block = { blocker, blocked, seq: this.#timeline.next(), frozen }
    COLUMNS.replace(this.#sql, { ...block, frozen: JSON.stringify(frozen) })
    this.noteChange(block)
    return block
  }

  remove(pair: Pair): void {
    this.#sql.exec('DELETE FROM blocks WHERE blocker = ? AND blocked = ?', pair.blocker, pair.blocked)
    this.noteChange(pair)
  }

  /** Removes every block of an erased user. */
  removeAllOf(user: UserId): void {
    for (const block of this.of(user)) this.remove(block)
  }

  /** Records that the room has the newest state of a pair, also when it did not change. */
  noteChange(pair: Pair): void {
    this.#all = undefined
    this.#revision += 1
    this.#changedAt.set(keyOf(pair), this.#revision)
  }

  #cursorsOf(user: UserId): FrozenCursors {
    const row = this.#members.everJoined(user)
    if (!row) return NOTHING_READ
    const { read_to, read_at, delivered_to } = row
    return { read_to, read_at, delivered_to }
  }
}
