/** My rooms: their order, what is unread, what I muted and pinned. Synchronous queries over my own SQLite. */

import { DEFAULT_SETTINGS, type RoomSettings } from '../../actor/rpc/list'
import type { RoomReport } from '../../actor/rpc/summary'
import { Clock } from '../../actor/store/clock'
import type { MessageId, MyRoomBody, RoomId, UserId } from '../../protocol'
import { COLUMNS, fromRow, type ListedRoom, levelAfter, settingsAfter, toRow } from './listed-room'
import type { RoomRow } from './schema'

type Row = RoomRow & Record<string, SqlStorageValue>

/** A place in the list: newest activity first, ties by id. */
export interface ListPosition {
  activity: number
  room: RoomId
}

/** What a summary changed in my list. */
export interface Change {
  before: ListedRoom | undefined
  after: ListedRoom | undefined
}

const SAVE = `INSERT OR REPLACE INTO rooms (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})`

/** Above every room. */
export const TOP: ListPosition = { activity: Number.MAX_SAFE_INTEGER, room: 0 }

const pinChangedAt = (row: RoomRow | undefined, after: ListedRoom, now: number): number => {
  if (!row) return 0
  return (row.gone === 0 && row.pinned === 1) === after.pinned ? row.pin_changed_at : now
}

/** Whether anything of the room is otherwise, apart from how far it has come; an old summary is no news. */
export function isNews(change: Change | null): boolean {
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

  /** When something changes here: later than everything that was written or shown before. */
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
   * Takes over what a room says, unless something newer is known already; what says nothing new writes nothing.
   * @returns what changed, or null when the summary is old.
   */
  apply({ state, open }: RoomReport): Change | null {
    const row = this.#row(state.room)
    if (row && row.version > state.version) return null
    const before = row && row.gone === 0 ? fromRow(row) : undefined
    if ('gone' in state) {
      // Nothing that was said there is kept: it is not this person's to read any more.
      const left = { gone: 1, unread: 0, last_message: null, last_unread: null }
      const isKnown = row?.gone === 1 && row.version === state.version
      if (row && !isKnown) this.#save({ ...row, ...left, version: state.version, changed_at: this.now() })
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

  /** Changes my own view of a room; undefined when it is not in my list. */
  updateSettings(room: RoomId, view: MyRoomBody): ListedRoom | undefined {
    const row = this.#row(room)
    if (row?.gone !== 0) return undefined
    const before = fromRow(row)
    const { pinned = before.pinned, nickname = before.nickname } = view
    // An empty nickname is none.
    const after = { ...before, notify: levelAfter(before.notify, view), pinned, nickname: nickname || null }
    const now = this.now()
    this.#save({ ...row, ...toRow(after), changed_at: now, pin_changed_at: pinChangedAt(row, after, now) })
    return after
  }

  /**
   * A page of the list below or above a place, always newest activity first. With `unpinnedAt` (ms since 1970), only rooms that
   * were not pinned then, as far as is known: of each room the last time that this changed.
   */
  page(limit: number, from: { below?: ListPosition; above?: ListPosition; unpinnedAt?: number } = {}): ListedRoom[] {
    const { above, below = TOP, unpinnedAt = null } = from
    const [order, place] = above ? (['>', above] as const) : (['<', below] as const)
    const direction = above ? '' : 'DESC'
    const found = this.#all(
      `SELECT * FROM rooms WHERE gone = 0 AND (last_activity, room_id) ${order} (?1, ?2)
         AND (?4 IS NULL OR (pinned = 1) = (pin_changed_at > ?4))
       ORDER BY last_activity ${direction}, room_id ${direction} LIMIT ?3`,
      place.activity,
      place.room,
      limit,
      unpinnedAt,
    )
    return above ? found.reverse() : found
  }

  /** The rooms that are pinned, newest activity first. */
  pinned(): ListedRoom[] {
    return this.#all('SELECT * FROM rooms WHERE gone = 0 AND pinned = 1 ORDER BY last_activity DESC, room_id DESC')
  }

  /** How many rooms are pinned. */
  countPinned(): number {
    return this.#count('SELECT count(*) AS n FROM rooms WHERE gone = 0 AND pinned = 1')
  }

  /** Those of `ids` that are in my list, newest activity first. */
  byIds(ids: RoomId[]): ListedRoom[] {
    return this.#all(
      `SELECT * FROM rooms WHERE gone = 0 AND room_id IN (SELECT value FROM json_each(?))
       ORDER BY last_activity DESC, room_id DESC`,
      JSON.stringify(ids),
    )
  }

  /** How many other rooms that are not pinned stand above where this one stood. */
  countAbove({ room, last_activity }: ListedRoom): number {
    return this.#count(
      `SELECT count(*) AS n FROM rooms
       WHERE gone = 0 AND pinned = 0 AND (last_activity, room_id) > (?1, ?2) AND room_id <> ?2`,
      last_activity,
      room,
    )
  }

  /** Everything unread in my rooms, without those that are muted. */
  unreadTotal(): number {
    return this.#count(`SELECT coalesce(sum(unread), 0) AS n FROM rooms WHERE gone = 0 AND notify = 'all'`)
  }

  /** Rooms that have to be asked before the list is shown. */
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

  /** The room has been asked, and tells every change from there on. */
  markFresh(room: RoomId): void {
    this.#sql.exec('UPDATE rooms SET stale = 0 WHERE room_id = ? AND stale = 1', room)
  }

  /** Up to this message what is unread in the room stood before my eyes. */
  markSeen(room: RoomId, message: MessageId): void {
    this.#sql.exec(
      'UPDATE rooms SET seen_to = ?2, revision = revision + 1 WHERE room_id = ?1 AND seen_to < ?2',
      room,
      message,
    )
  }

  /** Nobody knows what I have seen of the room. */
  clearSeen(room: RoomId): void {
    this.#sql.exec('UPDATE rooms SET seen_to = 0, revision = revision + 1 WHERE room_id = ? AND seen_to > 0', room)
  }

  /** How far what is known of a room has come, and how often it changed here, also of one that is gone. */
  stateOf(room: RoomId): Pick<RoomRow, 'version' | 'revision'> {
    const { version = 0, revision = 0 } = this.#row(room) ?? {}
    return { version, revision }
  }

  /** What changed after `since`, oldest change first. */
  changedSince(since: number, limit: number): (ListedRoom & { added: boolean })[] {
    return this.#sql
      .exec<Row>('SELECT * FROM rooms WHERE gone = 0 AND changed_at > ? ORDER BY changed_at LIMIT ?', since, limit)
      .toArray()
      .map((row) => ({ ...fromRow(row), added: row.added_at > since }))
  }

  /** The people I have a direct room with. */
  peers(): UserId[] {
    return this.#sql
      .exec<{ peer: number }>('SELECT peer FROM rooms WHERE gone = 0 AND peer IS NOT NULL')
      .toArray()
      .map((row) => row.peer)
  }

  /** The rooms where my coming and going is shown: small ones, newest activity first. */
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

  /** Every room that was ever in the list. */
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
    const saved = { ...row, revision: row.revision + 1 }
    this.#sql.exec(SAVE, ...COLUMNS.map((column) => saved[column]))
  }

  #lastTime(): number {
    const [row] = this.#sql
      .exec<{ time: number | null }>(
        'SELECT max(coalesce(max(changed_at), 0), coalesce((SELECT shown_at FROM me), 0)) AS time FROM rooms',
      )
      .toArray()
    return row?.time ?? 0
  }
}
