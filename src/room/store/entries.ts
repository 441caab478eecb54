/** The ways into a room and the people kept out of it: synchronous queries over the room's own SQLite. */
import type { UserId } from '../../protocol'
import type { BanRow, LinkRow } from './schema'

type Stored<Row> = Row & Record<string, SqlStorageValue>

/** What limits a link; null is no limit. `expires_at` is in milliseconds since 1970. */
export type LinkLimits = Pick<LinkRow, 'expires_at' | 'max_uses'>

/** Where a ban stands in the list: when it was made (ms since 1970), and of whom it is. */
export type BanKey = [banned_at: number, user_id: UserId]

export class EntryStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  bans(limit: number, [at, user]: BanKey): BanRow[] {
    return this.#sql
      .exec<Stored<BanRow>>(
        'SELECT * FROM bans WHERE (banned_at, user_id) > (?, ?) ORDER BY banned_at, user_id LIMIT ?',
        at,
        user,
        limit,
      )
      .toArray()
  }

  isBanned(user: UserId): boolean {
    return this.#sql.exec('SELECT 1 FROM bans WHERE user_id = ?', user).toArray().length > 0
  }

  /** Bans somebody; who is banned already stays so since the first time. */
  ban({ user_id, banned_by, banned_at }: Omit<BanRow, 'username'>): void {
    this.#sql.exec(
      `INSERT OR IGNORE INTO bans (user_id, username, banned_by, banned_at) VALUES (?, '', ?, ?)`,
      user_id,
      banned_by,
      banned_at,
    )
  }

  /** @returns whether there was a ban to lift. */
  unban(user: UserId): boolean {
    return this.#sql.exec('DELETE FROM bans WHERE user_id = ?', user).rowsWritten > 0
  }

  link(code: string): LinkRow | undefined {
    return this.#sql.exec<Stored<LinkRow>>('SELECT * FROM links WHERE code = ?', code).toArray()[0]
  }

  /** The link made last, open or not. */
  latestLink(): LinkRow | undefined {
    return this.#sql.exec<Stored<LinkRow>>('SELECT * FROM links ORDER BY created_at DESC LIMIT 1').toArray()[0]
  }

  /** Opens a link and revokes the one before it. */
  openLink(code: string, by: UserId, limits: LinkLimits, now: number): LinkRow {
    this.revokeLink(now)
    const { expires_at, max_uses } = limits
    this.#sql.exec(
      'INSERT INTO links (code, created_by, created_at, expires_at, uses, max_uses) VALUES (?, ?, ?, ?, 0, ?)',
      code,
      by,
      now,
      expires_at,
      max_uses,
    )
    return { code, created_by: by, created_at: now, expires_at, uses: 0, max_uses, revoked_at: null }
  }

  revokeLink(now: number): void {
    this.#sql.exec('UPDATE links SET revoked_at = ? WHERE revoked_at IS NULL', now)
  }

  useLink(code: string): void {
    this.#sql.exec('UPDATE links SET uses = uses + 1 WHERE code = ?', code)
  }
}

/** Whether a link lets one more person in. Pure. */
export function isOpen(link: LinkRow, now: number): boolean {
  if (link.revoked_at !== null) return false
  if (link.expires_at !== null && link.expires_at <= now) return false
  return link.max_uses === null || link.uses < link.max_uses
}
