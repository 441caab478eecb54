/** Deletes old notifications when a new one is added, so that a feed stays small without an alarm. */

/** Deleted at once, at most: a feed from before there was a limit shrinks over its next announcements. */
const BATCH = 200

export interface RetentionLimits {
  /** Notifications kept, read or not. */
  maxCount: number
  /** How long a read notification is kept, in milliseconds. */
  readAge: number
}

export class Retention {
  readonly #sql: SqlStorage
  readonly #limits: RetentionLimits

  constructor(sql: SqlStorage, limits: RetentionLimits) {
    this.#sql = sql
    this.#limits = limits
  }

  /**
   * Deletes read notifications that are too old, then the oldest beyond the maximum: unread ones only when no read one is
   * left.
   * @returns the ids of deleted notifications
   */
  prune(now: number): number[] {
    const { maxCount, readAge } = this.#limits
    const old = this.#delete('WHERE is_read = 1 AND at < ? ORDER BY at, id LIMIT ?', now - readAge, BATCH)
    const { n } = this.#sql.exec<{ n: number }>('SELECT count(*) AS n FROM notifications').one()
    if (n <= maxCount) return old
    return [...old, ...this.#delete('ORDER BY is_read DESC, at, id LIMIT ?', Math.min(n - maxCount, BATCH))]
  }

  #delete(selection: string, ...values: number[]): number[] {
    const rows = this.#sql.exec<{ id: number }>(
      `DELETE FROM notifications WHERE id IN (SELECT id FROM notifications ${selection}) RETURNING id`,
      ...values,
    )
    return rows.toArray().map(({ id }) => id)
  }
}
