/** The blocks between people of this room: synchronous queries over the room's own SQLite, behind a cache. */
import type { Person, UserId } from '../../protocol'
import type { BlockRow } from './schema'

type Row = BlockRow & Record<string, SqlStorageValue>

/** How far somebody had read and received when a block came between them and somebody else. */
export interface FrozenCursors {
  read_to: number
  read_at: number
  delivered_to: number
}

/** What the two people of a block go on knowing of each other. */
export interface FrozenState {
  /** How the blocked person goes on seeing the blocker; null where that was not kept. */
  profile: Omit<Person, 'id'> | null
  blocker: FrozenCursors
  blocked: FrozenCursors
}

export interface Block {
  blocker: UserId
  blocked: UserId
  /** The room's seq when the room learnt of it. */
  seq: number
  /** Null for a block that an earlier version kept. */
  frozen: FrozenState | null
}

export class BlockStore {
  readonly #sql: SqlStorage
  #all: Block[] | undefined
  #revision = 0
  /** When each pair was last set or lifted, as a revision. */
  readonly #changedAt = new Map<string, number>()
  /** When the newest of what was said of each pair was read in the directory. */
  readonly #askedAt = new Map<string, number>()

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** Every block, read once on waking. */
  all(): readonly Block[] {
    this.#all ??= this.#sql
      .exec<Row>('SELECT * FROM blocks')
      .toArray()
      .map(({ frozen, ...row }) => ({ ...row, frozen: frozen === null ? null : JSON.parse(frozen) }))
    return this.#all
  }

  has(blocker: UserId, blocked: UserId): boolean {
    return this.all().some((block) => block.blocker === blocker && block.blocked === blocked)
  }

  /** Those between this person and others. */
  of(user: UserId): Block[] {
    return this.all().filter(({ blocker, blocked }) => blocker === user || blocked === user)
  }

  /** Those between two people, whoever of them has blocked the other. */
  between(one: UserId, other: UserId): Block[] {
    return this.of(one).filter(({ blocker, blocked }) => blocker === other || blocked === other)
  }

  /** The highest seq that any block carries. */
  lastSeq(): number {
    return Math.max(0, ...this.all().map(({ seq }) => seq))
  }

  /**
   * Whether something said of a pair at `asked` (by its teller's clock) is the newest so far. What takes its time on the
   * way is overtaken by what is said when it is given up.
   */
  isNewest(blocker: UserId, blocked: UserId, asked: number): boolean {
    const pair = `${blocker} ${blocked}`
    if (asked < (this.#askedAt.get(pair) ?? 0)) return false
    this.#askedAt.set(pair, asked)
    return true
  }

  /** Counts the changes of this life of the actor. */
  get revision(): number {
    return this.#revision
  }

  /** Whether a pair was set or lifted after `revision`: what was asked before may be wrong by now. */
  hasChangedSince(revision: number, blocker: UserId, blocked: UserId): boolean {
    return (this.#changedAt.get(`${blocker} ${blocked}`) ?? 0) > revision
  }

  put({ blocker, blocked, seq, frozen }: Block): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO blocks (blocker, blocked, seq, frozen) VALUES (?, ?, ?, ?)',
      blocker,
      blocked,
      seq,
      frozen && JSON.stringify(frozen),
    )
    this.noteChange(blocker, blocked)
  }

  remove(blocker: UserId, blocked: UserId): void {
    this.#sql.exec('DELETE FROM blocks WHERE blocker = ? AND blocked = ?', blocker, blocked)
    this.noteChange(blocker, blocked)
  }

  /** Forgets what stood between an erased person and others, and how they were seen. */
  forget(user: UserId): void {
    for (const { blocker, blocked } of this.of(user)) this.remove(blocker, blocked)
  }

  /** Notes that the room knows of now how a pair stands, whether or not that is news. */
  noteChange(blocker: UserId, blocked: UserId): void {
    this.#all = undefined
    this.#revision += 1
    this.#changedAt.set(`${blocker} ${blocked}`, this.#revision)
  }
}
