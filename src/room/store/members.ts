/** The members and former members of this room, with their cursors. Synchronous queries behind a cache. */
import type { Subscription } from '../../actor/rpc/summary'
import { columnsOf } from '../../actor/store/columns'
import type { MessageId, Person, Role, UserId } from '../../protocol'
import { caseless, isAdmin } from '../../protocol'
import { type ReadStep, ReadStepStore } from './read-steps'
import { type MemberRow, members } from './schema'

/** The part of a member that stays the same as long as their username does. */
export type NamedMember = Pick<MemberRow, 'user_id' | 'username'>

const COLUMNS = columnsOf(members)

/**
 * The table is cached on waking, because every frame needs a member and a room has at most a thousand. Each change writes one
 * row.
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

  /** The members, longest-standing first. */
  current(): MemberRow[] {
    return [...this.#all().values()].filter((row) => row.left_at === null)
  }

  /** The members and former members. */
  allEverJoined(): MemberRow[] {
    return [...this.#all().values()]
  }

  /** A member; undefined for strangers and former members. */
  get(id: UserId): MemberRow | undefined {
    const row = this.#all().get(id)
    return row?.left_at === null ? row : undefined
  }

  /** A member or former member, whose messages still show their name. */
  everJoined(id: UserId): MemberRow | undefined {
    return this.#all().get(id)
  }

  /** The members by username without case. Of two with one name the longer-standing member counts. */
  byName(): ReadonlyMap<string, NamedMember> {
    this.#byName ??= new Map(
      this.current()
        .toReversed()
        .map((row) => [caseless(row.username), row]),
    )
    return this.#byName
  }

  /** The peer in a direct room, also as a former member. */
  partnerOf(user: UserId): MemberRow | undefined {
    return [...this.#all().values()].find((row) => row.user_id !== user)
  }

  /** Members and former members whose row changed after `seq`. */
  changedSince(seq: number): MemberRow[] {
    return [...this.#all().values()].filter((row) => lastSeq(row) > seq)
  }

  /** The highest seq of any row. */
  lastSeq(): number {
    let last = 0
    for (const row of this.#all().values()) last = Math.max(last, lastSeq(row))
    return last
  }

  /** The newest time of any row, in milliseconds since 1970. */
  lastTime(): number {
    let last = 0
    for (const { joined_at, left_at, read_at } of this.#all().values()) {
      last = Math.max(last, joined_at, left_at ?? 0, read_at)
    }
    return last
  }

  /** The highest seq of a change of names or picture. */
  lastRename(): number {
    this.#lastRename ??= Math.max(0, ...[...this.#all().values()].map((row) => row.renamed_seq))
    return this.#lastRename
  }

  /** Makes a person a member, perhaps again. Earlier messages do not count as unread. */
  grantTo(person: Person, role: Role, seq: number, now: number): MemberRow {
    const known = this.#all().get(person.id)
    if (known) this.readSteps.forget(person.id)
    const row: MemberRow = {
      user_id: person.id,
      role,
      // The person may be an older version than the row of their earlier membership.
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
    // Deleted first, so that the map stays in the order of joining.
    this.#all().delete(person.id)
    this.#byName = undefined
    return this.#save(row)
  }

  /** Stores the author of an incoming hook's messages, as a former member. */
  addBot(person: Person, seq: number, now: number): MemberRow {
    const row = this.grantTo({ ...person, is_bot: true }, 'member', seq, now)
    return this.#save({ ...row, left_at: now, subscription: 'none' })
  }

  /** `freely`: the member left by themselves. */
  revokeFrom(row: MemberRow, seq: number, now: number, freely = false): MemberRow {
    return this.#save({ ...row, left_at: now, left_freely: freely ? 1 : 0, changed_seq: seq })
  }

  assign(row: MemberRow, role: Role, seq: number): MemberRow {
    return this.#save({ ...row, role, changed_seq: seq })
  }

  /** Stores a person's new names or picture. */
  rename(row: MemberRow, person: Person, seq: number): MemberRow {
    this.#lastRename = seq
    return this.#save({ ...row, ...profileFrom(person, row, seq), changed_seq: seq })
  }

  /** Stores a later version of a person with the same names and picture. */
  confirmVersion(row: MemberRow, version: number): MemberRow {
    return this.#save({ ...row, person_version: version })
  }

  /** Gives every change of a member after `since` a new seq, so that a viewer from whom it was hidden gets it in a replay. */
  restamp(row: MemberRow, since: number, next: () => number): MemberRow {
    const changed_seq = next()
    const read_steps = this.readSteps.restamped(row, since, next)
    const read_seq = this.readSteps.newest({ ...row, read_steps }).at(-1)?.seq ?? 0
    const delivered_seq = row.delivered_seq > since ? next() : row.delivered_seq
    return this.#save({ ...row, changed_seq, read_steps, read_seq, delivered_seq })
  }

  /** When the read cursor of a reader reached or passed a message (ms since 1970). */
  timeRead(user: UserId, message: MessageId): number {
    const row = this.everJoined(user)
    return row ? this.readSteps.timeOf(row, message) : 0
  }

  /** When `all` is read, a sidebar without subscription needs a push again: it still shows unread messages. */
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

  /** Users whose sidebars are subscribed, with former members whose sidebars do not have their removal yet. */
  subscribed(): MemberRow[] {
    return [...this.#all().values()].filter((row) => row.subscription !== 'none')
  }

  /** Members whose list is on screen. */
  subscribedToAll(): UserId[] {
    return this.current()
      .filter((row) => row.subscription === 'all')
      .map((row) => row.user_id)
  }

  setSubscription(id: UserId, subscription: Subscription): void {
    const row = this.#all().get(id)
    if (row && row.subscription !== subscription) this.#save({ ...row, subscription })
  }

  /** The longest-standing member, who becomes the owner when there is no admin. */
  heir(): MemberRow | undefined {
    const [first] = this.current().sort((a, b) => a.joined_seq - b.joined_seq || a.user_id - b.user_id)
    return first
  }

  hasAdmin(): boolean {
    return this.current().some((row) => isAdmin(row.role))
  }

  /** Drops the cache after a restore has written the table. */
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

type Profile = Pick<MemberRow, 'username' | 'full_name' | 'picture' | 'is_bot' | 'person_version' | 'renamed_seq'>

/** The profile that a row has. */
const profileOf = ({ username, full_name, picture, is_bot, person_version, renamed_seq }: MemberRow): Profile => ({
  username,
  full_name,
  picture,
  is_bot,
  person_version,
  renamed_seq,
})

/** The profile that a row gets from a person; `known` is the row of before. */
function profileFrom(person: Person, known: MemberRow | undefined, seq: number): Profile {
  const { username, full_name, picture, version = known?.person_version ?? 0 } = person
  const renamed_seq = known && !hasSameProfile(known, person) ? seq : (known?.renamed_seq ?? 0)
  const is_bot = person.is_bot === undefined ? (known?.is_bot ?? 0) : Number(person.is_bot)
  return { username, full_name, picture, is_bot, person_version: version, renamed_seq }
}

/** Whether a row has a later version than the person. */
export const isNewerThan = (row: MemberRow, { version }: Person): boolean =>
  version !== undefined && version < row.person_version

/** Whether a row has the names and the picture of the person. */
export const hasSameProfile = (row: MemberRow, { username, full_name, picture }: Person): boolean =>
  row.username === username && row.full_name === full_name && row.picture === picture
