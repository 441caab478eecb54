/** Which of a person's stored objects are shown somewhere, which are to go, and what they take. Synchronous queries. */
import type { Reference } from '../actor/rpc/reference'

export class ObjectStore {
  readonly #sql: SqlStorage
  /** The sum of all sizes; undefined until it is asked for in this life. */
  #used: number | undefined

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /**
   * An object is about to be stored; unless something holds it by then, it goes at `due`.
   * @param bytes what it takes at most; null when that is not known
   */
  expect(key: string, due: number, bytes: number | null): void {
    this.#sql.exec('INSERT INTO waiting (key, due) VALUES (?, ?)', key, due)
    this.#sql.exec('INSERT INTO objects (key, bytes) VALUES (?, ?)', key, bytes)
    if (this.#used !== undefined) this.#used += bytes ?? 0
  }

  /** Bytes of all objects whose size is known. */
  used(): number {
    this.#used ??= this.#sql.exec<{ used: number }>('SELECT coalesce(sum(bytes), 0) AS used FROM objects').one().used
    return this.#used
  }

  /** An object has been stored, or found to be there, and is this large; of one that is gone nothing is taken over. */
  resize(key: string, bytes: number): void {
    const [row] = this.#sql.exec<{ bytes: number | null }>('SELECT bytes FROM objects WHERE key = ?', key).toArray()
    if (!row || row.bytes === bytes) return
    this.#sql.exec('UPDATE objects SET bytes = ?2 WHERE key = ?1', key, bytes)
    if (this.#used !== undefined) this.#used += bytes - (row.bytes ?? 0)
  }

  /** Whether there are objects of which nobody knows how large they are. */
  hasUnknownSizes(): boolean {
    return this.#sql.exec('SELECT 1 FROM objects WHERE bytes IS NULL LIMIT 1').toArray().length > 0
  }

  /** Takes over the sizes of objects that are there; all others of unknown size are not. */
  learnSizes(sizes: ReadonlyMap<string, number>): void {
    const unknown = this.#sql.exec<{ key: string }>('SELECT key FROM objects WHERE bytes IS NULL').toArray()
    for (const { key } of unknown) this.resize(key, sizes.get(key) ?? 0)
  }

  /** How many objects nothing holds, and when the first of them goes. */
  waiting(): { count: number; first: number | null } {
    return this.#sql
      .exec<{ count: number; first: number | null }>('SELECT count(*) AS count, min(due) AS first FROM waiting')
      .one()
  }

  /** Takes over what a place says. @returns whether the object is known here: one that is gone cannot be held. */
  apply({ key, holder, isActive: held }: Reference, now: number): boolean {
    if (!this.#knows(key)) return false
    // Whatever reserved it has come to showing it.
    this.#sql.exec(
      `DELETE FROM reserved WHERE key = ?1 AND substr(?2, 1, length(place) + 1) = place || ' '`,
      key,
      holder,
    )
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
    for (const before of held) if (before.key !== key) this.apply({ key: before.key, holder, isActive: false }, now)
    if (key === null || held.some((before) => before.key === key) || !this.#knows(key)) return
    this.#sql.exec('INSERT OR REPLACE INTO holds (key, holder, released) VALUES (?, ?, 0)', key, holder)
    this.#sql.exec('DELETE FROM waiting WHERE key = ?', key)
  }

  /** Lets an object go now, or when nothing is about to show it any more, unless something holds it. */
  drop(key: string, now: number): void {
    if (!this.#knows(key) || this.#isHeld(key)) return
    const { until } = this.#sql
      .exec<{ until: number | null }>('SELECT max(until) AS until FROM reserved WHERE key = ?', key)
      .one()
    const due = Math.max(now, until ?? 0)
    this.#sql.exec('INSERT INTO waiting (key, due) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET due = ?2', key, due)
  }

  /**
   * Keeps an object until then, whatever lets it go meanwhile: something in `place` is about to show it.
   * @returns false when it is gone, or as good as gone.
   */
  reserve(key: string, place: string, until: number, now: number): boolean {
    const [waiting] = this.#sql.exec<{ due: number }>('SELECT due FROM waiting WHERE key = ?', key).toArray()
    if (!this.#knows(key) || (waiting && waiting.due <= now)) return false
    this.#sql.exec('DELETE FROM reserved WHERE until <= ?', now)
    this.#sql.exec('INSERT OR REPLACE INTO reserved (key, place, until) VALUES (?, ?, ?)', key, place, until)
    this.#sql.exec('UPDATE waiting SET due = ?2 WHERE key = ?1 AND due < ?2', key, until)
    return true
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
    if (keys.length === 0) return
    const list = JSON.stringify(keys)
    for (const table of ['waiting', 'holds', 'objects', 'reserved']) {
      this.#sql.exec(`DELETE FROM ${table} WHERE key IN (SELECT value FROM json_each(?))`, list)
    }
    this.#used = undefined
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
