/** The members and former members of this room, with their cursors. Synchronous queries behind a cache. */
import type { Subscription } from '../../actor/rpc/summary'
import { columnsOf } from '../../actor/store/columns'
import type { MessageId, Person, Role, UserId } from '../../protocol'
import { caseless, isAdmin } from '../../protocol'
import { type ReadStep, ReadStepStore } from './read-steps'
import { type MemberRow, members } from './schema'

/** What of a member does not change while they are called like this. */
export type NamedMember = Pick<MemberRow, 'user_id' | 'username'>

const COLUMNS = columnsOf(members)

/**
 * The members table behind a cache that is read once on waking: every frame asks for a member, and a room has at most
 * a thousand. Each change writes the one row it is about.
 */
export class MemberStore {
  readonly #sql: SqlStorage
  readonly readSteps: ReadStepStore
  #rows: Map<UserId, MemberRow> | undefined
  #lastRename: number | undefined
  #byName: Map<string, NamedMember> | undefined

  constructor(sql: SqlStorage) {
    this.#sql = sql
    this.readSteps = new ReadStepStore(sql)
  }

  /** Everyone who is in the room, longest-standing first. */
  current(): MemberRow[] {
    return [...this.#all().values()].filter((row) => row.left_at === null)
  }

  /** Everyone who is or was in the room. */
  allEverJoined(): MemberRow[] {
    return [...this.#all().values()]
  }

  /** A present member, or undefined for strangers and people who have left. */
  get(id: UserId): MemberRow | undefined {
    const row = this.#all().get(id)
    return row?.left_at === null ? row : undefined
  }

  /** Whoever ever was a member: for the names on old messages. */
  everJoined(id: UserId): MemberRow | undefined {
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

  /** The newest time that any row carries, in milliseconds since 1970. */
  lastTime(): number {
    let last = 0
    for (const { joined_at, left_at, read_at } of this.#all().values()) {
      last = Math.max(last, joined_at, left_at ?? 0, read_at)
    }
    return last
  }

  /** The highest seq at which somebody's name or picture changed. */
  lastRename(): number {
    this.#lastRename ??= Math.max(0, ...[...this.#all().values()].map((row) => row.renamed_seq))
    return this.#lastRename
  }

  /** Lets people in, or back in. What was said before they came does not count as unread. */
  grantTo(person: Person, role: Role, seq: number, now: number): MemberRow {
    const known = this.#all().get(person.id)
    if (known) this.readSteps.forget(person.id)
    const row: MemberRow = {
      user_id: person.id,
      role,
      // Whoever lets somebody in may have learned of them before their name changed.
      ...(known && isNewerThan(known, person) ? profileOf(known) : profileFrom(person, known, seq)),
      joined_at: now,
      joined_seq: seq,
      left_at: null,
      left_freely: 0,
      changed_seq: seq,
      read_to: seq,
      read_at: now,
      read_seq: 0,
      read_steps: '[]',
      delivered_to: seq,
      delivered_seq: 0,
      subscription: 'all',
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
    this.#lastRename = seq
    return this.#save({ ...row, ...profileFrom(person, row, seq), changed_seq: seq })
  }

  /** A person is called as before, in a later version of what they are called. */
  confirmVersion(row: MemberRow, version: number): MemberRow {
    return this.#save({ ...row, person_version: version })
  }

  /**
   * Gives everything that was told of somebody after `since` a new place, so that whoever did not hear of it hears of it
   * now.
   */
  restamp(row: MemberRow, since: number, next: () => number): MemberRow {
    const changed_seq = next()
    const read_steps = this.readSteps.restamped(row, since, next)
    const read_seq = this.readSteps.newest({ ...row, read_steps }).at(-1)?.seq ?? 0
    const delivered_seq = row.delivered_seq > since ? next() : row.delivered_seq
    return this.#save({ ...row, changed_seq, read_steps, read_seq, delivered_seq })
  }

  /** When somebody who has read a message came to or past it. */
  timeRead(user: UserId, message: MessageId): number {
    const row = this.everJoined(user)
    return row ? this.readSteps.timeOf(row, message) : 0
  }

  /** With `all` read there is something to tell a sidebar that sleeps because it knows that something is unread. */
  readTo(row: MemberRow, step: ReadStep, all: boolean): MemberRow {
    const { to: read_to, at: read_at, seq: read_seq } = step
    const delivered_to = Math.max(row.delivered_to, read_to)
    const subscription = all && row.subscription === 'none' ? 'all' : row.subscription
    const read_steps = this.readSteps.with(row, step)
    return this.#save({ ...row, read_to, read_at, read_seq, read_steps, delivered_to, subscription })
  }

  deliveredTo(row: MemberRow, message: number, seq: number): MemberRow {
    return this.#save({ ...row, delivered_to: message, delivered_seq: seq })
  }

  /** People whose sidebars want to hear something, former members who do not know it yet among them. */
  subscribed(): MemberRow[] {
    return [...this.#all().values()].filter((row) => row.subscription !== 'none')
  }

  subscribedToAll(): UserId[] {
    return this.current()
      .filter((row) => row.subscription === 'all')
      .map((row) => row.user_id)
  }

  setSubscription(id: UserId, subscription: Subscription): void {
    const row = this.#all().get(id)
    if (row && row.subscription !== subscription) this.#save({ ...row, subscription })
  }

  /** Who takes over when nobody with rights is left: the longest-standing member. */
  heir(): MemberRow | undefined {
    const [first] = this.current().sort((a, b) => a.joined_seq - b.joined_seq || a.user_id - b.user_id)
    return first
  }

  hasAdmin(): boolean {
    return this.current().some((row) => isAdmin(row.role))
  }

  /** The table was written by somebody else: rows of before must not be saved over it. */
  reread(): void {
    this.#rows = undefined
    this.#byName = undefined
    this.#lastRename = undefined
  }

  #save(row: MemberRow): MemberRow {
    COLUMNS.replace(this.#sql, row)
    const before = this.#all().get(row.user_id)
    if (before?.username !== row.username || before.left_at !== row.left_at) this.#byName = undefined
    this.#all().set(row.user_id, row)
    return row
  }

  #all(): Map<UserId, MemberRow> {
    this.#rows ??= new Map(
      COLUMNS.select(this.#sql, 'FROM members ORDER BY joined_seq, user_id').map((row) => [row.user_id, row]),
    )
    return this.#rows
  }
}

/** The seq of the last change of anything in a row. */
const lastSeq = (row: MemberRow): number => Math.max(row.changed_seq, row.read_seq, row.delivered_seq)

type Profile = Pick<MemberRow, 'username' | 'full_name' | 'picture' | 'person_version' | 'renamed_seq'>

/** What a row says of a person, by itself. */
const profileOf = ({ username, full_name, picture, person_version, renamed_seq }: MemberRow): Profile => ({
  username,
  full_name,
  picture,
  person_version,
  renamed_seq,
})

/** What a row is to say of a person whom it may have known as they were before. */
function profileFrom(person: Person, known: MemberRow | undefined, seq: number): Profile {
  const { username, full_name, picture, version = known?.person_version ?? 0 } = person
  const renamed_seq = known && !hasSameProfile(known, person) ? seq : (known?.renamed_seq ?? 0)
  return { username, full_name, picture, person_version: version, renamed_seq }
}

/** Whether what a row says of a person is of a later version. */
export const isNewerThan = (row: MemberRow, { version }: Person): boolean =>
  version !== undefined && version < row.person_version

/** Whether a person is called, and looks, as the row says. */
export const hasSameProfile = (row: MemberRow, { username, full_name, picture }: Person): boolean =>
  row.username === username && row.full_name === full_name && row.picture === picture
