/** The events of a simulation, soonest first; of two at one time, the one that was planned first. */
interface Planned {
  at: number
  order: number
  happen: () => unknown
}

const isSooner = (a: Planned, b: Planned): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)

export class EventQueue {
  /** The simulated time, in milliseconds. */
  now: number
  readonly #heap: Planned[] = []
  #order = 0

  constructor(beginning = 0) {
    this.now = beginning
  }

  /** Plans something, not before now. */
  at(time: number, happen: () => unknown): void {
    const heap = this.#heap
    const planned = { at: Math.max(time, this.now), order: this.#order++, happen }
    let index = heap.push(planned) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!isSooner(planned, heap[parent] as Planned)) break
      heap[index] = heap[parent] as Planned
      index = parent
    }
    heap[index] = planned
  }

  /** Plans something for `wait` milliseconds from now. */
  after(wait: number, happen: () => unknown): void {
    this.at(this.now + Math.max(0, wait), happen)
  }

  /** Lets things happen until nothing is planned, or the time is past `end`. */
  run(end: number): void {
    for (let next = this.#due(end); next; next = this.#due(end)) next()
  }

  /** The same for things that take several turns: the next one begins when one is over, and the time then is `end`. */
  async runUntil(end: number): Promise<void> {
    for (let next = this.#due(end); next; next = this.#due(end)) await next()
    this.now = Math.max(this.now, end)
  }

  /** Takes the next event, if it is due by `end`, and sets the time to it. */
  #due(end: number): Planned['happen'] | undefined {
    const [next] = this.#heap
    if (!next || next.at > end) return undefined
    this.#takeFirst()
    this.now = next.at
    return next.happen
  }

  #takeFirst(): void {
    const heap = this.#heap
    const last = heap.pop() as Planned
    if (heap.length === 0) return
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isSooner(heap[child + 1] as Planned, heap[child] as Planned)) child += 1
      if (!isSooner(heap[child] as Planned, last)) break
      heap[index] = heap[child] as Planned
      index = child
    }
    heap[index] = last
  }
}
