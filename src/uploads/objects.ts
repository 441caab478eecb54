/** The owner's stored objects: their references, their sizes, and which are to be removed. Synchronous queries. */
import type { Reference } from '../actor/rpc/reference'

export class ObjectStore {
  readonly #sql: SqlStorage
  /** The sum of all sizes; undefined until this instance has read it. */
  #used: number | undefined

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /**
   * Adds an object that is about to be stored, and removes it at `due` unless something refers to it by then.
   * @param bytes its largest possible size; null when that is not known
   */
  expect(key: string, due: number, bytes: number | null): void {
    this.#sql.exec('INSERT INTO removals (key, due) VALUES (?, ?)', key, due)
    this.#sql.exec('INSERT INTO objects (key, bytes) VALUES (?, ?)', key, bytes)
    if (this.#used !== undefined) this.#used += bytes ?? 0
  }

  /** Bytes of all objects whose size is known. */
  used(): number {
    this.#used ??= this.#sql.exec<{ used: number }>('SELECT coalesce(sum(bytes), 0) AS used FROM objects').one().used
    return this.#used
  }

  /** Sets an object's size; ignored when the object is removed already. */
  resize(key: string, bytes: number): void {
    const [row] = this.#sql.exec<{ bytes: number | null }>('SELECT bytes FROM objects WHERE key = ?', key).toArray()
    if (!row || row.bytes === bytes) return
    this.#sql.exec('UPDATE objects SET bytes = ?2 WHERE key = ?1', key, bytes)
    if (this.#used !== undefined) this.#used += bytes - (row.bytes ?? 0)
  }

  hasUnknownSizes(): boolean {
    return this.#sql.exec('SELECT 1 FROM objects WHERE bytes IS NULL LIMIT 1').toArray().length > 0
  }

  /** Sets the unknown sizes. An object that is not among `sizes` is not in R2 and has none. */
  learnSizes(sizes: ReadonlyMap<string, number>): void {
    const unknown = this.#sql.exec<{ key: string }>('SELECT key FROM objects WHERE bytes IS NULL').toArray()
    for (const { key } of unknown) this.resize(key, sizes.get(key) ?? 0)
  }

  /** How many objects have no active reference, and when the first of them is removed (ms since 1970). */
  unreferenced(): { count: number; first: number | null } {
    return this.#sql
      .exec<{ count: number; first: number | null }>('SELECT count(*) AS count, min(due) AS first FROM removals')
      .one()
  }

  /** Stores a holder's report. @returns false when the object is removed already: it cannot be referred to any more */
  apply({ key, holder, isActive }: Reference, now: number): boolean {
    if (!this.#has(key)) return false
    // The message for which the room reserved the object has been stored.
    this.#sql.exec(
      `DELETE FROM reservations WHERE key = ?1 AND substr(?2, 1, length(room) + 1) = room || ' '`,
      key,
      holder,
    )
    this.#sql.exec(
      `INSERT INTO object_references (key, holder, released) VALUES (?1, ?2, ?3)
       ON CONFLICT (key, holder) DO UPDATE SET released = 1 WHERE excluded.released = 1`,
      key,
      holder,
      isActive ? 0 : 1,
    )
    if (this.#isReferenced(key)) this.#sql.exec('DELETE FROM removals WHERE key = ?', key)
    else this.drop(key, now)
    return true
  }

  /** Makes `key` the only object of this holder; null for none. What the holder referred to before is released. */
  setOnly(holder: string, key: string | null, now: number): void {
    const before = this.#sql
      .exec<{ key: string }>('SELECT key FROM object_references WHERE holder = ? AND released = 0', holder)
      .toArray()
    for (const each of before) if (each.key !== key) this.apply({ key: each.key, holder, isActive: false }, now)
    if (key === null || before.some((each) => each.key === key) || !this.#has(key)) return
    this.#sql.exec('INSERT OR REPLACE INTO object_references (key, holder, released) VALUES (?, ?, 0)', key, holder)
    this.#sql.exec('DELETE FROM removals WHERE key = ?', key)
  }

  /** Schedules an object's removal for now, or for the end of its reservations, unless something refers to it. */
  drop(key: string, now: number): void {
    if (!this.#has(key) || this.#isReferenced(key)) return
    const { until } = this.#sql
      .exec<{ until: number | null }>('SELECT max(until) AS until FROM reservations WHERE key = ?', key)
      .one()
    const due = Math.max(now, until ?? 0)
    this.#sql.exec('INSERT INTO removals (key, due) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET due = ?2', key, due)
  }

  /**
   * Keeps an object until then, although other references may be released: a message of the room is about to show it.
   * @returns false when the object is removed, or due to be
   */
  reserve(key: string, room: string, until: number, now: number): boolean {
    const [removal] = this.#sql.exec<{ due: number }>('SELECT due FROM removals WHERE key = ?', key).toArray()
    if (!this.#has(key) || (removal && removal.due <= now)) return false
    this.#sql.exec('DELETE FROM reservations WHERE until <= ?', now)
    this.#sql.exec('INSERT OR REPLACE INTO reservations (key, room, until) VALUES (?, ?, ?)', key, room, until)
    this.#sql.exec('UPDATE removals SET due = ?2 WHERE key = ?1 AND due < ?2', key, until)
    return true
  }

  /** Objects to remove by now, longest due first. */
  due(now: number, limit: number): string[] {
    return this.#sql
      .exec<{ key: string }>('SELECT key FROM removals WHERE due <= ? ORDER BY due LIMIT ?', now, limit)
      .toArray()
      .map(({ key }) => key)
  }

  /** These objects are removed from R2. */
  forget(keys: string[]): void {
    if (keys.length === 0) return
    const list = JSON.stringify(keys)
    for (const table of ['removals', 'object_references', 'objects', 'reservations']) {
      this.#sql.exec(`DELETE FROM ${table} WHERE key IN (SELECT value FROM json_each(?))`, list)
    }
    this.#used = undefined
  }

  #has(key: string): boolean {
    const rows = this.#sql.exec(
      'SELECT 1 FROM removals WHERE key = ?1 UNION ALL SELECT 1 FROM object_references WHERE key = ?1 LIMIT 1',
      key,
    )
    return rows.toArray().length > 0
  }

  #isReferenced(key: string): boolean {
    return (
      this.#sql.exec('SELECT 1 FROM object_references WHERE key = ? AND released = 0 LIMIT 1', key).toArray().length > 0
    )
  }
}
