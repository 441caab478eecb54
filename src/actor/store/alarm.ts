/** The one alarm of an actor, shared by all its pending work. */

/**
 * Setting an alarm is a written row. So the due time is cached, and a request for a later or equal time writes nothing.
 */
export class Alarm {
  readonly #storage: DurableObjectStorage
  #due: number | null = null

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage
  }

  /** Reads the due time. To be awaited under `blockConcurrencyWhile`, so that `ringBy` never has to wait. */
  async load(): Promise<void> {
    this.#due = await this.#storage.getAlarm()
  }

  /** Whether an alarm is set. While it rings, none is. */
  get pending(): boolean {
    return this.#due !== null
  }

  /** Sets the alarm to `time` (ms since 1970) or earlier. Part of the transaction of this turn's writes. */
  ringBy(time: number): void {
    if (this.#due !== null && this.#due <= time) return
    this.#due = time
    // Not awaited: the write is issued now, and the output gate delays every answer until it is on disk.
    void this.#storage.setAlarm(time)
  }

  /** To be called first in the actor's `alarm()`. */
  onAlarm(): void {
    this.#due = null
  }
}
