/** Who has blocked whom in a direct room: told by the blocker's sidebar, kept here so that no message asks the directory. */
import type { UserId } from '../protocol'

export class Blocks {
  readonly #sql: SqlStorage
  /** Whether any stands; read once on waking. */
  #standing: boolean | undefined

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** Whether one of the two has blocked the other: then neither may write. */
  get standing(): boolean {
    this.#standing ??= this.#sql.exec('SELECT 1 FROM blocks LIMIT 1').toArray().length > 0
    return this.#standing
  }

  /** Sets or lifts one person's block of another; also before the room is created. Repeating it changes nothing. */
  set(blocker: UserId, blocked: UserId, stands: boolean): void {
    if (stands) this.#sql.exec('INSERT OR IGNORE INTO blocks (blocker, blocked) VALUES (?, ?)', blocker, blocked)
    else this.#sql.exec('DELETE FROM blocks WHERE blocker = ? AND blocked = ?', blocker, blocked)
    this.#standing = undefined
  }
}
