/**
 * Delays every call between the Worker, the actors and the directory, and every answer, as between machines of several
 * data centres. Calls that leave in one order arrive in another.
 */
import type { Random } from '../harness/random.ts'
import { spyOnActors, spyOnDirectory } from './spies'

/** Milliseconds of a usual way, of a long one, and how many ways of a hundred are long. */
const USUAL = 25
const LONG = 220
const LONG_WAYS = 6

/** Milliseconds without any call under way after which nothing follows: longer than anything is held back. */
const QUIET = 1_300
const LOOK = 20

/** What actors tell each other, and tell again until they are answered. */
const LOSABLE = new Set(['roomChanged', 'news', 'roomUnread', 'announce', 'personChanged', 'setBlock'])

export class Latency {
  readonly #random: Random
  isOn = false
  /** Calls that were made, and answers that were lost. */
  calls = 0
  lost = 0
  /** Of a hundred answers to calls between actors, how many are lost on the way back. */
  losing = 0
  #underWay = 0

  constructor(random: Random) {
    this.#random = random
    spyOnActors((call, { method }) => this.#late(call, LOSABLE.has(method) ? this.losing : 0))
    spyOnDirectory((query) => this.#late(query, 0))
  }

  /** Resolves when no call is under way any more and none follows. */
  async rest(): Promise<void> {
    let quiet = 0
    let calls = this.calls
    while (quiet < QUIET) {
      await new Promise((resolve) => setTimeout(resolve, LOOK))
      quiet = this.#underWay === 0 && calls === this.calls ? quiet + LOOK : 0
      calls = this.calls
    }
  }

  async #late(call: () => Promise<unknown>, losing: number): Promise<unknown> {
    if (!this.isOn) return call()
    this.calls += 1
    this.#underWay += 1
    try {
      await this.#way()
      const answer = await call()
      await this.#way()
      if (this.#random.between(0, 99) >= losing) return answer
      this.lost += 1
      throw new Error('Lost on the way back')
    } finally {
      this.#underWay -= 1
    }
  }

  #way(): Promise<void> {
    const ms = this.#random.between(0, 99) < LONG_WAYS ? LONG : this.#random.between(0, USUAL)
    return new Promise((resolve) => setTimeout(resolve, ms))
  }
}
