/** Two watermarks of each room: how far its messages were dismissed, and how far its quotes are current. */
import type { MessageId, RoomId } from '../../protocol'

export class DismissalStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** The newest dismissed message of a room; 0 when none is. */
  dismissedTo(room: RoomId): MessageId {
    return this.#row(room)?.dismissed_to ?? 0
  }

  setDismissedTo(room: RoomId, message: MessageId): void {
    if (message === this.dismissedTo(room)) return
    this.#sql.exec(
      `INSERT INTO dismissed (room_id, dismissed_to) VALUES (?, ?)
       ON CONFLICT (room_id) DO UPDATE SET dismissed_to = excluded.dismissed_to`,
      room,
      message,
    )
  }

  /** The room's seq up to which all quotes of it are current; 0 when that is not known. */
  quotesAsOf(room: RoomId): number {
    return this.#row(room)?.quotes_as_of ?? 0
  }

  raiseQuotesAsOf(room: RoomId, seq: number): void {
    this.#sql.exec(
      `INSERT INTO dismissed (room_id, quotes_as_of) VALUES (?1, ?2)
       ON CONFLICT (room_id) DO UPDATE SET quotes_as_of = max(quotes_as_of, excluded.quotes_as_of)`,
      room,
      seq,
    )
  }

  lowerQuotesAsOf(room: RoomId, seq: number): void {
    this.#sql.exec('UPDATE dismissed SET quotes_as_of = ?2 WHERE room_id = ?1 AND quotes_as_of > ?2', room, seq)
  }

  #row(room: RoomId) {
    return this.#sql
      .exec<{ dismissed_to: number; quotes_as_of: number }>(
        'SELECT dismissed_to, quotes_as_of FROM dismissed WHERE room_id = ?',
        room,
      )
      .toArray()[0]
  }
}
