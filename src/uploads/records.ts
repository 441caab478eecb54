/** Which of a person's stored objects are shown somewhere, and which are to go. Synchronous queries. */
import type { Hold } from '../actor/hold'

export class Records {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** An object is about to be stored; unless something holds it by then, it goes at `due`. */
  expect(key: string, due: number): void {
    this.#sql.exec('INSERT INTO waiting (key, due) VALUES (?, ?)', key, due)
  }

  /** How many objects nothing holds, and when the first of them goes. */
  waiting(): { count: number; first: number | null } {
    return this.#sql
      .exec<{ count: number; first: number | null }>('SELECT count(*) AS count, min(due) AS first FROM waiting')
      .one()
  }

  /** Takes over what a place says. @returns whether the object is known here: one that is gone cannot be held. */
  apply({ key, holder, held }: Hold, now: number): boolean {
    if (!this.#knows(key)) return false
    this.#sql.exec(
      `INSERT INTO holds (key, holder, released) VALUES (?1, ?2, ?3)
       ON CONFLICT (key, holder) DO UPDATE SET released = 1 WHERE excluded.released = 1`,
      key,
      holder,
      held ? 0 : 1,
    )
    if (this.#isHeld(key)) this.#sql.exec('DELETE FROM waiting WHERE key = ?', key)
    else this.drop(key, now)
    return true
  }

  /** The one object that this place holds from now on: what it held before goes, unless another place holds it. */
  holdOnly(holder: string, key: string | null, now: number): void {
    const held = this.#sql
      .exec<{ key: string }>('SELECT key FROM holds WHERE holder = ? AND released = 0', holder)
      .toArray()
    for (const before of held) if (before.key !== key) this.apply({ key: before.key, holder, held: false }, now)
    if (key === null || held.some((before) => before.key === key) || !this.#knows(key)) return
    this.#sql.exec('INSERT OR REPLACE INTO holds (key, holder, released) VALUES (?, ?, 0)', key, holder)
    this.#sql.exec('DELETE FROM waiting WHERE key = ?', key)
  }

  /** Lets an object go now, unless something holds it. */
  drop(key: string, now: number): void {
    if (!this.#knows(key) || this.#isHeld(key)) return
    this.#sql.exec('INSERT INTO waiting (key, due) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET due = ?2', key, now)
  }

  /** Objects that are to go by now, longest due first. */
  due(now: number, limit: number): string[] {
    return this.#sql
      .exec<{ key: string }>('SELECT key FROM waiting WHERE due <= ? ORDER BY due LIMIT ?', now, limit)
      .toArray()
      .map(({ key }) => key)
  }

  /** These objects are gone. */
  forget(keys: string[]): void {
    const list = JSON.stringify(keys)
    this.#sql.exec('DELETE FROM waiting WHERE key IN (SELECT value FROM json_each(?))', list)
    this.#sql.exec('DELETE FROM holds WHERE key IN (SELECT value FROM json_each(?))', list)
  }

  #knows(key: string): boolean {
    const rows = this.#sql.exec(
      'SELECT 1 FROM waiting WHERE key = ?1 UNION ALL SELECT 1 FROM holds WHERE key = ?1 LIMIT 1',
      key,
    )
    return rows.toArray().length > 0
  }

  #isHeld(key: string): boolean {
    return this.#sql.exec('SELECT 1 FROM holds WHERE key = ? AND released = 0 LIMIT 1', key).toArray().length > 0
  }
}
