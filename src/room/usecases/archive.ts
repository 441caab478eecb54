/** Reads the room's rows for a backup, and writes the rows of a restore. */

import type { Alarm } from '../../actor/store/alarm'
import { BOUNDS, TIMES } from '../../config'
import { type BackupRow, type BackupTable, type Refused, refuse, TABLES_OF_MESSAGE } from '../../protocol'
import type { RoomRow } from '../store/schema'
import type { RoomStores } from '../store/stores'

type Row = Record<string, SqlStorageValue>

/** A row and the table it belongs to. */
export interface ArchivedRow {
  table: BackupTable
  row: BackupRow
}

/** The start of the next page of an archive. */
export interface ArchivePoint {
  /** Messages above this id. */
  after: number
  /** The newest seq of the archive. Messages that are sent while it is read are not in it. */
  upTo: number
}

/** A part of a room, small enough for one answer. */
export interface ArchivePage {
  /** On the first page only. */
  room?: RoomRow
  rows: ArchivedRow[]
  next: ArchivePoint | null
}

/**
 * A step of a restore: it stages rows, drops them, or makes them the room. `by` names the restore. A restore that begins
 * (`begins`) drops the rows of every other one, whose next step is refused. Without `by`, `unstage` drops any rows.
 */
export type RestoreStep =
  | { stage: ArchivedRow[]; by: string; begins?: true }
  | { unstage: true; by?: string }
  | { room: RoomRow; seq: number; by: string }

/** Tables that the first page contains as a whole. */
const WHOLE = ['members', 'read_steps', 'bans', 'links', 'system_lines'] as const
/** Messages that are read in one statement, of at most 10,000 characters each. */
const BATCH = 100

/** The table of staged rows. It exists only during a restore. */
const STAGING = 'restoring'

const SUPERSEDED = 'Another restore of this room has begun since, or this one took too long. Nothing of it was kept.'

export class Archive {
  readonly #storage: DurableObjectStorage
  readonly #stores: RoomStores
  readonly #alarm: Alarm
  /** Memory is that of the room before the restore: this instance must end before the restored room opens. */
  #isOutdated = false

  constructor(storage: DurableObjectStorage, stores: RoomStores, alarm: Alarm) {
    this.#storage = storage
    this.#stores = stores
    this.#alarm = alarm
    alarm.covers(() => this.#expiresAt())
  }

  /** A page of the archive: first the room and its members, then messages from the oldest; null when there is no room. */
  page(from: ArchivePoint | null): ArchivePage | null {
    const { timeline } = this.#stores
    const room = this.#stores.room.open
    if (!room) return null
    const rows: ArchivedRow[] = []
    if (!from) {
      for (const table of WHOLE) {
        for (const row of this.#sql.exec<Row>(`SELECT * FROM ${table}`)) rows.push({ table, row: row as BackupRow })
      }
      return { room, rows, next: { after: 0, upTo: timeline.seq } }
    }
    let bytes = 0
    let after = from.after
    for (;;) {
      // Batches are read to the end: an open cursor would prevent every table of this actor from being dropped.
      const batch = this.#sql
        .exec<Row>('SELECT * FROM messages WHERE id > ? AND id <= ? ORDER BY id LIMIT ?', after, from.upTo, BATCH)
        .toArray()
      for (const row of batch) {
        after = row.id as number
        const about = TABLES_OF_MESSAGE.flatMap((table) =>
          this.#sql
            .exec<Row>(`SELECT * FROM ${table} WHERE message_id = ?`, after)
            .toArray()
            .map((each) => ({ table, row: each as BackupRow })),
        )
        const part = [{ table: 'messages' as const, row: row as BackupRow }, ...about]
        rows.push(...part)
        bytes += JSON.stringify(part).length
        if (bytes > BOUNDS.archivePage) return { rows, next: { after, upTo: from.upTo } }
      }
      if (batch.length < BATCH) return { rows, next: null }
    }
  }

  /** Takes a step of a restore. `end` is called soon after the last one, to end this instance. */
  async take(step: RestoreStep, end: () => void): Promise<Refused | null> {
    if ('unstage' in step) {
      if (step.by === undefined || step.by === this.#stagedBy) this.unstage()
      return null
    }
    if ('stage' in step && step.begins) this.unstage()
    else if (step.by !== this.#stagedBy) return refuse('room_exists', SUPERSEDED)
    if ('stage' in step) {
      this.#stage(step.stage, step.by)
      return null
    }
    const refused = this.#restore(step.room, step.seq, step.by)
    if (refused) return refused
    await this.#storage.sync()
    setTimeout(end, 0)
    return null
  }

  /** Stages rows of a restore. Nothing reads them before the last step. */
  #stage(rows: ArchivedRow[], by: string): void {
    this.#sql.exec(
      `CREATE TABLE IF NOT EXISTS ${STAGING} (part INTEGER PRIMARY KEY, staged_by TEXT NOT NULL, at INTEGER NOT NULL, rows TEXT NOT NULL)`,
    )
    this.#sql.exec(
      `INSERT INTO ${STAGING} (staged_by, at, rows) VALUES (?, ?, ?)`,
      by,
      Date.now(),
      JSON.stringify(rows),
    )
    // The restore may never be continued.
    this.#alarm.ringBy(Date.now() + TIMES.restore)
  }

  /** Drops the staged rows. */
  unstage(): void {
    this.#sql.exec(`DROP TABLE IF EXISTS ${STAGING}`)
  }

  /**
   * Makes the staged rows the room's own, in one transaction. The room stays closed until `reopen` runs in the next instance, whose
   * memory has nothing of the room before.
   */
  #restore(room: RoomRow, seq: number, by: string): Refused | null {
    if (this.#stores.room.open) return refuse('room_exists')
    // Higher than every seq that a sidebar may have of a room with this id.
    const last = Math.max(seq, this.#stores.timeline.seq)
    try {
      this.#storage.transactionSync(() => {
        for (const table of [...WHOLE, ...TABLES_OF_MESSAGE, 'blocks', 'attached', 'hooks'])
          this.#sql.exec(`DELETE FROM ${table}`)
        this.#stores.messages.clear()
        for (const row of this.#staged()) this.#insert(row)
        this.#sql.exec(`DELETE FROM ${STAGING}`)
        // An empty part tells the next instance to open the room.
        this.#stage([], by)
        this.#stores.room.save({ ...room, changed_seq: last, deleted_at: Date.now() })
      })
    } catch (error) {
      // SQLite names the table or column that does not take a row. Its message holds no value.
      return refuse('invalid', `The rows do not fit this room: ${(error as Error).message}`)
    }
    this.#isOutdated = true
    // This instance still answers sidebars that learn only now that the room before was deleted.
    this.#stores.members.reread()
    return null
  }

  /** The refusal to open a restored room: in the instance before the restore's end, or without a restore. */
  get refusesToOpen(): Refused | null {
    if (this.#isOutdated) return refuse('unavailable')
    return this.#isStaging ? null : refuse('not_found')
  }

  /** Drops rows that were staged long ago. To be called from the actor's `alarm()`. */
  expire(): void {
    const due = this.#expiresAt()
    if (due !== null && due <= Date.now()) this.unstage()
  }

  /** When the staged rows are dropped (ms since 1970); null without staged rows, and in a room that exists. */
  #expiresAt(): number | null {
    if (this.#stores.room.open || !this.#isStaging) return null
    const { at } = this.#sql.exec<{ at: number | null }>(`SELECT max(at) AS at FROM ${STAGING}`).one()
    return (at ?? 0) + TIMES.restore
  }

  /** The restore of the staged rows; undefined when there are none. */
  get #stagedBy(): string | undefined {
    if (!this.#isStaging) return undefined
    return this.#sql.exec<{ staged_by: string }>(`SELECT staged_by FROM ${STAGING} LIMIT 1`).toArray()[0]?.staged_by
  }

  get #isStaging(): boolean {
    return this.#sql.exec('SELECT 1 FROM sqlite_master WHERE name = ?', STAGING).toArray().length > 0
  }

  /** Reads part by part: an open cursor locks the table. */
  *#staged(): Generator<ArchivedRow> {
    let after = 0
    for (;;) {
      const [next] = this.#sql
        .exec<{ part: number; rows: string }>(
          `SELECT part, rows FROM ${STAGING} WHERE part > ? ORDER BY part LIMIT 1`,
          after,
        )
        .toArray()
      if (!next) return
      after = next.part
      yield* JSON.parse(next.rows) as ArchivedRow[]
    }
  }

  #insert({ table, row }: ArchivedRow): void {
    // The names were checked when the line was read: letters and underscores.
    const columns = Object.keys(row)
    const marks = columns.map(() => '?').join(', ')
    const values = Object.values(row) as SqlStorageValue[]
    this.#sql.exec(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${marks})`, ...values)
    if (table !== 'messages') return
    const { id, content, image, file } = row as { id: number; content: string | null; image: string; file: string }
    if (content !== null) this.#stores.messages.search.index.add(id, content)
    for (const json of [image, file]) {
      if (json) this.#sql.exec('INSERT INTO attached (key, message_id) VALUES (?, ?)', JSON.parse(json).key, id)
    }
  }

  get #sql(): SqlStorage {
    return this.#storage.sql
  }
}
