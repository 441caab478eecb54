/**
 * Simulates, event by event, a room whose sockets are spread over relay actors, which the platform cannot run here. One
 * object stores and orders; relays hold the sockets and pass on what it sends them. The costs are those of a real room.
 */
import { EventQueue } from '../../harness/event-queue.ts'
import { Random } from '../../harness/random.ts'
import { percentile } from '../../harness/statistics.ts'
import { type Costs, turnOf } from './costs.ts'

export interface Shape {
  sockets: number
  /** 0: all sockets are the room's own. */
  relays: number
  /** One way between two actors, in milliseconds. */
  hop: number
  /** What one call to a relay, or from it, takes of the caller's thread, in milliseconds. */
  call: number
}

/** Messages at random, so many a second; or always `window` under way, each followed by the next when it is back. */
export type Load = { rate: number } | { window: number }

export interface Simulated {
  /** Messages stored a second. */
  rate: number
  /** Of all sockets together, a second. */
  deliveries: number
  /** From sending until a socket has it, in milliseconds: over all messages and sockets. */
  p50: number
  p99: number
}

interface Message {
  sentAt: number
  /** Where among the relays its sender is; 0 without relays. */
  from: number
}

/** What a relay has before it: on the way to the room, or stored and on the way to the sockets. */
interface Passing {
  message: Message
  isStored: boolean
}

/** Sockets of a turn at which the time is taken, spread evenly over them. */
const SAMPLES = 8

/** An actor does one turn at a time; what comes meanwhile waits, and is then done together. */
class Actor<Item> {
  readonly #queue: EventQueue
  readonly #turn: (items: Item[]) => number
  #waiting: Item[] = []
  #isBusy = false

  /** `turn` begins one and says how long it takes. */
  constructor(queue: EventQueue, turn: (items: Item[]) => number) {
    this.#queue = queue
    this.#turn = turn
  }

  take(items: Item[]): void {
    this.#waiting.push(...items)
    if (this.#isBusy) return
    this.#isBusy = true
    // After whatever else arrives at this very time.
    this.#queue.at(this.#queue.now, () => this.#begin())
  }

  #begin(): void {
    const items = this.#waiting
    this.#waiting = []
    const ends = this.#queue.now + this.#turn(items)
    this.#queue.at(ends, () => {
      if (this.#waiting.length > 0) this.#begin()
      else this.#isBusy = false
    })
  }
}

/** Plays `seconds` of a room; the same seed gives the same figures. */
export function simulate(costs: Costs, shape: Shape, load: Load, seed: number, seconds = 10): Simulated {
  const { sockets, relays, hop, call } = shape
  const random = new Random(seed)
  const queue = new EventQueue()
  const end = seconds * 1_000
  const latencies: number[] = []
  let stored = 0
  let delivered = 0
  const each = sockets / Math.max(1, relays)

  /** Sends to the sockets of one actor, which begins to at `from`. */
  const send = (messages: Message[], from: number, index: number): void => {
    const sending = each * (costs.frame + messages.length * costs.event)
    queue.at(from + sending, () => {
      delivered += messages.length * each
    })
    for (const message of messages) {
      for (let n = 0; n < SAMPLES; n++) latencies.push(from + (sending * (n + 0.5)) / SAMPLES - message.sentAt)
      // Who talks has been there longest, and is sent to first.
      if ('window' in load && message.from === index) queue.at(from, () => say(message.from))
    }
  }

  const room: Actor<Message> = new Actor(queue, (messages) => {
    stored += messages.length
    const written = costs.turn + messages.length * costs.message
    if (relays === 0) {
      send(messages, queue.now + written, 0)
      return turnOf(costs, messages.length, sockets)
    }
    const passing = messages.map((message) => ({ message, isStored: true }))
    posts.forEach((post, index) => {
      queue.at(queue.now + written + (index + 1) * call + hop, () => post.take(passing))
    })
    return written + relays * call
  })
  /** A relay passes on what it hears from its sockets, in one call a turn, and sends them what the room has stored. */
  const posts = Array.from({ length: relays }, (_, index) => {
    return new Actor<Passing>(queue, (passing) => {
      const received = passing.filter(({ isStored }) => !isStored).map(({ message }) => message)
      const known = passing.filter(({ isStored }) => isStored).map(({ message }) => message)
      const passed = received.length > 0 ? call : 0
      if (received.length > 0) queue.at(queue.now + passed + hop, () => room.take(received))
      if (known.length === 0) return passed
      send(known, queue.now + passed + costs.turn, index)
      return passed + turnOf({ ...costs, message: 0 }, known.length, each)
    })
  })

  function say(from: number): void {
    if (queue.now >= end) return
    const message = { sentAt: queue.now, from }
    if (relays === 0) room.take([message])
    else posts[from]?.take([{ message, isStored: false }])
  }

  if ('window' in load) for (let n = 0; n < load.window; n++) say(n % Math.max(1, relays))
  else {
    const next = () => {
      say(relays === 0 ? 0 : random.between(0, relays - 1))
      queue.at(queue.now - (Math.log(1 - random.next()) * 1_000) / load.rate, next)
    }
    queue.at((-Math.log(1 - random.next()) * 1_000) / load.rate, next)
  }
  queue.run(end)
  return {
    rate: stored / seconds,
    deliveries: delivered / seconds,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
  }
}

/** A share of messages later than this is no longer a conversation, in milliseconds. */
export const LATEST = 500
const STEP = 1.1
const MOST = 5_000

/** Messages a second that a room takes while 99 of 100 deliveries come within `LATEST`; 0 when it never does. */
export function capacity(costs: Costs, shape: Shape, seed: number): number {
  const bears = (rate: number) => simulate(costs, shape, { rate }, seed, 5).p99 <= LATEST
  const steps = Math.ceil(Math.log(MOST * 2) / Math.log(STEP))
  let [low, high] = [-1, steps]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (bears(0.5 * STEP ** middle)) low = middle
    else high = middle
  }
  return low < 0 ? 0 : 0.5 * STEP ** low
}
