/** The system lines of a room: synchronous queries over its own SQLite. */
import type { Range } from './messages'
import type { LineRow } from './schema'

type Row = LineRow & Record<string, SqlStorageValue>

export class Lines {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  add({ id, kind, user_id, by_id, value, created_at }: LineRow): void {
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
  page({ before = Number.MAX_SAFE_INTEGER, after, limit }: Range): LineRow[] {
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
