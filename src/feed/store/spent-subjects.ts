/** What is not announced (again), though somebody may still tell of it. */

/** Whoever announces something has given up telling of it by then, in milliseconds. */
const REMEMBERED = 30 * 24 * 3_600_000

export class SpentSubjectStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** A subject is not announced from now on, or, with an occasion, until it is news again. */
  spend(subject: string, now: number, occasion: number | null = null): void {
    this.#sql.exec('DELETE FROM spent WHERE at < ?', now - REMEMBERED)
    this.#sql.exec('INSERT OR REPLACE INTO spent (subject, at, occasion) VALUES (?, ?, ?)', subject, now, occasion)
  }

  isSpent(subject: string, occasion: number): boolean {
    const [row] = this.#sql
      .exec<{ occasion: number | null }>('SELECT occasion FROM spent WHERE subject = ?', subject)
      .toArray()
    return row !== undefined && (row.occasion === null || occasion <= row.occasion)
  }
}
