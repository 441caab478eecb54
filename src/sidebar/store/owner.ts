/** The sidebar's row about its owner: presence, what their sockets were sent, their public names, and the erasure. */
import type { Person, UserId } from '../../protocol'
import type { OwnerRow } from './schema'

type Row = OwnerRow & Record<string, SqlStorageValue>

/** The row exists once the owner came online, was renamed or was erased. Times are milliseconds since 1970. */
export class OwnerStore {
  readonly #sql: SqlStorage
  readonly #user: UserId

  constructor(sql: SqlStorage, user: UserId) {
    this.#sql = sql
    this.#user = user
  }

  get isOnline(): boolean {
    return this.#row()?.online === 1
  }

  get isErased(): boolean {
    return typeof this.#row()?.erased_at === 'number'
  }

  /** The owner's public names and picture as last reported; null when nobody reported them yet. */
  get person(): Person | null {
    const person = this.#row()?.person
    return person ? (JSON.parse(person) as Person) : null
  }

  /** Up to when a socket was sent every change; 0 when none ever was. */
  get shownAt(): number {
    return this.#row()?.shown_at ?? 0
  }

  /** When the owner was last confirmed to be online; undefined while they are offline. */
  get onlineConfirmedAt(): number | undefined {
    const row = this.#row()
    return row?.online === 1 ? Math.max(row.last_seen, row.targets_checked_at) : undefined
  }

  setPresence(online: boolean, at: number): void {
    this.#sql.exec(
      `INSERT INTO owner (user_id, online, last_seen, shown_at) VALUES (?, ?, ?, 0)
       ON CONFLICT (user_id) DO UPDATE SET online = excluded.online, last_seen = excluded.last_seen`,
      this.#user,
      online ? 1 : 0,
      at,
    )
  }

  setTargetsCheckedAt(now: number): void {
    this.#sql.exec('UPDATE owner SET targets_checked_at = ?', now)
  }

  /** Writes only when a room changed since the time that is stored. */
  setShownAt(now: number): void {
    this.#sql.exec(
      'UPDATE owner SET shown_at = ?1 WHERE EXISTS (SELECT 1 FROM rooms WHERE changed_at > owner.shown_at)',
      now,
    )
  }

  setPerson(person: Person): void {
    this.#sql.exec(
      `INSERT INTO owner (user_id, online, last_seen, shown_at, person) VALUES (?1, 0, 0, 0, ?2)
       ON CONFLICT (user_id) DO UPDATE SET person = excluded.person`,
      this.#user,
      JSON.stringify(person),
    )
  }

  /** Keeps the first time when the account is already marked. */
  markErased(now: number): void {
    this.#sql.exec(
      `INSERT INTO owner (user_id, online, last_seen, shown_at, erased_at) VALUES (?, 0, 0, 0, ?)
       ON CONFLICT (user_id) DO UPDATE SET erased_at = coalesce(erased_at, excluded.erased_at)`,
      this.#user,
      now,
    )
  }

  #row(): OwnerRow | undefined {
    return this.#sql.exec<Row>('SELECT * FROM owner').toArray()[0]
  }
}
