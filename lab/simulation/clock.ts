/** Time that only passes from one event to the next, in an order that the seed decides. */

interface Due {
  at: number
  /** Events of one moment happen in the order they were asked for. */
  order: number
  happen: () => unknown
}

/** When simulated time begins, in milliseconds since 1970: any moment will do, as long as it is always the same. */
const BEGINNING = Date.UTC(2026, 0, 1)

export class Clock {
  now = BEGINNING
  #order = 0
  /** A binary heap, the soonest first. */
  readonly #heap: Due[] = []

  /** Has something happen in `wait` milliseconds. */
  after(wait: number, happen: () => unknown): void {
    this.at(this.now + Math.max(0, wait), happen)
  }

  at(time: number, happen: () => unknown): void {
    this.#heap.push({ at: Math.max(time, this.now), order: this.#order++, happen })
    let place = this.#heap.length - 1
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (!this.#sooner(place, parent)) break
      this.#swap(place, parent)
      place = parent
    }
  }

  /**
   * Lets time pass until `end`, or until nothing is to happen any more.
   * @returns how much happened.
   */
  async runUntil(end: number): Promise<number> {
    let events = 0
    for (let next = this.#heap[0]; next && next.at <= end; next = this.#heap[0]) {
      this.#take()
      this.now = next.at
      events += 1
      await next.happen()
    }
    this.now = Math.max(this.now, end)
    return events
  }

  #take(): void {
    const last = this.#heap.pop() as Due
    if (this.#heap.length === 0) return
    this.#heap[0] = last
    let place = 0
    for (;;) {
      let soonest = place
      for (const child of [place * 2 + 1, place * 2 + 2]) {
        if (child < this.#heap.length && this.#sooner(child, soonest)) soonest = child
      }
      if (soonest === place) return
      this.#swap(place, soonest)
      place = soonest
    }
  }

  #sooner(one: number, other: number): boolean {
    const [a, b] = [this.#heap[one] as Due, this.#heap[other] as Due]
    return a.at < b.at || (a.at === b.at && a.order < b.order)
  }

  #swap(one: number, other: number): void {
    const kept = this.#heap[one] as Due
    this.#heap[one] = this.#heap[other] as Due
    this.#heap[other] = kept
  }
}
