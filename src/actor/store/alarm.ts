/** The one alarm an actor has, shared by everything in it that is owed later. */

/**
 * Remembers when the alarm is due, so that asking for a later time, or for the same again, writes nothing: setting an
 * alarm is a row written.
 */
export class Alarm {
  readonly #storage: DurableObjectStorage
  #due: number | null = null

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage
  }

  /** Learns what is pending. To be awaited under `blockConcurrencyWhile`, so that `ringBy` never has to wait. */
  async load(): Promise<void> {
    this.#due = await this.#storage.getAlarm()
  }

  /** Whether something asked to be woken for has not come yet. */
  get pending(): boolean {
    return this.#due !== null
  }

  /** Rings at `time` (ms since 1970) or earlier. Part of the same transaction as the writes of this turn. */
  ringBy(time: number): void {
    if (this.#due !== null && this.#due <= time) return
    this.#due = time
    // Not awaited: the write is issued now, and the output gate holds every answer until it is on disk.
    void this.#storage.setAlarm(time)
  }

  /** To be called first in the actor's `alarm()`: the pending time has been used up. */
  onAlarm(): void {
    this.#due = null
  }
}
