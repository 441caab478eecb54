/** The rooms and the feed in which devices of the sidebar's owner have open sockets, by session. */
import type { RoomId, SessionId } from '../../protocol'

/** A room, or the owner's notification feed. The sidebar's own sockets are not listed. */
export type OpenTarget = RoomId | 'feed'

export interface OpenTargetSession {
  target: OpenTarget
  session: SessionId
}

/** The stored number of the feed; room ids begin at 1. */
const FEED = 0

const stored = (target: OpenTarget): number => (target === 'feed' ? FEED : target)

export class OpenTargetStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  all(): OpenTargetSession[] {
    return this.#sql
      .exec<{ target: number; session_id: number }>(
        'SELECT target, session_id FROM open_targets ORDER BY target, session_id',
      )
      .toArray()
      .map((row) => ({ target: row.target === FEED ? 'feed' : row.target, session: row.session_id }))
  }

  add({ target, session }: OpenTargetSession): void {
    this.#sql.exec('INSERT INTO open_targets (target, session_id) VALUES (?, ?)', stored(target), session)
  }

  remove({ target, session }: OpenTargetSession): void {
    this.#sql.exec('DELETE FROM open_targets WHERE target = ? AND session_id = ?', stored(target), session)
  }
}
