/** The owner's notifications. Synchronous queries over the feed's SQLite. */
import { columnsOf } from '../../actor/store/columns'
import { ERASED_NAME, type MessageId, type RoomId, type UserId } from '../../protocol'
import { type NotificationRow, notifications } from './schema'

const COLUMNS = columnsOf(notifications)

type Row = NotificationRow & Record<string, SqlStorageValue>

/** A notification that was made, changed or removed. */
export interface NotificationChange {
  kind: 'new' | 'updated' | 'removed'
  row: NotificationRow
}

/** The position of a notification in the list: its time (ms since 1970) and its id. */
export type NotificationKey = [at: number, id: number]

/** The position above every notification. */
const TOP: NotificationKey = [Number.MAX_SAFE_INTEGER, 0]

export class NotificationStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  get(id: number): NotificationRow | undefined {
    return this.#all('SELECT * FROM notifications WHERE id = ?', id)[0]
  }

  /** Newest first; `after` is the last notification of the page before. */
  list(limit: number, offset: number, after?: NotificationKey): NotificationRow[] {
    return this.#page('', limit, offset, after)
  }

  /** Unread notifications, newest first; `after` is the last notification of the page before. */
  unread(limit: number, offset: number, after?: NotificationKey): NotificationRow[] {
    return this.#page('is_read = 0 AND', limit, offset, after)
  }

  allUnread(): NotificationRow[] {
    return this.#all('SELECT * FROM notifications WHERE is_read = 0')
  }

  unreadCount(): number {
    return this.#sql.exec<{ n: number }>('SELECT count(*) AS n FROM notifications WHERE is_read = 0').one().n
  }

  bySubject(subject: string): NotificationRow | undefined {
    return this.#all('SELECT * FROM notifications WHERE subject = ?', subject)[0]
  }

  /** Invites that wait for an answer, newest first. */
  openInvites(): NotificationRow[] {
    return this.#all(`SELECT * FROM notifications WHERE invitation = 'open' ORDER BY at DESC, id DESC`)
  }

  about(room: RoomId): NotificationRow[] {
    return this.#all('SELECT * FROM notifications WHERE room_id = ? ORDER BY id', room)
  }

  /** Unread notifications of a room's messages, newest first. */
  unreadAbout(room: RoomId): NotificationRow[] {
    return this.#all(
      `SELECT * FROM notifications WHERE room_id = ? AND is_read = 0 AND type IN ('new_message', 'mention') ORDER BY id DESC`,
      room,
    )
  }

  unreadMentions(room: RoomId, message: MessageId): NotificationRow[] {
    return this.#all(
      `SELECT * FROM notifications WHERE room_id = ? AND is_read = 0 AND type = 'mention' AND message_id = ?`,
      room,
      message,
    )
  }

  /** Notifications that still name their sender. */
  naming(sender: UserId): NotificationRow[] {
    return this.#all('SELECT * FROM notifications WHERE sender_id = ? AND sender IS NOT ?', sender, ERASED_NAME)
  }

  insert(row: Omit<NotificationRow, 'id'>): NotificationRow {
    return COLUMNS.insertNew(this.#sql, row)
  }

  /** @returns the row after the change */
  update(row: NotificationRow, changes: Partial<NotificationRow>): NotificationRow {
    return COLUMNS.update(this.#sql, row, changes)
  }

  delete(id: number): void {
    this.#sql.exec('DELETE FROM notifications WHERE id = ?', id)
  }

  #page(condition: string, limit: number, offset: number, [at, id]: NotificationKey = TOP): NotificationRow[] {
    return this.#all(
      `SELECT * FROM notifications WHERE ${condition} (at, id) < (?, ?) ORDER BY at DESC, id DESC LIMIT ? OFFSET ?`,
      at,
      id,
      limit,
      offset,
    )
  }

  #all(query: string, ...values: SqlStorageValue[]): NotificationRow[] {
    return this.#sql.exec<Row>(query, ...values).toArray()
  }
}
