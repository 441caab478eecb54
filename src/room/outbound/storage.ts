/** What one room takes of the operator's storage: its database, and what hangs on its messages. */
import type { Outbox } from '../../actor/store/outbox'
import { Quota } from '../../actor/store/quota'
import { projectStorage } from '../../directory/operation/storage'
import type { Attachment } from '../../media/upload-id'
import { formatBytes, type Refused, type RoomId, refuse, type StorageUse } from '../../protocol'
import type { Attached } from './attachments'

/** Changes after which the size of the database is asked for again: some megabytes at most. */
const LOOK_EVERY = 64

const KEY = 'storage:room'

/** What of the room decides who is told, and whether there is anything. */
export interface StorageSource {
  isThere(): boolean
  /** The level has become worse: whoever can do something about it is to be told. */
  onLevel(use: StorageUse): void
}

export class RoomStorage {
  readonly #room: RoomId
  readonly #sql: SqlStorage
  readonly #outbox: Outbox
  readonly #source: StorageSource
  readonly #quota: Quota
  #databaseSize: number | undefined
  #attached: number | undefined
  #changes = 0

  /** @param most bytes that may be used, null for any */
  constructor(room: RoomId, sql: SqlStorage, outbox: Outbox, source: StorageSource, most: number | null) {
    this.#room = room
    this.#sql = sql
    this.#outbox = outbox
    this.#source = source
    this.#quota = new Quota(sql, () => this.#used(), most)
  }

  use(): StorageUse {
    this.#databaseSize = undefined
    return this.#quota.use()
  }

  /** Why a message of this length with these attachments cannot be stored; null when it can. */
  refuses(length: number, attached?: Attached): Refused | null {
    if (this.#quota.hasRoomFor(length + (attached ? bytesOf(attached) : 0))) return null
    return refuse('quota_exceeded', sentence(this.use()))
  }

  /** A message has been stored, with these attachments; or an earlier text has been kept. */
  grew(attached?: Attached): void {
    this.#changed(attached ? bytesOf(attached) : 0)
  }

  /** A message has been deleted, with these attachments. */
  shrank(attached: Attached): void {
    this.#changed(-bytesOf(attached))
  }

  /** All messages are gone, or have come back: what hangs on them is counted anew. */
  recount(): void {
    this.#sql.exec(
      `UPDATE storage SET attached = coalesce((
         SELECT sum(coalesce(json_extract(image, '$.size'), 0) + coalesce(json_extract(file, '$.size'), 0)) FROM messages), 0)`,
    )
    this.#attached = undefined
    this.#look()
  }

  /** Pays the debt: the directory hears what is stored now. */
  async project(db: D1Database): Promise<void> {
    const bytes = this.#source.isThere() ? this.use().used_bytes : 0
    await projectStorage(db, { kind: 'room', id: this.#room }, bytes)
    this.#quota.markProjected(bytes)
  }

  #changed(bytes: number): void {
    if (bytes !== 0) {
      this.#sql.exec('UPDATE storage SET attached = attached + ?', bytes)
      if (this.#attached !== undefined) this.#attached += bytes
    }
    // The first of each life too: a room that wakes for each message would never come to the others.
    if (bytes !== 0 || this.#changes++ % LOOK_EVERY === 0) this.#look()
  }

  #look(): void {
    this.#databaseSize = undefined
    const level = this.#quota.levelToAnnounce()
    if (level !== null && this.#source.isThere()) {
      this.#source.onLevel(this.#quota.use())
      this.#quota.markAnnounced(level)
    }
    if (this.#quota.bytesToProject() !== null || !this.#source.isThere()) this.#outbox.enqueue(KEY, null)
  }

  #used(): number {
    this.#databaseSize ??= this.#sql.databaseSize
    this.#attached ??= this.#sql.exec<{ attached: number }>('SELECT attached FROM storage WHERE id = 0').one().attached
    return this.#databaseSize + this.#attached
  }
}

/** How it stands with a room's quota, and what can be done. */
export const sentence = ({ used_bytes, quota_bytes }: StorageUse): string =>
  `This room takes ${formatBytes(used_bytes)} of ${formatBytes(quota_bytes ?? 0)}. Delete messages with images or files to make room.`

const bytesOf = ({ image, file }: Attached): number =>
  [image, file].reduce((sum, json) => sum + (json === null ? 0 : (JSON.parse(json) as Attachment).size), 0)
