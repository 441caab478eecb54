/** The stored system messages of a group, numbered by seq. Synchronous queries. */
import { columnsOf } from '../../actor/store/columns'
import type { Range } from './messages'
import { type SystemMessageRow, systemMessages } from './schema'

const COLUMNS = columnsOf(systemMessages)

export class SystemMessageStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  add(row: SystemMessageRow): void {
    COLUMNS.insert(this.#sql, row)
  }

  /** Newest first below `before`; oldest first above `after`. */
  page({ before = Number.MAX_SAFE_INTEGER, after, limit }: Range): SystemMessageRow[] {
    const order = after === undefined ? 'DESC' : 'ASC'
    return COLUMNS.select(
      this.#sql,
      `FROM system_lines WHERE id > ? AND id < ? ORDER BY id ${order} LIMIT ?`,
      after ?? 0,
      before,
      limit,
    )
  }

  clear(): void {
    this.#sql.exec('DELETE FROM system_lines')
  }
}
