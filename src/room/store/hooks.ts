/** The room's incoming hooks. Synchronous queries. */
import { columnsOf } from '../../actor/store/columns'
import { type HookRow, hooks } from './schema'

const COLUMNS = columnsOf(hooks)

export class HookStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  byHash(hash: string): HookRow | undefined {
    return COLUMNS.select(this.#sql, 'FROM hooks WHERE hash = ?', hash)[0]
  }

  /** Oldest first. */
  all(): HookRow[] {
    return COLUMNS.select(this.#sql, 'FROM hooks ORDER BY created_at, id')
  }

  add(hook: HookRow): void {
    COLUMNS.insert(this.#sql, hook)
  }

  /** @returns whether there was one */
  remove(id: number): boolean {
    return this.#sql.exec('DELETE FROM hooks WHERE id = ?', id).rowsWritten > 0
  }

  /** Removes all hooks with the room. */
  clear(): void {
    this.#sql.exec('DELETE FROM hooks')
  }
}
