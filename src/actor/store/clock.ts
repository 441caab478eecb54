/** The clock by which one actor orders its rows. */

/**
 * It never goes back: an actor may wake on another machine whose clock is behind. It has no row of its own; the actor finds
 * the newest time among its rows on waking.
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
