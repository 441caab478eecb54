/** The room's one order of changes: it hands out seqs and times. */
import { Clock } from '../../actor/store/clock'

/** The newest seq and the newest time (ms since 1970) that are written anywhere in the room. */
export interface Newest {
  seq: number
  time: number
}

/**
 * Neither number has a row of its own: every seq is written with the row it was given to. So the newest seq is read from the
 * rows on waking, and no seq that a client may have seen is given twice.
 */
export class Timeline {
  readonly #newest: () => Newest
  #seq: number | undefined
  #clock: Clock | undefined

  /** `newest` reads both from the stores. It is called once, when the first of them is needed. */
  constructor(newest: () => Newest) {
    this.#newest = newest
  }

  /** The seq of the newest change. */
  get seq(): number {
    if (this.#seq === undefined) this.#load()
    return this.#seq as number
  }

  next(): number {
    this.#seq = this.seq + 1
    return this.#seq
  }

  /** Now in ms since 1970, but later than every earlier answer: clients that sort by time get the order of the room. */
  now(): number {
    if (this.#clock === undefined) this.#load()
    return (this.#clock as Clock).now()
  }

  #load(): void {
    const { seq, time } = this.#newest()
    this.#seq = seq
    this.#clock = new Clock(time)
  }
}
