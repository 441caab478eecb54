/** Subjects that are not announced again, although an actor may still deliver their announcement. */

/** In milliseconds: no actor retries an announcement for longer. */
const KEPT_FOR = 30 * 24 * 3_600_000

export class SpentSubjectStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** @param version later versions of the subject are still announced; null: none is */
  add(subject: string, now: number, version: number | null = null): void {
    this.#sql.exec('DELETE FROM spent_subjects WHERE spent_at < ?', now - KEPT_FOR)
    this.#sql.exec(
      'INSERT OR REPLACE INTO spent_subjects (subject, spent_at, up_to_version) VALUES (?, ?, ?)',
      subject,
      now,
      version,
    )
  }

  has(subject: string, version: number): boolean {
    const [row] = this.#sql
      .exec<{ up_to_version: number | null }>('SELECT up_to_version FROM spent_subjects WHERE subject = ?', subject)
      .toArray()
    return row !== undefined && (row.up_to_version === null || version <= row.up_to_version)
  }
}
