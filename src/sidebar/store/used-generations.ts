/** The newest generation of each session's tokens that was used: its refresh token has reached its owner. */
import { TIMES } from '../../config'
import type { SessionId } from '../../protocol'

export class UsedGenerationStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** 0 while only the first tokens of the session were used. */
  of(session: SessionId): number {
    const [row] = this.#sql
      .exec<{ generation: number }>('SELECT generation FROM used_generations WHERE session_id = ?', session)
      .toArray()
    return row?.generation ?? 0
  }

  /** Writes once per refresh of a session. Also deletes the rows of sessions that ended for want of use. */
  mark(session: SessionId, generation: number, now: number): void {
    if (generation <= this.of(session)) return
    this.#sql.exec('DELETE FROM used_generations WHERE used_at < ?', now - TIMES.refreshToken - TIMES.accessToken)
    this.#sql.exec(
      'INSERT OR REPLACE INTO used_generations (session_id, generation, used_at) VALUES (?, ?, ?)',
      session,
      generation,
      now,
    )
  }
}
