/** What is to happen in a simulation, soonest first; of two at one time, the one that was planned first. */

interface Planned {
  at: number
  order: number
  happen: () => void
}

const isSooner = (a: Planned, b: Planned): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)

export class EventQueue {
  /** The simulated time, in milliseconds. */
  now = 0
  readonly #heap: Planned[] = []
  #order = 0

  /** Plans something, not before now. */
  at(time: number, happen: () => void): void {
    const heap = this.#heap
    const planned = { at: Math.max(time, this.now), order: this.#order++, happen }
    let place = heap.push(planned) - 1
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (!isSooner(planned, heap[parent] as Planned)) break
      heap[place] = heap[parent] as Planned
      place = parent
    }
    heap[place] = planned
  }

  /** Lets things happen until nothing is planned, or the time is past `end`. */
  run(end: number): void {
    for (let next = this.#heap[0]; next && next.at <= end; next = this.#heap[0]) {
      this.#takeFirst()
      this.now = next.at
      next.happen()
    }
  }

  #takeFirst(): void {
    const heap = this.#heap
    const last = heap.pop() as Planned
    if (heap.length === 0) return
    let place = 0
    for (;;) {
      let child = 2 * place + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isSooner(heap[child + 1] as Planned, heap[child] as Planned)) child += 1
      if (!isSooner(heap[child] as Planned, last)) break
      heap[place] = heap[child] as Planned
      place = child
    }
    heap[place] = last
  }
}
