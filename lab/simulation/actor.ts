/** Runs one actor of the product on a simulated machine, which may evict it, or die, between any two of its turns. */
import { Storage } from './database.ts'
import { type ActorSocket, Line, type Peer } from './socket.ts'
import type { World } from './world.ts'

/** What the runtime calls of an actor's class. */
interface Instance {
  fetch(request: unknown): unknown
  webSocketMessage(socket: ActorSocket, data: string): unknown
  webSocketClose(socket: ActorSocket): unknown
  alarm?(): Promise<void>
  [method: string]: unknown
}

export type ActorClass = new (ctx: object, env: object) => Instance

/** An answer on its way back: a value, or the error that the caller gets. */
export type Answer = { value: unknown } | { error: Error }

/** Everything that has been asked for in the microtasks of a turn has happened after this. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

/**
 * A turn is one event with everything that follows from it without another: its writes are committed together, and
 * what it says leaves when they are (the runtime's input and output gates). A machine that dies before loses both.
 */
export class Actor {
  readonly name: string
  readonly storage = new Storage()
  readonly #world: World
  readonly #class: ActorClass
  readonly #sockets = new Set<ActorSocket>()
  /** Ended by dying or by being evicted: what an earlier life awaited does not come. */
  #life = 0
  #instance: Instance | undefined
  #blocked: Promise<unknown> = Promise.resolve()
  #outputs: (() => void)[] = []
  #timers = new Set<object>()
  /** Calls of others that have not been answered. */
  #serving = new Set<(answer: Answer) => void>()
  /** Calls to others that have not been answered. */
  #asking = 0
  #ringing = false
  #alarmAt: number | null = null

  constructor(world: World, type: ActorClass, name: string) {
    this.#world = world
    this.#class = type
    this.name = name
  }

  get life(): number {
    return this.#life
  }

  /** Whether the runtime would let it go: nothing runs in it, and it waits for nothing. */
  get idle(): boolean {
    return this.#instance !== undefined && this.#timers.size + this.#serving.size + this.#asking === 0 && !this.#ringing
  }

  // What happens to it

  serve(method: string, args: unknown[], reply: (answer: Answer) => void): Promise<void> {
    this.#serving.add(reply)
    const answer = (given: Answer) => {
      if (!this.#serving.delete(reply)) return
      this.output(() => reply(given))
    }
    return this.#turn(async (instance) => {
      try {
        const value = await (instance[method] as (...args: unknown[]) => unknown)(...args)
        answer({ value: structuredClone(value) })
      } catch (error) {
        answer({ error: error as Error })
      }
    })
  }

  /** An upgrade; `refused` gets the status of one that was not taken. */
  upgrade(request: () => unknown, peer: Peer, refused: (status: number) => void): Promise<void> {
    const died = () => refused(503)
    this.#serving.add(died)
    return this.#turn(async (instance) => {
      const answer = (await instance.fetch(request())) as { status: number; webSocket?: { server: ActorSocket } }
      const socket = answer.webSocket?.server
      const line = socket && new Line(this.#world, this, socket, peer)
      this.output(() => {
        this.#serving.delete(died)
        if (line) line.open()
        else refused(answer.status)
      })
      if (line) socket.attach(line)
    })
  }

  hear(socket: ActorSocket, text: string): Promise<void> | undefined {
    if (!this.#sockets.has(socket)) return
    return this.#turn((instance) => instance.webSocketMessage(socket, text))
  }

  socketClosed(socket: ActorSocket): Promise<void> | undefined {
    if (!this.#sockets.has(socket)) return
    return this.#turn((instance) => {
      this.#sockets.delete(socket)
      return instance.webSocketClose(socket)
    })
  }

  /** Leaves memory; its sockets and its alarm stay. */
  evict(): void {
    if (!this.idle) return
    this.#forget()
    this.#world.count('evictions')
  }

  /** The machine dies: whoever waits for it is told so, its sockets are gone, an alarm that was ringing rings again. */
  crash(): void {
    this.#world.count('crashes')
    const waiting = [...this.#serving]
    const ringing = this.#ringing
    this.#forget()
    for (const socket of this.#sockets) socket.line?.lost()
    this.#sockets.clear()
    for (const reply of waiting) reply({ error: new Error('The actor is gone') })
    if (ringing) this.storage.alarm ??= this.#world.clock.now
    this.#setAlarm()
  }

  // What it does, as long as one of its turns runs

  /** Leaves when the writes of this turn are committed. */
  output(happen: () => void): void {
    this.#outputs.push(happen)
  }

  asks(): () => boolean {
    const life = this.#life
    this.#asking += 1
    return () => {
      if (life !== this.#life) return false
      this.#asking -= 1
      return true
    }
  }

  /** An answer, or anything else that was awaited, comes in. */
  resume(work: () => void): Promise<void> {
    return this.#turn(work)
  }

  setTimeout(work: () => void, wait = 0): object {
    const timer = {}
    const life = this.#life
    this.#timers.add(timer)
    this.#world.clock.after(wait, () => {
      if (life !== this.#life || !this.#timers.delete(timer)) return
      return this.#turn(work)
    })
    return timer
  }

  clearTimeout(timer: object | undefined): void {
    if (timer) this.#timers.delete(timer)
  }

  // The machine

  async #turn(work: (instance: Instance) => unknown): Promise<void> {
    const { faults } = this.#world
    this.#world.current = this
    this.#outputs = []
    this.storage.begin()
    if (!this.#instance) {
      this.#instance = new this.#class(this.#context(), this.#world.env)
      await this.#blocked
    }
    const instance = this.#instance
    // Nothing awaits a handler: how it ends is its own business.
    Promise.resolve()
      .then(() => work(instance))
      .catch((error) => this.#world.unhandled(error))
    await settled()
    this.#world.current = undefined
    if (faults.dies()) {
      this.storage.rollback()
      this.#outputs = []
      return this.crash()
    }
    this.storage.commit()
    const outputs = this.#outputs.splice(0)
    // Committed, and dead before anybody heard of it.
    if (faults.dies()) return this.crash()
    for (const happen of outputs) happen()
    this.#setAlarm()
  }

  #context() {
    const quietly = (promise: Promise<unknown>) => void promise.catch((error) => this.#world.unhandled(error))
    return {
      id: { name: this.name },
      storage: this.storage,
      acceptWebSocket: (socket: ActorSocket) => this.#sockets.add(socket),
      getWebSockets: () => [...this.#sockets],
      setWebSocketAutoResponse: () => undefined,
      getWebSocketAutoResponseTimestamp: () => null,
      waitUntil: quietly,
      blockConcurrencyWhile: (work: () => Promise<unknown>) => {
        this.#blocked = work()
        return this.#blocked
      },
    }
  }

  #setAlarm(): void {
    const { alarm } = this.storage
    if (alarm === null || alarm === this.#alarmAt) return
    this.#alarmAt = alarm
    this.#world.clock.at(alarm, () => {
      if (this.#alarmAt === alarm) this.#alarmAt = null
      if (this.storage.alarm === null || this.storage.alarm > this.#world.clock.now) return
      return this.#ring()
    })
  }

  #ring(): Promise<void> {
    return this.#turn(async (instance) => {
      this.storage.rings()
      this.#ringing = true
      await instance.alarm?.()
      // Dealt with when what it did is committed: until then it would ring again.
      this.output(() => {
        this.#ringing = false
      })
    })
  }

  #forget(): void {
    this.#life += 1
    this.#instance = undefined
    this.#timers = new Set()
    this.#serving = new Set()
    this.#asking = 0
    this.#ringing = false
  }
}
