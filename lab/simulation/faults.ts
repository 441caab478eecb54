/** What goes wrong in a simulated world, and how slow it is: all of it drawn from the seed. */
import type { Random } from '../harness/random.ts'

export class Faults {
  readonly #random: Random
  /** Nothing goes wrong any more: what is owed can now be delivered. */
  healed = false

  constructor(random: Random) {
    this.#random = random
  }

  /** Milliseconds until something sent arrives: mostly few, sometimes long enough for whoever waits to give up. */
  delay(): number {
    const chance = this.#random.next()
    if (this.healed || chance < 0.9) return this.#random.between(1, 20)
    if (chance < 0.99) return this.#random.between(20, 1_500)
    return this.#random.between(1_500, 12_000)
  }

  /** Whether a machine dies at this point of a turn. */
  dies(): boolean {
    return !this.healed && this.#random.next() < 0.002
  }

  /** Whether a call never arrives, or its answer does not come back. */
  loses(): boolean {
    return !this.healed && this.#random.next() < 0.03
  }
}
