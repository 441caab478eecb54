/** The room's invitation links. Synchronous queries. */
import { columnsOf } from '../../actor/store/columns'
import type { UserId } from '../../protocol'
import { type LinkRow, links } from './schema'

const COLUMNS = columnsOf(links)

/** Limits of a link; null is no limit. `expires_at` is in milliseconds since 1970. */
export type LinkLimits = Pick<LinkRow, 'expires_at' | 'max_uses'>

export class LinkStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  get(code: string): LinkRow | undefined {
    return COLUMNS.select(this.#sql, 'FROM links WHERE code = ?', code)[0]
  }

  /** The newest link, open or not. */
  newest(): LinkRow | undefined {
    return COLUMNS.select(this.#sql, 'FROM links ORDER BY created_at DESC LIMIT 1')[0]
  }

  /** Opens a link and revokes the one before it. */
  open(code: string, created_by: UserId, limits: LinkLimits, now: number): LinkRow {
    this.revoke(now)
    const link: LinkRow = { code, created_by, created_at: now, ...limits, uses: 0, revoked_at: null }
    COLUMNS.insert(this.#sql, link)
    return link
  }

  /** Revokes the open link, if there is one. */
  revoke(now: number): void {
    this.#sql.exec('UPDATE links SET revoked_at = ? WHERE revoked_at IS NULL', now)
  }

  countUse(code: string): void {
    this.#sql.exec('UPDATE links SET uses = uses + 1 WHERE code = ?', code)
  }
}

/** Whether a link admits one more person. Pure. */
export function isOpen(link: LinkRow, now: number): boolean {
  if (link.revoked_at !== null) return false
  if (link.expires_at !== null && link.expires_at <= now) return false
  return link.max_uses === null || link.uses < link.max_uses
}
