/** The webhook's position in each room, and when the room's next attempt is due. Synchronous queries. */
import { columnsOf } from '../actor/store/columns'
import type { RoomId } from '../protocol'
import { type LineRow, lines } from './schema'

const COLUMNS = columnsOf(lines)

export class LineStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  get(room: RoomId): LineRow | undefined {
    return COLUMNS.select(this.#sql, 'FROM lines WHERE room_id = ?', room)[0]
  }

  /** The room has changes. A room that waits for a retry goes on waiting. */
  wake(room: RoomId, since: number, now: number): void {
    this.#sql.exec(
      `INSERT INTO lines (room_id, cursor, due, attempts, failing_since) VALUES (?, ?, ?, 0, NULL)
       ON CONFLICT (room_id) DO UPDATE SET due = coalesce(due, excluded.due) WHERE due IS NULL`,
      room,
      since,
      now,
    )
  }

  advance(room: RoomId, cursor: number): void {
    this.#sql.exec('UPDATE lines SET cursor = ?, attempts = 0, failing_since = NULL WHERE room_id = ?', cursor, room)
  }

  /** The same for a change that is given up: the line goes on failing. */
  skip(room: RoomId, cursor: number): void {
    this.#sql.exec('UPDATE lines SET cursor = ? WHERE room_id = ?', cursor, room)
  }

  /** Goes back or forward to `cursor`, and tries at once. */
  rewind(room: RoomId, cursor: number, now: number): void {
    COLUMNS.replace(this.#sql, { room_id: room, cursor, due: now, attempts: 0, failing_since: null })
  }

  fail({ room_id, attempts, failing_since }: LineRow, now: number, due: number): void {
    this.#sql.exec(
      'UPDATE lines SET attempts = ?, failing_since = ?, due = ? WHERE room_id = ?',
      attempts + 1,
      failing_since ?? now,
      due,
      room_id,
    )
  }

  idle(room: RoomId): void {
    this.#sql.exec('UPDATE lines SET due = NULL WHERE room_id = ?', room)
  }

  /** Every room is tried at once: the webhook was switched on, or has another URL. */
  wakeAll(now: number): void {
    this.#sql.exec('UPDATE lines SET due = ?, attempts = 0, failing_since = NULL', now)
  }

  idleAll(): void {
    this.#sql.exec('UPDATE lines SET due = NULL')
  }

  due(now: number, limit: number): RoomId[] {
    return this.#sql
      .exec<{ room_id: number }>('SELECT room_id FROM lines WHERE due <= ? ORDER BY due LIMIT ?', now, limit)
      .toArray()
      .map(({ room_id }) => room_id)
  }

  nextDue(): number | null {
    return this.#sql.exec<{ due: number | null }>('SELECT min(due) AS due FROM lines').one().due
  }
}
