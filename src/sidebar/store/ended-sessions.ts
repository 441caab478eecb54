/** Sessions that have ended lately: an upgrade that was admitted just before may still be on its way. */
import { TIMES } from '../../config'
import type { SessionId } from '../../protocol'

export class EndedSessionStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  add(sessions: SessionId[], now: number): void {
    // By then no token of theirs is valid and the directory alone refuses them.
    this.#sql.exec('DELETE FROM ended WHERE ended_at < ?', now - TIMES.accessToken)
    for (const session of sessions) {
      this.#sql.exec('INSERT OR REPLACE INTO ended (session_id, ended_at) VALUES (?, ?)', session, now)
    }
  }

  has(session: SessionId): boolean {
    return this.#sql.exec('SELECT 1 FROM ended WHERE session_id = ?', session).toArray().length > 0
  }
}
