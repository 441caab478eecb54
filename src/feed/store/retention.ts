/** Which notifications go so that a feed stays small: decided when something is added, so that nothing rings for it. */

/** Removed at a time: a feed that grew for years before there was a limit shrinks over its next announcements. */
const AT_ONCE = 200

export interface Retained {
  /** Notifications kept, read or not. */
  most: number
  /** How long one that was read is kept, in milliseconds. */
  readFor: number
}

export class Retention {
  readonly #sql: SqlStorage
  readonly #retained: Retained

  constructor(sql: SqlStorage, retained: Retained) {
    this.#sql = sql
    this.#retained = retained
  }

  /**
   * Removes what is read and old, then what is beyond the number: read ones first, each time the oldest. An unread one
   * goes only where all the others are unread and newer.
   * @returns the ids of what was removed
   */
  prune(now: number): number[] {
    const { most, readFor } = this.#retained
    const old = this.#remove('WHERE is_read = 1 AND at < ? ORDER BY at, id LIMIT ?', now - readFor, AT_ONCE)
    const { n } = this.#sql.exec<{ n: number }>('SELECT count(*) AS n FROM notifications').one()
    if (n <= most) return old
    return [...old, ...this.#remove('ORDER BY is_read DESC, at, id LIMIT ?', Math.min(n - most, AT_ONCE))]
  }

  #remove(which: string, ...values: number[]): number[] {
    const rows = this.#sql.exec<{ id: number }>(
      `DELETE FROM notifications WHERE id IN (SELECT id FROM notifications ${which}) RETURNING id`,
      ...values,
    )
    return rows.toArray().map(({ id }) => id)
  }
}
