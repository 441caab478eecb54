/** Who is and was in this room, with their cursors. */
import type { SidebarState } from '../actor/summary'
import type { Person, Role, UserId } from '../protocol'
import { caseless, isAdmin } from '../protocol'
import type { MemberRow } from './schema'

type Row = MemberRow & Record<string, SqlStorageValue>

/** What of a member does not change while they are called like this. */
export type NamedMember = Pick<MemberRow, 'user_id' | 'username'>

/**
 * The members table behind a cache that is read once on waking: every frame asks for a member, and a room has at most
 * a thousand. Each change writes the one row it is about.
 */
export class Members {
  readonly #sql: SqlStorage
  #rows: Map<UserId, MemberRow> | undefined
  #byName: Map<string, NamedMember> | undefined

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** Everyone who is in the room, longest-standing first. */
  current(): MemberRow[] {
    return [...this.#all().values()].filter((row) => row.left_at === null)
  }

  /** Everyone who is or was in the room. */
  everybody(): MemberRow[] {
    return [...this.#all().values()]
  }

  /** A present member, or undefined for strangers and people who have left. */
  get(id: UserId): MemberRow | undefined {
    const row = this.#all().get(id)
    return row?.left_at === null ? row : undefined
  }

  /** Whoever ever was a member: for the names on old messages. */
  known(id: UserId): MemberRow | undefined {
    return this.#all().get(id)
  }

  /** Everyone who is in the room, by username without case; of two of one name the longer-standing. */
  byName(): ReadonlyMap<string, NamedMember> {
    this.#byName ??= new Map(
      this.current()
        .toReversed()
        .map((row) => [caseless(row.username), row]),
    )
    return this.#byName
  }

  /** The other person of a direct room, also one who is gone. */
  partnerOf(user: UserId): MemberRow | undefined {
    return [...this.#all().values()].find((row) => row.user_id !== user)
  }

  /** Members and former ones whose row changed after `seq`. */
  changedSince(seq: number): MemberRow[] {
    return [...this.#all().values()].filter((row) => lastSeq(row) > seq)
  }

  /** The highest seq that any row carries. */
  lastSeq(): number {
    let last = 0
    for (const row of this.#all().values()) last = Math.max(last, lastSeq(row))
    return last
  }

  /** Lets people in, or back in. What was said before they came does not count as unread. */
  grantTo(person: Person, role: Role, seq: number, now: number): MemberRow {
    const row: MemberRow = {
      user_id: person.id,
      role,
      username: person.username,
      full_name: person.full_name,
      picture: person.picture,
      joined_at: now,
      joined_seq: seq,
      left_at: null,
      left_freely: 0,
      changed_seq: seq,
      read_to: seq,
      read_at: now,
      read_seq: 0,
      delivered_to: seq,
      delivered_seq: 0,
      sidebar: 'awake',
    }
    // Removed first, so that the map's order stays the order of joining.
    this.#all().delete(person.id)
    this.#byName = undefined
    return this.#save(row)
  }

  /** `freely`: they left by themselves. */
  revokeFrom(row: MemberRow, seq: number, now: number, freely = false): MemberRow {
    return this.#save({ ...row, left_at: now, left_freely: freely ? 1 : 0, changed_seq: seq })
  }

  assign(row: MemberRow, role: Role, seq: number): MemberRow {
    return this.#save({ ...row, role, changed_seq: seq })
  }

  /** Takes over a person's new name or picture. */
  rename(row: MemberRow, person: Person, seq: number): MemberRow {
    const { username, full_name, picture } = person
    return this.#save({ ...row, username, full_name, picture, changed_seq: seq })
  }

  /** Gives everything that is told of somebody a new place, so that whoever did not hear of it hears of it now. */
  restamp(row: MemberRow, next: () => number): MemberRow {
    const changed_seq = next()
    const read_seq = row.read_seq > 0 ? next() : 0
    const delivered_seq = row.delivered_seq > 0 ? next() : 0
    return this.#save({ ...row, changed_seq, read_seq, delivered_seq })
  }

  /** With `all` read there is something to tell a sidebar that sleeps because it knows that something is unread. */
  readTo(row: MemberRow, message: number, seq: number, now: number, all: boolean): MemberRow {
    const delivered_to = Math.max(row.delivered_to, message)
    const sidebar = all && row.sidebar === 'asleep' ? 'awake' : row.sidebar
    return this.#save({ ...row, read_to: message, read_at: now, read_seq: seq, delivered_to, sidebar })
  }

  deliveredTo(row: MemberRow, message: number, seq: number): MemberRow {
    return this.#save({ ...row, delivered_to: message, delivered_seq: seq })
  }

  /** People whose sidebars want to hear something, former members who do not know it yet among them. */
  listening(): MemberRow[] {
    return [...this.#all().values()].filter((row) => row.sidebar !== 'asleep')
  }

  looking(): UserId[] {
    return this.current()
      .filter((row) => row.sidebar === 'awake')
      .map((row) => row.user_id)
  }

  setSidebar(id: UserId, sidebar: SidebarState): void {
    const row = this.#all().get(id)
    if (row && row.sidebar !== sidebar) this.#save({ ...row, sidebar })
  }

  /** Who takes over when nobody with rights is left: the longest-standing member. */
  heir(): MemberRow | undefined {
    const [first] = this.current().sort((a, b) => a.joined_seq - b.joined_seq || a.user_id - b.user_id)
    return first
  }

  hasAdmin(): boolean {
    return this.current().some((row) => isAdmin(row.role))
  }

  #save(row: MemberRow): MemberRow {
    this.#sql.exec(
      `INSERT OR REPLACE INTO members (user_id, role, username, full_name, picture, joined_at, joined_seq, left_at,
         left_freely, changed_seq, read_to, read_at, read_seq, delivered_to, delivered_seq, sidebar)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      row.user_id,
      row.role,
      row.username,
      row.full_name,
      row.picture,
      row.joined_at,
      row.joined_seq,
      row.left_at,
      row.left_freely,
      row.changed_seq,
      row.read_to,
      row.read_at,
      row.read_seq,
      row.delivered_to,
      row.delivered_seq,
      row.sidebar,
    )
    const before = this.#all().get(row.user_id)
    if (before?.username !== row.username || before.left_at !== row.left_at) this.#byName = undefined
    this.#all().set(row.user_id, row)
    return row
  }

  #all(): Map<UserId, MemberRow> {
    this.#rows ??= new Map(
      this.#sql
        .exec<Row>('SELECT * FROM members ORDER BY joined_seq, user_id')
        .toArray()
        .map((row) => [row.user_id, row]),
    )
    return this.#rows
  }
}

/** The seq of the last change of anything in a row. */
const lastSeq = (row: MemberRow): number => Math.max(row.changed_seq, row.read_seq, row.delivered_seq)
