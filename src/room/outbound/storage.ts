/** The bytes that one room takes: its database and the attachments of its messages. Holds the room to its quota. */
import type { Outbox } from '../../actor/store/outbox'
import { Quota } from '../../actor/store/quota'
import { projectStorage } from '../../directory/operation/storage'
import type { Attachment } from '../../media/upload-id'
import { formatBytes, type Refused, refuse, type StorageUse } from '../../protocol'
import type { RoomStores } from '../store/stores'
import type { Announcements } from './announcements'
import type { Attached } from './attachments'

/** Changes after which the size of the database is read again: it grows by some megabytes at most between. */
const MEASURE_EVERY = 64

const KEY = 'storage:room'

export class RoomStorage {
  readonly #stores: RoomStores
  readonly #sql: SqlStorage
  readonly #outbox: Outbox
  readonly #announcements: Announcements
  readonly #quota: Quota
  #databaseSize: number | undefined
  #attached: number | undefined
  #changes = 0

  /** @param quota bytes that may be used, null for any number */
  constructor(stores: RoomStores, sql: SqlStorage, outbox: Outbox, announcements: Announcements, quota: number | null) {
    this.#stores = stores
    this.#sql = sql
    this.#outbox = outbox
    this.#announcements = announcements
    this.#quota = new Quota(sql, () => this.#used(), quota)
  }

  use(): StorageUse {
    this.#databaseSize = undefined
    return this.#quota.use()
  }

  /** The refusal of a message of this length with these attachments; null when the quota has room for it. */
  refuses(length: number, attached?: Attached): Refused | null {
    if (this.#quota.hasRoomFor(length + (attached ? bytesOf(attached) : 0))) return null
    return refuse('quota_exceeded', sentence(this.use()))
  }

  /** A message was stored with these attachments, or a version of a text was. */
  grew(attached?: Attached): void {
    this.#changed(attached ? bytesOf(attached) : 0)
  }

  /** A message was deleted with these attachments. */
  shrank(attached: Attached): void {
    this.#changed(-bytesOf(attached))
  }

  /** Counts the attachments anew, after all messages were deleted or restored. */
  recount(): void {
    this.#sql.exec(
      `UPDATE storage SET attachment_bytes = coalesce((
         SELECT sum(coalesce(json_extract(image, '$.size'), 0) + coalesce(json_extract(file, '$.size'), 0)) FROM messages), 0)`,
    )
    this.#attached = undefined
    this.#measure()
  }

  /** Delivers the outbox entry: projects the bytes that are stored now into the directory. */
  async deliver(db: D1Database): Promise<void> {
    const bytes = this.#stores.room.open ? this.use().used_bytes : 0
    await projectStorage(db, { kind: 'room', id: this.#stores.roomId }, bytes)
    this.#quota.markProjected(bytes)
  }

  #changed(bytes: number): void {
    if (bytes !== 0) {
      this.#sql.exec('UPDATE storage SET attachment_bytes = attachment_bytes + ?', bytes)
      if (this.#attached !== undefined) this.#attached += bytes
    }
    // Measured at the first change of each instance too: a room that wakes for each message never reaches the next count.
    if (bytes !== 0 || this.#changes++ % MEASURE_EVERY === 0) this.#measure()
  }

  #measure(): void {
    this.#databaseSize = undefined
    const level = this.#quota.levelToAnnounce()
    if (level !== null && this.#stores.room.open) {
      this.#announcements.storageLevel(sentence(this.#quota.use()))
      this.#quota.markAnnounced(level)
    }
    if (this.#quota.bytesToProject() !== null || !this.#stores.room.open) this.#outbox.enqueue(KEY, null)
  }

  #used(): number {
    this.#databaseSize ??= this.#sql.databaseSize
    this.#attached ??= this.#sql
      .exec<{ attachment_bytes: number }>('SELECT attachment_bytes FROM storage WHERE id = 0')
      .one().attachment_bytes
    return this.#databaseSize + this.#attached
  }
}

/** The use of the quota, and the remedy. */
const sentence = ({ used_bytes, quota_bytes }: StorageUse): string =>
  `This room takes ${formatBytes(used_bytes)} of ${formatBytes(quota_bytes ?? 0)}. Delete messages with images or files to make room.`

const bytesOf = ({ image, file }: Attached): number =>
  [image, file].reduce((sum, json) => sum + (json === null ? 0 : (JSON.parse(json) as Attachment).size), 0)
