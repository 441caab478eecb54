/** The people who may not join the room, neither by a link nor by being added. Synchronous queries. */
import { columnsOf } from '../../actor/store/columns'
import type { UserId } from '../../protocol'
import { type BanRow, bans } from './schema'

const COLUMNS = columnsOf(bans)

/** Position of a ban in the list: when it was made (ms since 1970), and the banned user. */
export type BanKey = [banned_at: number, user_id: UserId]

export class BanStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** Bans after `key`, oldest first. */
  page(limit: number, [at, user]: BanKey): BanRow[] {
    return COLUMNS.select(
      this.#sql,
      'FROM bans WHERE (banned_at, user_id) > (?, ?) ORDER BY banned_at, user_id LIMIT ?',
      at,
      user,
      limit,
    )
  }

  has(user: UserId): boolean {
    return this.#sql.exec('SELECT 1 FROM bans WHERE user_id = ?', user).toArray().length > 0
  }

  /** Adds a ban. A ban that exists keeps its date. */
  add(ban: Omit<BanRow, 'username'>): void {
    COLUMNS.insertIfAbsent(this.#sql, { ...ban, username: '' })
  }

  /** @returns whether there was a ban to lift. */
  remove(user: UserId): boolean {
    return this.#sql.exec('DELETE FROM bans WHERE user_id = ?', user).rowsWritten > 0
  }
}
