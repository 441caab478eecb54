/** The system lines of a room: synchronous queries over its own SQLite. */
import type { Range } from './messages'
import type { SystemMessageRow } from './schema'

type Row = SystemMessageRow & Record<string, SqlStorageValue>

export class SystemMessageStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  add({ id, kind, user_id, by_id, value, created_at }: SystemMessageRow): void {
    this.#sql.exec(
      'INSERT INTO system_lines (id, kind, user_id, by_id, value, created_at) VALUES (?, ?, ?, ?, ?, ?)',
      id,
      kind,
      user_id,
      by_id,
      value,
      created_at,
    )
  }

  /** Newest first below `before`; oldest first above `after`. */
  page({ before = Number.MAX_SAFE_INTEGER, after, limit }: Range): SystemMessageRow[] {
    const order = after === undefined ? 'DESC' : 'ASC'
    return this.#sql
      .exec<Row>(
        `SELECT * FROM system_lines WHERE id > ? AND id < ? ORDER BY id ${order} LIMIT ?`,
        after ?? 0,
        before,
        limit,
      )
      .toArray()
  }

  clear(): void {
    this.#sql.exec('DELETE FROM system_lines')
  }
}
