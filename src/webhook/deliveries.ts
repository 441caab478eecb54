/** What the webhook has sent, and what it could not send. Synchronous queries. */
import { columnsOf } from '../actor/store/columns'
import { TIMES } from '../config'
import { type DeliveryRow, deliveries } from './schema'

const COLUMNS = columnsOf(deliveries)

/** Rows after whose writing old ones are deleted. */
const PRUNE_EVERY = 200

export class DeliveryStore {
  readonly #sql: SqlStorage
  #written = 0

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  get(id: string): DeliveryRow | undefined {
    return COLUMNS.select(this.#sql, 'FROM deliveries WHERE id = ?', id)[0]
  }

  /** Writes the result of an attempt over the one before. @returns the row */
  save(delivery: Omit<DeliveryRow, 'attempts'>): DeliveryRow {
    const row = { ...delivery, attempts: (this.get(delivery.id)?.attempts ?? 0) + 1 }
    COLUMNS.replace(this.#sql, row)
    if (++this.#written % PRUNE_EVERY === 0) {
      this.#sql.exec('DELETE FROM deliveries WHERE updated_at < ?', row.updated_at - TIMES.deliveryKept)
    }
    return row
  }

  /** Newest first, before `before` (ms since 1970). */
  page(status: DeliveryRow['status'] | null, before: number, limit: number): DeliveryRow[] {
    return COLUMNS.select(
      this.#sql,
      `FROM deliveries WHERE (?1 IS NULL OR status = ?1) AND updated_at < ?2 ORDER BY updated_at DESC LIMIT ?3`,
      status,
      before,
      limit,
    )
  }
}
