/** The webhooks that receive this room's changes, and the log of these changes. Synchronous queries. */
import { columnsOf } from '../../actor/store/columns'
import type { ChangeType } from '../../protocol'
import { type ChangeRow, changes } from './schema'

const COLUMNS = columnsOf(changes)

export class WebhookStore {
  readonly #sql: SqlStorage
  #ids: Map<number, number> | undefined

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** Each webhook with the seq above which it receives changes. Read once: every message asks. */
  all(): ReadonlyMap<number, number> {
    this.#ids ??= new Map(
      this.#sql
        .exec<{ id: number; since: number }>('SELECT id, since FROM webhooks')
        .toArray()
        .map(({ id, since }) => [id, since]),
    )
    return this.#ids
  }

  add(id: number, since: number): void {
    this.#sql.exec('INSERT OR IGNORE INTO webhooks (id, since) VALUES (?, ?)', id, since)
    this.#ids = undefined
  }

  /** Without webhooks there is no log. */
  remove(id: number): void {
    this.#sql.exec('DELETE FROM webhooks WHERE id = ?', id)
    this.#ids = undefined
    if (this.all().size === 0) this.#sql.exec('DELETE FROM changes')
  }

  record(seq: number, type: ChangeType, subject: number | null, at: number): void {
    COLUMNS.replace(this.#sql, { seq, type, subject, at })
  }

  changesAfter(seq: number, limit: number): ChangeRow[] {
    return COLUMNS.select(this.#sql, 'FROM changes WHERE seq > ? ORDER BY seq LIMIT ?', seq, limit)
  }
}
