/** The uploads of one user, their owner: which objects are stored, what refers to them, and an alarm that removes the rest. */
import { DurableObject } from 'cloudflare:workers'
import type { Announcement } from '../actor/rpc/announcement'
import type { Reference } from '../actor/rpc/reference'
import { feedStub, inTime } from '../actor/rpc/stubs'
import { traced } from '../actor/rpc/traced'
import { Alarm } from '../actor/store/alarm'
import { backoffAfter } from '../actor/store/backoff'
import { migrate } from '../actor/store/migrate'
import { Quota } from '../actor/store/quota'
import { BOUNDS, LIMITS, settings, TIMES } from '../config'
import { pictureOf } from '../directory/accounts/state'
import { projectStorage } from '../directory/operation/storage'
import { log } from '../log/log'
import { formatBytes, type Refused, refuse, type StorageUse, type UserId } from '../protocol'
import { migrations, snapshot } from './migrations'
import { ObjectStore } from './objects'

/** The one notification about storage, which each level replaces. */
const STORAGE_ANNOUNCEMENT: Omit<Announcement, 'message'> = {
  type: 'system',
  subject: 'storage',
  sender: null,
  sender_id: null,
  content: null,
  chat_name: null,
  room_id: null,
  message_id: null,
}

/** How much of the quota is used, and what the owner can do. */
const sentence = ({ used_bytes, quota_bytes }: StorageUse): string =>
  `Your images and files take ${formatBytes(used_bytes)} of ${formatBytes(quota_bytes ?? 0)}. Delete messages with some to make room.`

export class Uploads extends DurableObject<Env> {
  static {
    traced(Uploads, 'uploads')
  }

  readonly #objects: ObjectStore
  readonly #quota: Quota
  readonly #owner: UserId = Number(this.ctx.id.name)
  readonly #alarm = new Alarm(this.ctx)
  /** Keys that R2 is removing at this moment. */
  #removing: string[] = []
  /** Failures of R2 in a row. */
  #failures = 0
  /** When the last report of the quota failed (ms since 1970); 0 when it did not. */
  #reportFailedAt = 0

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    migrate(ctx.storage, migrations, snapshot)
    this.#objects = new ObjectStore(ctx.storage.sql)
    this.#quota = new Quota(ctx.storage.sql, () => this.#objects.used(), settings(env).STORAGE_PER_PERSON)
    this.#alarm.covers(() => this.#nextRemoval())
    this.#alarm.covers(() => this.#nextReport())
    void ctx.blockConcurrencyWhile(async () => {
      await this.#alarm.load()
      this.#alarm.arm()
    })
  }

  /**
   * To be called before an object is stored under `key`, so that a failure leaves no object without a row.
   * @param bytes its largest possible size: it counts from now on, so that parallel uploads never exceed the quota
   * @returns the refusal when the quota is used up, or when too many uploads are on no message yet
   */
  expect(key: string, bytes: number | null = null): Refused | null {
    const now = Date.now()
    const { count, first } = this.#objects.unreferenced()
    if (count >= LIMITS.uploadsWaiting) {
      const retryAfter = Math.max(1, Math.ceil(((first ?? now) - now) / 1_000))
      return { refused: 'rate_limited', detail: 'Too many of your uploads are on no message yet.', retryAfter }
    }
    if (!this.#quota.hasRoomFor(bytes ?? 0)) return refuse('quota_exceeded', sentence(this.#quota.use()))
    this.#objects.expect(key, now + TIMES.uploadKept, bytes)
    this.#alarm.ringBy(now + TIMES.uploadKept)
    return null
  }

  /** An expected object is stored, with this size. */
  async stored(key: string, bytes: number): Promise<void> {
    this.#objects.resize(key, bytes)
    await this.#report()
  }

  storageUse(): StorageUse {
    return this.#quota.use()
  }

  /** As `expect`, for an object of a backup: it was within the limits when it was uploaded. */
  expectRestored(key: string): void {
    this.#objects.expect(key, Date.now() + TIMES.uploadKept, null)
    this.#alarm.ringBy(Date.now() + TIMES.uploadKept)
  }

  /**
   * A message of a room is about to show these objects: they stay until the room reports whether it does.
   * @param room the beginning of the holders that its messages have
   * @returns the keys that exist: an upload's id stays valid for a while after its object is removed
   */
  reserve(room: string, keys: string[]): string[] {
    const now = Date.now()
    const there = keys.filter((key) => this.#objects.reserve(key, room, now + TIMES.uploadReserved, now))
    this.#schedule()
    return there
  }

  /** Holders report which objects they show, and which they show no longer. */
  applyReferences(changes: Reference[]): void {
    for (const change of changes) {
      const isBeingRemoved = change.isActive && this.#removing.includes(change.key)
      const exists = !isBeingRemoved && this.#objects.apply(change, Date.now())
      if (!exists && change.isActive) log('error', 'upload.missing', { ...change })
    }
    this.#schedule()
  }

  /** These uploads failed. Nothing was stored under the keys that are `unused`. */
  discard(keys: string[], unused: string[] = []): void {
    for (const key of keys) if (!unused.includes(key)) this.#objects.drop(key, Date.now())
    if (unused.length > 0) this.#objects.forget(unused)
    this.#schedule()
  }

  /** The owner has another profile picture. */
  pictureChanged(): void {
    this.#alarm.ringBy(Date.now())
  }

  /** See `Alarm.overdueSince`. */
  overdueSince(): number | null {
    return this.#alarm.overdueSince()
  }

  override alarm(): Promise<void> {
    return this.#alarm.ring({ removal: () => this.#removeUnreferenced().then(() => this.#report()) })
  }

  async #removeUnreferenced(): Promise<void> {
    try {
      // Read from the directory before anything is removed: a report of a new picture may have been lost.
      const picture = await inTime(pictureOf(this.env.DIRECTORY, this.#owner))
      this.#objects.setOnly('person', picture, Date.now())
      const due = this.#objects.due(Date.now(), BOUNDS.mediaBatch)
      this.#removing = due
      if (due.length > 0) await inTime(this.env.MEDIA.delete(due))
      this.#objects.forget(due)
      await this.#learnSizes()
      this.#failures = 0
    } catch (error) {
      this.#failures += 1
      log('warn', 'media.kept', { failures: this.#failures, error })
      this.#alarm.ringBy(Date.now() + this.#retryDelay())
    }
    this.#removing = []
  }

  /** Asks R2 for unknown sizes: of objects from before sizes were stored, and of restored ones. */
  async #learnSizes(): Promise<void> {
    if (!this.#objects.hasUnknownSizes()) return
    const sizes = new Map<string, number>()
    let cursor: string | undefined
    do {
      const options = { prefix: `${this.#owner}/`, ...(cursor !== undefined && { cursor }) }
      const page = await inTime(this.env.MEDIA.list(options))
      for (const { key, size } of page.objects) sizes.set(key, size)
      cursor = page.truncated ? page.cursor : undefined
    } while (cursor !== undefined)
    this.#objects.learnSizes(sizes)
  }

  /** Reports the use of the quota to the owner and to the directory. The alarm repeats a failed report. */
  async #report(): Promise<void> {
    try {
      const level = this.#quota.levelToAnnounce()
      if (level !== null) {
        const message = sentence(this.#quota.use())
        await inTime(
          feedStub(this.env, this.#owner).announce({ ...STORAGE_ANNOUNCEMENT, version: Date.now(), message }),
        )
        this.#quota.markAnnounced(level)
      }
      const bytes = this.#quota.bytesToProject()
      if (bytes !== null) {
        await inTime(projectStorage(this.env.DIRECTORY, { kind: 'user', id: this.#owner }, bytes))
        this.#quota.markProjected(bytes)
      }
      this.#reportFailedAt = 0
    } catch (error) {
      this.#reportFailedAt = Date.now()
      log('warn', 'storage.unreported', { error })
      this.#alarm.arm()
    }
  }

  /** Asks the alarm for the next removal. */
  #schedule(): void {
    const next = this.#nextRemoval()
    if (next !== null) this.#alarm.ringBy(next)
  }

  /** When the next object is removed (ms since 1970), later while R2 fails; null when every object has a reference. */
  #nextRemoval(): number | null {
    const { first } = this.#objects.unreferenced()
    return first === null ? null : Math.max(first, this.#failures === 0 ? 0 : Date.now() + this.#retryDelay())
  }

  /** When the use of the quota is reported (ms since 1970); null when it is. */
  #nextReport(): number | null {
    return this.#quota.bytesToProject() === null ? null : this.#reportFailedAt + TIMES.outboxMost
  }

  #retryDelay(): number {
    return this.#failures === 0 ? 0 : backoffAfter(this.#failures)
  }
}
