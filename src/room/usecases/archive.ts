/** The room as rows, out of it and back into it: what a backup reads, and what a restore leaves. */

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

/** Where the next page of an archive begins. */
export interface ArchivePoint {
  /** Messages above this id. */
  after: number
  /** The newest place that belongs to the archive: what is said while it is read does not. */
  upTo: number
}

/** A part of a room, small enough for one answer. */
export interface ArchivePage {
  /** Of the first page. */
  room?: RoomRow
  rows: ArchivedRow[]
  next: ArchivePoint | null
}

/**
 * A restore, step by step: rows are staged, or dropped, or become the room. `by` names the restore: a restore that begins
 * (`begins`) drops the rows of every other, which is then refused with its next step. Without `by`, `unstage` drops any rows.
 */
export type RestoreStep =
  | { stage: ArchivedRow[]; by: string; begins?: true }
  | { unstage: true; by?: string }
  | { room: RoomRow; seq: number; by: string }

/** Read whole, with the first page. */
const WHOLE = ['members', 'read_steps', 'bans', 'links', 'system_lines'] as const
/** Messages that are read at a time, of at most 10,000 characters each. */
const BATCH = 100

/** Where rows wait until all of them are there. The table exists only while a restore is under way. */
const STAGING = 'restoring'

const SUPERSEDED = 'Another restore of this room has begun since, or this one took too long. Nothing of it was kept.'

export class Archive {
  readonly #storage: DurableObjectStorage
  readonly #stores: RoomStores
  readonly #alarm: Alarm
  /** What is in memory is of the room before: this life must end before the restored room opens. */
  #isOutdated = false

  constructor(storage: DurableObjectStorage, stores: RoomStores, alarm: Alarm) {
    this.#storage = storage
    this.#stores = stores
    this.#alarm = alarm
  }

  /** A page of the room: first what it is and who is in it, then its messages from the oldest; null when there is none. */
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
      // Whole batches: a cursor that is left half read keeps every table of this actor from being dropped.
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

  /** Takes a step of a restore. `end` is called soon after the last: this life is over. */
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

  /** Keeps rows of a restore until all are there. Nobody sees any of them. */
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
    // Whoever was restoring may be gone for good.
    this.#alarm.ringBy(Date.now() + TIMES.restore)
  }

  /** Forgets the rows of a restore that came to nothing. */
  unstage(): void {
    this.#sql.exec(`DROP TABLE IF EXISTS ${STAGING}`)
  }

  /**
   * Makes the staged rows the room's own, all or nothing. The room stays closed, and this life of the actor is over:
   * `reopen` is the next one's, which remembers nothing of what was here before.
   */
  #restore(room: RoomRow, seq: number, by: string): Refused | null {
    if (this.#stores.room.open) return refuse('room_exists')
    // Later than everything that anybody was told of a room with this id.
    const last = Math.max(seq, this.#stores.timeline.seq)
    try {
      this.#storage.transactionSync(() => {
        for (const table of [...WHOLE, ...TABLES_OF_MESSAGE, 'blocks', 'attached'])
          this.#sql.exec(`DELETE FROM ${table}`)
        this.#stores.messages.clear()
        for (const row of this.#staged()) this.#insert(row)
        this.#sql.exec(`DELETE FROM ${STAGING}`)
        // Says to the next life that the room is to be opened.
        this.#stage([], by)
        this.#stores.room.save({ ...room, changed_seq: last, deleted_at: Date.now() })
      })
    } catch (error) {
      // SQLite's own words: which table or column does not take what. They hold no value.
      return refuse('invalid', `The rows do not fit this room: ${(error as Error).message}`)
    }
    this.#isOutdated = true
    // A list that hears only now that the room before was deleted still answers to this life.
    this.#stores.members.reread()
    return null
  }

  /** Why this is not the life that a restored room opens in: the one before it, or no restore has come to its end. */
  get refusesToOpen(): Refused | null {
    if (this.#isOutdated) return refuse('unavailable')
    return this.#isStaging ? null : refuse('not_found')
  }

  /** What was staged long ago is given up. To be called from the alarm of a room that is not there. */
  expire(): void {
    if (!this.#isStaging) return
    const at = this.#sql.exec<{ at: number | null }>(`SELECT max(at) AS at FROM ${STAGING}`).one().at ?? 0
    if (at > Date.now() - TIMES.restore) this.#alarm.ringBy(Date.now() + TIMES.restore)
    else this.unstage()
  }

  /** Which restore the staged rows belong to; undefined where there are none. */
  get #stagedBy(): string | undefined {
    if (!this.#isStaging) return undefined
    return this.#sql.exec<{ staged_by: string }>(`SELECT staged_by FROM ${STAGING} LIMIT 1`).toArray()[0]?.staged_by
  }

  get #isStaging(): boolean {
    return this.#sql.exec('SELECT 1 FROM sqlite_master WHERE name = ?', STAGING).toArray().length > 0
  }

  /** Part by part: a table with a cursor open on it is locked. */
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
    // Their names are checked where the line was read: letters and underscores.
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
