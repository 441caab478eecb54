/** Compares the storage of an actor with its quota, and stores what was announced and projected. Synchronous queries. */
import { isWorse, type StorageLevel, type StorageUse, storageUse, WARN_AGAIN_BELOW } from '../../protocol'

/** A change is projected into the directory from a hundredth of the quota on, but not below these bytes. */
const MINIMUM_STEP = 1_000_000
const STEPS = 100

interface Row extends Record<string, SqlStorageValue> {
  announced_level: StorageLevel
  projected_bytes: number
}

/** Uses the table of `storage-table.ts`. */
export class Quota {
  readonly #sql: SqlStorage
  readonly #used: () => number
  readonly #quota: number | null

  /** @param used bytes now @param quota bytes that may be used, null for any number */
  constructor(sql: SqlStorage, used: () => number, quota: number | null) {
    this.#sql = sql
    this.#used = used
    this.#quota = quota
  }

  use(): StorageUse {
    return storageUse(this.#used(), this.#quota)
  }

  /** Whether so many more bytes fit into the quota. */
  hasRoomFor(bytes: number): boolean {
    return this.#quota === null || this.#used() + bytes <= this.#quota
  }

  /** The level to announce; null while it is not worse than the announced one. */
  levelToAnnounce(): StorageLevel | null {
    const { level, used_bytes } = this.use()
    const { announced_level: announced } = this.#row()
    if (isWorse(level, announced)) return level
    // Well below the quota again, so that reaching it once more is announced once more.
    const isBelow = used_bytes < (this.#quota ?? Number.POSITIVE_INFINITY) * WARN_AGAIN_BELOW
    if (announced !== 'ok' && isBelow) this.markAnnounced('ok')
    return null
  }

  markAnnounced(level: StorageLevel): void {
    this.#sql.exec('UPDATE storage SET announced_level = ? WHERE id = 0', level)
  }

  /** The bytes to project into the directory; null while they are close to the projected ones. */
  bytesToProject(): number | null {
    const used = this.#used()
    const { projected_bytes: projected } = this.#row()
    const step = Math.max(MINIMUM_STEP, (this.#quota ?? 0) / STEPS)
    const isFar = Math.abs(used - projected) >= step || (used === 0 && projected !== 0)
    return isFar ? used : null
  }

  markProjected(bytes: number): void {
    this.#sql.exec('UPDATE storage SET projected_bytes = ? WHERE id = 0', bytes)
  }

  #row(): Row {
    return this.#sql.exec<Row>('SELECT announced_level, projected_bytes FROM storage WHERE id = 0').one()
  }
}
