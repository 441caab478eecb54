/** One person's account of uploads: what they stored, what shows it, and the alarm that removes what nothing shows. */
import { DurableObject } from 'cloudflare:workers'
import type { Announcement } from '../actor/rpc/announcement'
import type { Reference } from '../actor/rpc/reference'
import { feedStub, inTime } from '../actor/rpc/stubs'
import { traced } from '../actor/rpc/traced'
import { Alarm } from '../actor/store/alarm'
import { migrate } from '../actor/store/migrate'
import { Quota } from '../actor/store/quota'
import { BOUNDS, LIMITS, settings, TIMES } from '../config'
import { pictureOf } from '../directory/accounts/state'
import { projectStorage } from '../directory/operation/storage'
import { log } from '../log/log'
import { formatBytes, type Refused, refuse, type StorageUse, type UserId } from '../protocol'
import { migrations } from './migrations'
import { ObjectStore } from './objects'

/** What the person is notified of: one notification, as it is now. */
const NEWS: Omit<Announcement, 'message'> = {
  type: 'system',
  subject: 'storage',
  sender: null,
  sender_id: null,
  content: null,
  chat_name: null,
  room_id: null,
  message_id: null,
}

/** How it stands with the quota, and what can be done. */
const sentence = ({ used_bytes, quota_bytes }: StorageUse): string =>
  `Your images and files take ${formatBytes(used_bytes)} of ${formatBytes(quota_bytes ?? 0)}. Delete messages with some to make room.`

export class Uploads extends DurableObject<Env> {
  static {
    traced(Uploads, 'uploads')
  }

  readonly #objects: ObjectStore
  readonly #quota: Quota
  readonly #owner: UserId = Number(this.ctx.id.name)
  readonly #alarm = new Alarm(this.ctx.storage)
  /** What R2 is removing at this moment. */
  #going: string[] = []
  /** How often R2 has failed to remove something since it last did. */
  #failures = 0

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    migrate(ctx.storage, migrations)
    this.#objects = new ObjectStore(ctx.storage.sql)
    this.#quota = new Quota(ctx.storage.sql, () => this.#objects.used(), settings(env).STORAGE_PER_PERSON)
    void ctx.blockConcurrencyWhile(() => this.#alarm.load())
  }

  /**
   * To be called before anything is stored under `key`, so that whatever fails afterwards leaves nothing that nobody
   * knows of.
   * @param bytes that it takes at most: they count from now on, so that uploads at once never take more than there is
   * @returns why it may not be, if it may not: too much is stored, or too much waits to be used.
   */
  expect(key: string, bytes: number | null = null): Refused | null {
    const now = Date.now()
    const { count, first } = this.#objects.waiting()
    if (count >= LIMITS.uploadsWaiting) {
      const retryAfter = Math.max(1, Math.ceil(((first ?? now) - now) / 1_000))
      return { refused: 'rate_limited', detail: 'Too many of your uploads are on no message yet.', retryAfter }
    }
    if (!this.#quota.hasRoomFor(bytes ?? 0)) return refuse('quota_exceeded', sentence(this.#quota.use()))
    this.#objects.expect(key, now + TIMES.uploadKept, bytes)
    this.#alarm.ringBy(now + TIMES.uploadKept)
    return null
  }

  /** What was announced is stored, and this large. */
  async stored(key: string, bytes: number): Promise<void> {
    this.#objects.resize(key, bytes)
    await this.#report()
  }

  /** How much of the quota is used. */
  storageUse(): StorageUse {
    return this.#quota.use()
  }

  /** The same for what is restored from a backup, which was within the limits when it was sent. */
  expectRestored(key: string): void {
    this.#objects.expect(key, Date.now() + TIMES.uploadKept, null)
    this.#alarm.ringBy(Date.now() + TIMES.uploadKept)
  }

  /**
   * A message in `place` is about to show these: they stay until its room has told whether it does.
   * @returns those that are there. What nothing shows any more is gone, though it can still be named for a while.
   */
  reserve(place: string, keys: string[]): string[] {
    const now = Date.now()
    const there = keys.filter((key) => this.#objects.reserve(key, place, now + TIMES.uploadReserved, now))
    this.#schedule()
    return there
  }

  /** Takes over what shows which objects, and what does so no more. */
  applyReferences(changes: Reference[]): void {
    for (const change of changes) {
      // What R2 is removing at this moment cannot be shown any more.
      const isGoing = change.isActive && this.#going.includes(change.key)
      const known = !isGoing && this.#objects.apply(change, Date.now())
      if (!known && change.isActive) log('error', 'upload.missing', { ...change })
    }
    this.#schedule()
  }

  /** What was stored under these keys came to nothing. Under those that are `unused` nothing was. */
  discard(keys: string[], unused: string[] = []): void {
    for (const key of keys) if (!unused.includes(key)) this.#objects.drop(key, Date.now())
    if (unused.length > 0) this.#objects.forget(unused)
    this.#schedule()
  }

  /** The directory names another picture of this person than before. */
  pictureChanged(): void {
    this.#alarm.ringBy(Date.now())
  }

  override async alarm(): Promise<void> {
    this.#alarm.onAlarm()
    try {
      // Asked before anything goes, so that a picture in use is never lost, whoever failed to tell of it.
      const picture = await inTime(pictureOf(this.env.DIRECTORY, this.#owner))
      this.#objects.holdOnly('person', picture, Date.now())
      const due = this.#objects.due(Date.now(), BOUNDS.mediaBatch)
      this.#going = due
      if (due.length > 0) await inTime(this.env.MEDIA.delete(due))
      this.#objects.forget(due)
      await this.#learnSizes()
      this.#failures = 0
    } catch (error) {
      this.#failures += 1
      log('warn', 'media.kept', { failures: this.#failures, error })
      this.#alarm.ringBy(Date.now() + this.#pause())
    }
    this.#going = []
    await this.#report()
    this.#schedule()
  }

  /** Asks R2 for the sizes that nobody noted: of objects from before they were, and of restored ones. */
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

  /** Tells the person and the directory what has become of the quota. What fails is told again by the alarm. */
  async #report(): Promise<void> {
    try {
      const level = this.#quota.levelToAnnounce()
      if (level !== null) {
        const message = sentence(this.#quota.use())
        await inTime(feedStub(this.env, this.#owner).announce({ ...NEWS, version: Date.now(), message }))
        this.#quota.markAnnounced(level)
      }
      const bytes = this.#quota.bytesToProject()
      if (bytes !== null) {
        await inTime(projectStorage(this.env.DIRECTORY, { kind: 'user', id: this.#owner }, bytes))
        this.#quota.markProjected(bytes)
      }
    } catch (error) {
      log('warn', 'storage.unreported', { error })
      this.#alarm.ringBy(Date.now() + TIMES.outboxMost)
    }
  }

  /** Rings for the next object that is to go; later each time that something fails. */
  #schedule(): void {
    const { first } = this.#objects.waiting()
    if (first !== null) this.#alarm.ringBy(Math.max(first, Date.now() + this.#pause()))
  }

  #pause(): number {
    return this.#failures === 0 ? 0 : Math.min(TIMES.outboxFirst * 2 ** this.#failures, TIMES.outboxMost)
  }
}
