/** How an actor's storage stands to its quota, and what of that has been told to whom. Synchronous queries. */
import { isWorse, type StorageLevel, type StorageUse, storageUse, WARN_AGAIN_BELOW } from '../../protocol'

/** The directory hears of what changed by a hundredth of the quota, but no less than this: not of each picture. */
const STEP_LEAST = 1_000_000
const STEPS = 100

interface Row extends Record<string, SqlStorageValue> {
  told: StorageLevel
  projected: number
}

/** Works on the table of `storage-table.ts`. */
export class Quota {
  readonly #sql: SqlStorage
  readonly #used: () => number
  readonly #most: number | null

  /** @param used bytes now @param most bytes that may be used, null for any */
  constructor(sql: SqlStorage, used: () => number, most: number | null) {
    this.#sql = sql
    this.#used = used
    this.#most = most
  }

  use(): StorageUse {
    return storageUse(this.#used(), this.#most)
  }

  /** Whether there is room for so many bytes more. */
  hasRoomFor(bytes: number): boolean {
    return this.#most === null || this.#used() + bytes <= this.#most
  }

  /** The level that people are to be told of; null when they have been, or it is none to tell of. */
  levelToAnnounce(): StorageLevel | null {
    const { level, used_bytes } = this.use()
    const { told } = this.#row()
    if (isWorse(level, told)) return level
    // Near the end once more, they are told once more.
    if (told !== 'ok' && used_bytes < (this.#most ?? Number.POSITIVE_INFINITY) * WARN_AGAIN_BELOW)
      this.markAnnounced('ok')
    return null
  }

  markAnnounced(level: StorageLevel): void {
    this.#sql.exec('UPDATE storage SET told = ? WHERE id = 0', level)
  }

  /** The bytes that the directory should have, if they are far from what it has; else null. */
  bytesToProject(): number | null {
    const used = this.#used()
    const { projected } = this.#row()
    const step = Math.max(STEP_LEAST, (this.#most ?? 0) / STEPS)
    const isFar = Math.abs(used - projected) >= step || (used === 0 && projected !== 0)
    return isFar ? used : null
  }

  markProjected(bytes: number): void {
    this.#sql.exec('UPDATE storage SET projected = ? WHERE id = 0', bytes)
  }

  #row(): Row {
    return this.#sql.exec<Row>('SELECT told, projected FROM storage WHERE id = 0').one()
  }
}
