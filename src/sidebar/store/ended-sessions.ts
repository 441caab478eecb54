/** Sessions that ended while access tokens of theirs may be valid. */
import { TIMES } from '../../config'
import type { SessionId } from '../../protocol'

export class EndedSessionStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** Also deletes sessions whose access tokens have expired. A refresh that met the end may have issued one after it. */
  add(sessions: SessionId[], now: number): void {
    this.#sql.exec('DELETE FROM ended_sessions WHERE ended_at < ?', now - 2 * TIMES.accessToken)
    for (const session of sessions) {
      this.#sql.exec('INSERT OR REPLACE INTO ended_sessions (session_id, ended_at) VALUES (?, ?)', session, now)
    }
  }

  has(session: SessionId): boolean {
    return this.#sql.exec('SELECT 1 FROM ended_sessions WHERE session_id = ?', session).toArray().length > 0
  }
}
