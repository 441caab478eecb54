/** The one alarm of an actor, shared by all its pending work. */
import { TIMES } from '../../config'
import { log } from '../../log/log'
import { beforeEachCall } from '../rpc/traced'
import { backoffAfter } from './backoff'

/** When the next piece of some kind of stored, pending work is due (ms since 1970); null when none is pending. */
export type Due = () => number | null

/**
 * Setting an alarm is a written row. So the time for which it is set is cached, and a request for a later or equal time writes
 * nothing.
 *
 * The platform retries a failing alarm six times and then forgets it. So each kind of pending work says from its own rows when
 * it is due. An instance that wakes, and each run of the alarm, sets the alarm for the earliest.
 */
export class Alarm {
  readonly #storage: DurableObjectStorage
  readonly #pending: Due[] = []
  #setFor: number | null = null
  #isRinging = false
  /** Runs in a row of which some part failed. */
  #failures = 0

  constructor(ctx: DurableObjectState) {
    this.#storage = ctx.storage
    beforeEachCall(ctx, () => this.#check())
  }

  /** Adds a kind of pending work. */
  covers(due: Due): void {
    this.#pending.push(due)
  }

  /** Reads the time of the alarm. To be awaited under `blockConcurrencyWhile`, so that `ringBy` never has to wait. */
  async load(): Promise<void> {
    this.#setFor = await this.#storage.getAlarm()
  }

  /** Whether an alarm is set. While it rings, none is. */
  get pending(): boolean {
    return this.#setFor !== null
  }

  /** Sets the alarm to `time` (ms since 1970) or earlier. Part of the transaction of this turn's writes. */
  ringBy(time: number): void {
    if (this.#setFor !== null && this.#setFor <= time) return
    this.#setFor = time
    // Not awaited: the write is issued now, and the output gate delays every answer until it is on disk.
    void this.#storage.setAlarm(time)
  }

  /** Sets the alarm for the earliest pending work. To be called when an instance has been built. */
  arm(): void {
    const due = this.#firstDue()
    if (due !== null) this.ringBy(due > Date.now() ? due : Date.now() + TIMES.outboxFirst)
  }

  /** An alarm that should have rung long ago is lost, and is set again. */
  #check(): void {
    if (this.#isRinging || this.#setFor === null || this.#setFor > Date.now() - TIMES.alarmLost) return
    log('error', 'alarm.lost', { due: new Date(this.#setFor).toISOString() })
    this.#setFor = null
    this.ringBy(Date.now() + TIMES.outboxFirst)
  }

  /**
   * Since when the oldest pending work is overdue (ms since 1970); null when none is. Work whose retries fail counts from its
   * last attempt.
   */
  overdueSince(): number | null {
    const due = this.#firstDue()
    return due !== null && due <= Date.now() ? due : null
  }

  /**
   * Runs the parts of the actor's `alarm()`. A part that fails does not keep the others from running, and is repeated with
   * back-off; the alarm is set again in any case.
   * @throws {Error} when the alarm could not be set: the platform repeats the run then, and so does a timer of this instance
   */
  async ring(parts: Record<string, () => unknown>): Promise<void> {
    this.#setFor = null
    this.#isRinging = true
    let hasFailed = false
    try {
      await Promise.all(
        Object.entries(parts).map(async ([part, run]) => {
          try {
            await run()
          } catch (error) {
            hasFailed = true
            log('error', 'alarm.failed', { part, failures: this.#failures + 1, error })
          }
        }),
      )
      this.#failures = hasFailed ? this.#failures + 1 : 0
    } finally {
      this.#isRinging = false
      this.#setAgain()
    }
  }

  /** To be called when the actor has deleted all its storage, the alarm included. */
  onDeleted(): void {
    this.#setFor = null
  }

  #setAgain(): void {
    try {
      if (this.#failures > 0) this.ringBy(Date.now() + backoffAfter(this.#failures))
      this.arm()
    } catch (error) {
      this.#setFor = null
      this.#failures += 1
      // The instance may live on after the platform has given up.
      setTimeout(() => this.#retry(), backoffAfter(this.#failures))
      throw error
    }
  }

  #retry(): void {
    try {
      if (!this.#isRinging) this.#setAgain()
    } catch {
      // The next timer is set.
    }
  }

  #firstDue(): number | null {
    let first: number | null = null
    for (const due of this.#pending) {
      const time = due()
      if (time !== null && (first === null || time < first)) first = time
    }
    return first
  }
}
