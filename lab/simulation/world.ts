/** A simulated world in one thread: actors on machines that die, a directory, and a network that loses and delays. */
import { EventQueue } from '../harness/event-queue.ts'
import type { Random } from '../harness/random.ts'
import { Actor, type ActorClass, type Answer } from './actor.ts'
import { Directory } from './database.ts'
import { type Product, playIn, SETTINGS } from './platform.ts'
import type { Peer } from './socket.ts'

/** When simulated time begins, in milliseconds since 1970: any moment will do, as long as it is always the same. */
const BEGINNING = Date.UTC(2026, 0, 1)

export type Kind = 'ROOMS' | 'SIDEBARS' | 'FEEDS'

export class World {
  readonly clock = new EventQueue(BEGINNING)
  readonly faults: Faults
  readonly directory = new Directory()
  /** The actor whose turn it is. */
  current: Actor | undefined
  readonly env: Record<string, unknown>
  /** What happened, how often. */
  readonly counts: Record<string, number> = {}
  /** Errors that nobody handled, which the runtime would log. */
  readonly errors: Error[] = []
  readonly #actors = new Map<string, Actor>()
  readonly #product: Product
  readonly #classes: Record<Kind, ActorClass>

  constructor(product: Product, random: Random) {
    this.faults = new Faults(random.fork())
    this.env = {
      ...SETTINGS,
      ROOMS: this.#namespace('ROOMS'),
      SIDEBARS: this.#namespace('SIDEBARS'),
      FEEDS: this.#namespace('FEEDS'),
      DIRECTORY: this.directory.binding((work) => this.#call(work)),
    }
    this.#product = product
    this.#classes = { ROOMS: product.Room, SIDEBARS: product.Sidebar, FEEDS: product.Feed }
    playIn(this)
  }

  /** Every actor that was ever addressed. */
  get actors(): Actor[] {
    return [...this.#actors.values()]
  }

  actor(kind: Kind, name: string): Actor {
    const key = `${kind}/${name}`
    let actor = this.#actors.get(key)
    if (!actor) {
      actor = new Actor(this, this.#classes[kind], name)
      this.#actors.set(key, actor)
    }
    return actor
  }

  /** Asks an actor as the Worker does. Rejects when the network, or the actor, failed. */
  ask<T>(kind: Kind, name: number, method: string, ...args: unknown[]): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#send(
        (reply) => this.actor(kind, String(name)).serve(method, structuredClone(args), reply),
        (answer) => ('error' in answer ? reject(answer.error) : resolve(answer.value as T)),
      )
    })
  }

  /** Opens a socket as the Worker does for somebody whom it knows. */
  connect(kind: Kind, name: number, upgrade: object, query: string, peer: Peer, refused: (status: number) => void) {
    const request = () => this.#product.upgradeRequest(new URL(`http://parlour.test/?${query}`), upgrade)
    this.clock.after(this.faults.delay(), () => {
      if (this.faults.loses()) return this.clock.after(this.faults.delay(), () => refused(503))
      return this.actor(kind, String(name)).upgrade(request, peer, (status) =>
        this.clock.after(this.faults.delay(), () => refused(status)),
      )
    })
  }

  count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1
  }

  unhandled(error: unknown): void {
    this.errors.push(error as Error)
  }

  close(): void {
    for (const actor of this.#actors.values()) actor.storage.close()
    this.directory.close()
  }

  #namespace(kind: Kind) {
    return {
      getByName: (name: string) =>
        new Proxy(
          {},
          {
            get:
              (_, method: string) =>
              (...args: unknown[]) => {
                const sent = structuredClone(args)
                return this.#remote((reply) => this.actor(kind, name).serve(method, sent, reply))
              },
          },
        ),
    }
  }

  /** A call from the actor whose turn it is to the directory. */
  #call<T>(work: () => T): Promise<T> {
    return this.#remote((reply) => {
      try {
        reply({ value: structuredClone(work()) })
      } catch (error) {
        reply({ error: error as Error })
      }
    }) as Promise<T>
  }

  #remote(serve: (reply: (answer: Answer) => void) => unknown): Promise<unknown> {
    const caller = this.current
    if (!caller) throw new Error('Nobody is calling')
    return new Promise((resolve, reject) => {
      const isWaiting = caller.asks()
      caller.output(() =>
        this.#send(serve, (answer) => {
          if (!isWaiting()) return
          return caller.resume(() => ('error' in answer ? reject(answer.error) : resolve(answer.value)))
        }),
      )
    })
  }

  /** There and back: either way may be lost, and then the caller hears of an error, not of what became of the call. */
  #send(serve: (reply: (answer: Answer) => void) => unknown, answered: (answer: Answer) => unknown): void {
    const back = (answer: Answer) => this.clock.after(this.faults.delay(), () => answered(answer))
    const lost: Answer = { error: new Error('Network connection lost.') }
    this.clock.after(this.faults.delay(), () => {
      if (this.faults.loses()) {
        this.count('calls lost')
        return back(lost)
      }
      return serve((answer) => {
        if (!this.faults.loses()) return back(answer)
        this.count('answers lost')
        back(lost)
      })
    })
  }
}

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
