/** One person's account of uploads: what they stored, what shows it, and the alarm that removes what nothing shows. */
import { DurableObject } from 'cloudflare:workers'
import { Alarm } from '../actor/alarm'
import type { Hold } from '../actor/hold'
import { migrate } from '../actor/migrate'
import { inTime } from '../actor/stubs'
import { BOUNDS, LIMITS, TIMES } from '../config'
import { migrations } from './migrations'
import { Records } from './records'

export class Uploads extends DurableObject<Env> {
  readonly #records: Records
  readonly #alarm = new Alarm(this.ctx.storage)
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
   * @returns null, or the seconds to wait when too many uploads of this person are on no message yet.
   */
  expect(key: string): number | null {
    const now = Date.now()
    const { count, first } = this.#records.waiting()
    if (count >= LIMITS.uploadsWaiting) return Math.max(1, Math.ceil(((first ?? now) - now) / 1_000))
    this.#records.expect(key, now + TIMES.uploadKept)
    this.#alarm.ringBy(now + TIMES.uploadKept)
    return null
  }

  /** Takes over what shows which objects, and what does so no more. */
  settle(changes: Hold[]): void {
    for (const change of changes) {
      const known = this.#records.apply(change, Date.now())
      if (!known && change.held) console.error(JSON.stringify({ event: 'upload.missing', ...change }))
    }
    this.#schedule()
  }

  /** What was stored under these keys came to nothing. */
  discard(keys: string[]): void {
    for (const key of keys) this.#records.drop(key, Date.now())
    this.#schedule()
  }

  override async alarm(): Promise<void> {
    this.#alarm.rang()
    const due = this.#records.due(Date.now(), BOUNDS.mediaBatch)
    if (due.length > 0) {
      try {
        await inTime(this.env.MEDIA.delete(due))
        this.#records.forget(due)
        this.#failures = 0
      } catch (error) {
        this.#failures += 1
        console.warn(JSON.stringify({ event: 'media.kept', failures: this.#failures, error: String(error) }))
      }
    }
    this.#schedule()
  }

  /** Rings for the next object that is to go; later each time that R2 fails. */
  #schedule(): void {
    const { first } = this.#records.waiting()
    if (first === null) return
    const pause = this.#failures === 0 ? 0 : Math.min(TIMES.outboxFirst * 2 ** this.#failures, TIMES.outboxMost)
    this.#alarm.ringBy(Math.max(first, Date.now() + pause))
  }
}
