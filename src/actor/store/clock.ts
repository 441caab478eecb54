/** The time by which one actor orders what it writes. */

/**
 * Never goes back, whatever the machine's clock does: an actor may wake on another machine, whose clock is behind. Kept by
 * the rows that it is written to, so that the actor finds the newest of these on waking.
 */
export class Clock {
  #time: number

  /** `time` is the newest that the actor ever wrote, in milliseconds since 1970. */
  constructor(time: number) {
    this.#time = time
  }

  /** Now, but later than every earlier answer. */
  now(): number {
    this.#time = Math.max(Date.now(), this.#time + 1)
    return this.#time
  }
}
