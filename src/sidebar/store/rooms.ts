/** The owner's rooms: order, unread counts and settings. Synchronous queries over the sidebar's SQLite. */

import { DEFAULT_SETTINGS, type RoomSettings } from '../../actor/rpc/list'
import type { RoomReport } from '../../actor/rpc/summary'
import { Clock } from '../../actor/store/clock'
import { columnsOf } from '../../actor/store/columns'
import type { MessageId, MyRoomBody, RoomId, UserId } from '../../protocol'
import { fromRow, type ListedRoom, levelAfter, settingsAfter, toRow } from './listed-room'
import { type RoomRow, rooms } from './schema'

const COLUMNS = columnsOf(rooms)

type Row = RoomRow & Record<string, SqlStorageValue>

/** A position in the list, which is ordered by newest activity, then by id. */
export interface ListPosition {
  activity: number
  room: RoomId
}

/** One room before and after a change; undefined where it is not in the list. */
export interface Change {
  before: ListedRoom | undefined
  after: ListedRoom | undefined
}

/** The position above every room. */
export const TOP: ListPosition = { activity: Number.MAX_SAFE_INTEGER, room: 0 }

const pinChangedAt = (row: RoomRow | undefined, after: ListedRoom, now: number): number => {
  if (!row) return 0
  return (row.gone === 0 && row.pinned === 1) === after.pinned ? row.pin_changed_at : now
}

/** Whether more than the version changed; false for an outdated report. */
export function hasChanges(change: Change | null): boolean {
  if (!change) return false
  const { before, after } = change
  if (!before || !after) return before !== after
  return !isSame(before, { ...after, version: before.version })
}

const isSame = (before: ListedRoom, after: ListedRoom): boolean =>
  JSON.stringify(before) === JSON.stringify({ ...before, ...after })

export class RoomStore {
  readonly #sql: SqlStorage
  #clock: Clock | undefined

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** The time for a change in this list, later than every time written or shown before. In milliseconds since 1970. */
  now(): number {
    this.#clock ??= new Clock(this.#lastTime())
    return this.#clock.now()
  }

  get(room: RoomId): ListedRoom | undefined {
    const row = this.#row(room)
    return row && row.gone === 0 ? fromRow(row) : undefined
  }

  settingsOf(room: RoomId): RoomSettings {
    const { notify, pinned, nickname } = this.get(room) ?? DEFAULT_SETTINGS
    return { notify, pinned, nickname }
  }

  /**
   * Stores a room's reported state unless a newer one is stored. A report without changes writes nothing.
   * @returns the change, or null when the report is outdated
   */
  apply({ state, open }: RoomReport): Change | null {
    const row = this.#row(state.room)
    if (row && row.version > state.version) return null
    const before = row && row.gone === 0 ? fromRow(row) : undefined
    if ('gone' in state) {
      // The texts go: the owner may not read the room any more.
      const left = { gone: 1, unread: 0, last_message: null, last_unread: null }
      const isRepeated = row?.gone === 1 && row.version === state.version
      if (row && !isRepeated) this.#save({ ...row, ...left, version: state.version, changed_at: this.now() })
      return { before, after: undefined }
    }
    const seen_to = Math.max(before?.seen_to ?? 0, open ? (state.last_unread?.id ?? 0) : 0)
    const after: ListedRoom = { ...settingsAfter(before, state), ...state, seen_to }
    if (!before || !isSame(before, after)) {
      const now = this.now()
      this.#save({
        ...toRow(after),
        revision: row?.revision ?? 0,
        stale: row?.stale ?? 0,
        added_at: before && row ? row.added_at : now,
        changed_at: now,
        pin_changed_at: pinChangedAt(row, after, now),
      })
    }
    return { before, after }
  }

  /** Changes the owner's settings for a room; undefined when it is not in the list. */
  updateSettings(room: RoomId, body: MyRoomBody): ListedRoom | undefined {
    const row = this.#row(room)
    if (row?.gone !== 0) return undefined
    const before = fromRow(row)
    const { pinned = before.pinned, nickname = before.nickname } = body
    // An empty nickname removes it.
    const after = { ...before, notify: levelAfter(before.notify, body), pinned, nickname: nickname || null }
    const now = this.now()
    this.#save({ ...row, ...toRow(after), changed_at: now, pin_changed_at: pinChangedAt(row, after, now) })
    return after
  }

  /**
   * Rooms below or above a position, newest activity first. With `unpinnedAt` (ms since 1970) only rooms that were not
   * pinned then. The store keeps one change of pinning for each room: an earlier one is not seen.
   */
  page(limit: number, from: { below?: ListPosition; above?: ListPosition; unpinnedAt?: number } = {}): ListedRoom[] {
    const { above, below = TOP, unpinnedAt = null } = from
    const [order, position] = above ? (['>', above] as const) : (['<', below] as const)
    const direction = above ? '' : 'DESC'
    const found = this.#all(
      `SELECT * FROM rooms WHERE gone = 0 AND (last_activity, room_id) ${order} (?1, ?2)
         AND (?4 IS NULL OR (pinned = 1) = (pin_changed_at > ?4))
       ORDER BY last_activity ${direction}, room_id ${direction} LIMIT ?3`,
      position.activity,
      position.room,
      limit,
      unpinnedAt,
    )
    return above ? found.reverse() : found
  }

  /** Pinned rooms, newest activity first. */
  pinned(): ListedRoom[] {
    return this.#all('SELECT * FROM rooms WHERE gone = 0 AND pinned = 1 ORDER BY last_activity DESC, room_id DESC')
  }

  countPinned(): number {
    return this.#count('SELECT count(*) AS n FROM rooms WHERE gone = 0 AND pinned = 1')
  }

  /** Rooms of `ids` that are in the list, newest activity first. */
  byIds(ids: RoomId[]): ListedRoom[] {
    return this.#all(
      `SELECT * FROM rooms WHERE gone = 0 AND room_id IN (SELECT value FROM json_each(?))
       ORDER BY last_activity DESC, room_id DESC`,
      JSON.stringify(ids),
    )
  }

  /** Counts the other unpinned rooms above the position that this state of a room has. */
  countAbove({ room, last_activity }: ListedRoom): number {
    return this.#count(
      `SELECT count(*) AS n FROM rooms
       WHERE gone = 0 AND pinned = 0 AND (last_activity, room_id) > (?1, ?2) AND room_id <> ?2`,
      last_activity,
      room,
    )
  }

  /** The sum of unread messages over rooms that are not muted. */
  unreadTotal(): number {
    return this.#count(`SELECT coalesce(sum(unread), 0) AS n FROM rooms WHERE gone = 0 AND notify = 'all'`)
  }

  /** Rooms to refresh before the list is read. */
  stale(): RoomId[] {
    return this.#sql
      .exec<{ room_id: number }>('SELECT room_id FROM rooms WHERE stale = 1')
      .toArray()
      .map((row) => row.room_id)
  }

  isStale(room: RoomId): boolean {
    return this.#row(room)?.stale === 1
  }

  markStale(room: RoomId): void {
    this.#sql.exec('UPDATE rooms SET stale = 1 WHERE room_id = ?', room)
  }

  /** The room answered a refresh, and pushes every change from there on. */
  markFresh(room: RoomId): void {
    this.#sql.exec('UPDATE rooms SET stale = 0 WHERE room_id = ? AND stale = 1', room)
  }

  /** An open connection was shown the room's unread messages up to this one. */
  markSeen(room: RoomId, message: MessageId): void {
    this.#sql.exec(
      'UPDATE rooms SET seen_to = ?2, revision = revision + 1 WHERE room_id = ?1 AND seen_to < ?2',
      room,
      message,
    )
  }

  /** It is uncertain what the owner was shown: everything unread in the room counts as unseen. */
  clearSeen(room: RoomId): void {
    this.#sql.exec('UPDATE rooms SET seen_to = 0, revision = revision + 1 WHERE room_id = ? AND seen_to > 0', room)
  }

  /** The room's version and how often its row changed here, also for a room that is gone. */
  stateOf(room: RoomId): Pick<RoomRow, 'version' | 'revision'> {
    const { version = 0, revision = 0 } = this.#row(room) ?? {}
    return { version, revision }
  }

  /** Rooms that changed after `since` (ms since 1970), oldest change first. */
  changedSince(since: number, limit: number): (ListedRoom & { added: boolean })[] {
    return this.#sql
      .exec<Row>('SELECT * FROM rooms WHERE gone = 0 AND changed_at > ? ORDER BY changed_at LIMIT ?', since, limit)
      .toArray()
      .map((row) => ({ ...fromRow(row), added: row.added_at > since }))
  }

  /** The other members of the owner's direct rooms. */
  peers(): UserId[] {
    return this.#sql
      .exec<{ peer: number }>('SELECT peer FROM rooms WHERE gone = 0 AND peer IS NOT NULL')
      .toArray()
      .map((row) => row.peer)
  }

  /** Rooms that are shown the owner's presence: those with at most `members` members, newest activity first. */
  presenceRooms(limit: number, members: number): RoomId[] {
    return this.#sql
      .exec<{ room_id: number }>(
        `SELECT room_id FROM rooms WHERE gone = 0 AND members <= ? ORDER BY last_activity DESC, room_id DESC LIMIT ?`,
        members,
        limit,
      )
      .toArray()
      .map((row) => row.room_id)
  }

  ids(): RoomId[] {
    return this.#sql
      .exec<{ room_id: number }>('SELECT room_id FROM rooms WHERE gone = 0')
      .toArray()
      .map((row) => row.room_id)
  }

  /** Every room that is or was in the list. */
  everListed(): RoomId[] {
    return this.#sql
      .exec<{ room_id: number }>('SELECT room_id FROM rooms')
      .toArray()
      .map((row) => row.room_id)
  }

  #row(room: RoomId): RoomRow | undefined {
    return this.#sql.exec<Row>('SELECT * FROM rooms WHERE room_id = ?', room).toArray()[0]
  }

  #all(query: string, ...values: SqlStorageValue[]): ListedRoom[] {
    return this.#sql
      .exec<Row>(query, ...values)
      .toArray()
      .map(fromRow)
  }

  #count(query: string, ...values: SqlStorageValue[]): number {
    return this.#sql.exec<{ n: number }>(query, ...values).one().n
  }

  #save(row: RoomRow): void {
    COLUMNS.replace(this.#sql, { ...row, revision: row.revision + 1 })
  }

  #lastTime(): number {
    const [row] = this.#sql
      .exec<{ time: number | null }>(
        'SELECT max(coalesce(max(changed_at), 0), coalesce((SELECT shown_at FROM owner), 0)) AS time FROM rooms',
      )
      .toArray()
    return row?.time ?? 0
  }
}
