/** One person's account of uploads: what they stored, what shows it, and the alarm that removes what nothing shows. */
import { DurableObject } from 'cloudflare:workers'
import { Alarm } from '../actor/alarm'
import type { Hold } from '../actor/hold'
import { migrate } from '../actor/migrate'
import { inTime } from '../actor/stubs'
import { traced } from '../actor/traced'
import { BOUNDS, LIMITS, TIMES } from '../config'
import { pictureOf } from '../directory/pictures'
import { log } from '../log/log'
import type { Refused } from '../protocol'
import { migrations } from './migrations'
import { Records } from './records'

export class Uploads extends DurableObject<Env> {
  static {
    traced(Uploads, 'uploads')
  }

  readonly #records: Records
  readonly #alarm = new Alarm(this.ctx.storage)
  /** How often R2 has failed to remove something since it last did. */
  #failures = 0

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    migrate(ctx.storage, migrations)
    this.#records = new Records(ctx.storage.sql)
    void ctx.blockConcurrencyWhile(() => this.#alarm.load())
  }

  /**
   * To be called before anything is stored under `key`, so that whatever fails afterwards leaves nothing that nobody
   * knows of.
   * @returns why it may not be, if it may not: too much waits to be used.
   */
  expect(key: string): Refused | null {
    const now = Date.now()
    const { count, first } = this.#records.waiting()
    if (count >= LIMITS.uploadsWaiting) {
      const retryAfter = Math.max(1, Math.ceil(((first ?? now) - now) / 1_000))
      return { refused: 'rate_limited', detail: 'Too many of your uploads are on no message yet.', retryAfter }
    }
    this.#records.expect(key, now + TIMES.uploadKept)
    this.#alarm.ringBy(now + TIMES.uploadKept)
    return null
  }

  /** The same for what is restored from a backup, which was within the limits when it was sent. */
  expectRestored(key: string): void {
    this.#records.expect(key, Date.now() + TIMES.uploadKept)
    this.#alarm.ringBy(Date.now() + TIMES.uploadKept)
  }

  /** Takes over what shows which objects, and what does so no more. */
  settle(changes: Hold[]): void {
    for (const change of changes) {
      const known = this.#records.apply(change, Date.now())
      if (!known && change.held) log('error', 'upload.missing', { ...change })
    }
    this.#schedule()
  }

  /** What was stored under these keys came to nothing. Under those that are `unused` nothing was. */
  discard(keys: string[], unused: string[] = []): void {
    for (const key of keys) if (!unused.includes(key)) this.#records.drop(key, Date.now())
    if (unused.length > 0) this.#records.forget(unused)
    this.#schedule()
  }

  /** The directory names another picture of this person than before. */
  pictureChanged(): void {
    this.#alarm.ringBy(Date.now())
  }

  override async alarm(): Promise<void> {
    this.#alarm.rang()
    try {
      // Asked before anything goes, so that a picture in use is never lost, whoever failed to tell of it.
      const picture = await inTime(pictureOf(this.env.DIRECTORY, Number(this.ctx.id.name)))
      this.#records.holdOnly('person', picture, Date.now())
      const due = this.#records.due(Date.now(), BOUNDS.mediaBatch)
      if (due.length > 0) await inTime(this.env.MEDIA.delete(due))
      this.#records.forget(due)
      this.#failures = 0
    } catch (error) {
      this.#failures += 1
      log('warn', 'media.kept', { failures: this.#failures, error })
      this.#alarm.ringBy(Date.now() + this.#pause())
    }
    this.#schedule()
  }

  /** Rings for the next object that is to go; later each time that something fails. */
  #schedule(): void {
    const { first } = this.#records.waiting()
    if (first !== null) this.#alarm.ringBy(Math.max(first, Date.now() + this.#pause()))
  }

  #pause(): number {
    return this.#failures === 0 ? 0 : Math.min(TIMES.outboxFirst * 2 ** this.#failures, TIMES.outboxMost)
  }
}
