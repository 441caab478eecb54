/**
 * Delays every call between the Worker, the actors and the directory, and every answer, as between machines of several
 * data centres. Calls that leave in one order arrive in another.
 */
import { env } from 'cloudflare:workers'
import { vi } from 'vitest'
import type { Random } from '../harness/random.ts'

/** Milliseconds of a usual way, of a long one, and how many ways of a hundred are long. */
const USUAL = 25
const LONG = 220
const LONG_WAYS = 6

/** Milliseconds without any call under way after which nothing follows: longer than anything is held back. */
const QUIET = 1_300
const LOOK = 20

/** What actors tell each other, and tell again until they are answered. */
const LOSABLE = new Set(['roomChanged', 'news', 'roomUnread', 'announce', 'personChanged', 'setBlock'])

type Method = (...args: unknown[]) => Promise<unknown>

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
    this.#betweenActors()
    this.#towardsTheDirectory()
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

  #betweenActors(): void {
    const latency = this
    // All namespaces share it.
    const prototype = Object.getPrototypeOf(env.ROOMS) as typeof env.ROOMS
    const { getByName } = prototype
    vi.spyOn(prototype, 'getByName').mockImplementation(function (this: typeof env.ROOMS, name: string) {
      const stub = getByName.call(this, name)
      return new Proxy(stub, {
        get(of, property) {
          // A stub takes any name for a method of its actor, so it has to be called as what it is.
          const methods = of as unknown as Record<string, Method>
          if (typeof property !== 'string' || property === 'constructor') return Reflect.get(of, property)
          if (typeof methods[property] !== 'function') return methods[property]
          return (...args: unknown[]) =>
            latency.#late(async () => methods[property]?.(...args), LOSABLE.has(property) ? latency.losing : 0)
        },
      })
    })
  }

  #towardsTheDirectory(): void {
    const latency = this
    const database = Object.getPrototypeOf(env.DIRECTORY) as Record<string, Method>
    const statement = Object.getPrototypeOf(env.DIRECTORY.prepare('SELECT 1')) as Record<string, Method>
    for (const [prototype, names] of [
      [database, ['batch']],
      [statement, ['first', 'run', 'all', 'raw']],
    ] as const) {
      for (const name of names) {
        const method = prototype[name] as Method
        vi.spyOn(prototype, name).mockImplementation(function (this: unknown, ...args: unknown[]) {
          return latency.#late(() => method.apply(this, args), 0)
        })
      }
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
