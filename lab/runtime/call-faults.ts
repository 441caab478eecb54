/**
 * Makes calls between actors and batches of the directory fail: the call is lost, or its answer, or its caller is
 * killed.
 */
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import type { Random } from '../harness/random.ts'
import { type Called, spyOnActors, spyOnDirectory } from './spies'

/** What actors tell each other, and in which argument the room stands that tells it, if a room does. */
const FAILING_METHODS: Record<
  string,
  ((received: { state?: { room: number }; room_id?: number }) => number | undefined) | null
> = {
  roomChanged: ({ state }) => state?.room,
  news: ({ room_id }) => room_id,
  roomUnread: null,
  announce: null,
  summaryFor: null,
}

/** Whose life is to end. Named, not held: what belongs to one event of one actor is of no use to another. */
interface Target {
  kind: 'ROOMS' | 'SIDEBARS'
  name: string
}

/** In milliseconds: whoever is to be killed in a call does not live to see it fail by itself. */
const OUTLIVED = 8_000

export class CallFaults {
  readonly #random: Random
  /** How many of a hundred calls fail, and how many of a hundred end the life of whoever calls. */
  readonly #failing: number
  readonly #killing: number
  readonly #toKill: Target[] = []
  #mayKill = false
  isOn = false
  calls = 0
  failed = 0
  kills = 0

  constructor(random: Random, failing: number, killing: number) {
    this.#random = random
    this.#failing = failing
    this.#killing = killing
    spyOnActors((call, called) =>
      called.method in FAILING_METHODS ? this.#withFaults(call, () => this.#callerOf(called)) : call(),
    )
    spyOnDirectory((batch) => this.#withFaults(batch, () => undefined), 'batches')
  }

  /** The actor that calls, where its life may end in the call. */
  #callerOf({ actor, method, args }: Called): Target | undefined {
    const room = FAILING_METHODS[method]?.(args[0] as { state?: { room: number } })
    if (room !== undefined) return { kind: 'ROOMS', name: String(room) }
    // A person's sidebar, which has the same name, calls the feed.
    return method === 'summaryFor' ? undefined : { kind: 'SIDEBARS', name: actor }
  }

  /** A call that may be lost, whose answer may be lost, or whose caller may not live to see it. */
  async #withFaults(call: () => Promise<unknown>, caller: () => Target | undefined): Promise<unknown> {
    if (!this.isOn) return call()
    this.calls += 1
    const chance = this.#random.between(0, 99)
    if (chance < this.#killing) {
      const doomed = caller()
      if (doomed && this.#mayKill) {
        this.#toKill.push(doomed)
        // Its life ends in the middle of this call.
        await new Promise((resolve) => setTimeout(resolve, OUTLIVED))
        throw new Error('Was to be killed in this call, and was not')
      }
    }
    if (chance >= this.#killing + this.#failing) return call()
    this.failed += 1
    if (this.#random.next() < 0.5) throw new Error('Lost on the way there')
    await call()
    throw new Error('Lost on the way back')
  }

  /**
   * Ends, as long as `meanwhile` takes, the life of those who are to be killed: nothing of it is tidied up, what is not
   * on disk is gone. Done from outside: the runtime does not survive an actor that ends itself while it calls.
   */
  async whileKilling<T>(meanwhile: Promise<T>): Promise<T> {
    let over = false
    this.#mayKill = true
    const settled = meanwhile.finally(() => {
      over = true
    })
    while (!over || this.#toKill.length > 0) {
      const doomed = this.#toKill.shift()
      if (doomed) {
        const stub = env[doomed.kind].getByName(doomed.name) as unknown as DurableObjectStub
        // Nobody is left to answer.
        void runInDurableObject(stub, (_, state) => state.abort('killed')).catch(() => undefined)
        this.kills += 1
      }
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    this.#mayKill = false
    return settled
  }
}
