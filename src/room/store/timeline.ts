/** The room's one order of events. */
import { Clock } from '../../actor/store/clock'

/**
 * Hands out places and times. Neither is stored by itself: every place is written with the row it was given to, so the
 * newest is found again on waking, and no place that a client may have seen is ever given twice.
 */
export class Timeline {
  #seq: number
  readonly #clock: Clock

  constructor(seq: number, time: number) {
    this.#seq = seq
    this.#clock = new Clock(time)
  }

  /** The place of the newest event. */
  get seq(): number {
    return this.#seq
  }

  next(): number {
    this.#seq += 1
    return this.#seq
  }

  /** Now, but later than every earlier answer: clients that sort by time then get the order of the room. */
  now(): number {
    return this.#clock.now()
  }
}
