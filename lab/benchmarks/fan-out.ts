/** Everybody in one room, some of them talking: how much is delivered, and how long one's own message takes to come back. */

import { percentile } from '../harness/statistics.ts'
import { Ledger } from './ledger.ts'
import type { Line } from './line.ts'

/** A delivery that has not come by then is missing, in milliseconds. */
const PATIENCE = 20_000

export interface Flow {
  /** Sockets that talk, each with so many messages under way. */
  senders: number
  width: number
}

export interface Flowed {
  /** Per second. */
  deliveries: number
  /** Of the senders' own messages, in milliseconds. */
  p50: number
  p99: number
}

export class FanOut {
  readonly #lines: Line[]
  readonly #flow: Flow
  readonly #next: number[]
  #ledger: Ledger
  #sent = 0

  constructor(lines: Line[], flow: Flow) {
    this.#lines = lines
    this.#flow = flow
    this.#next = Array.from({ length: flow.senders }, () => 0)
    this.#ledger = new Ledger(lines.length)
  }

  /** Lets them talk for `milliseconds` and waits until everything has arrived. @throws {Error} when something has not */
  async run(milliseconds: number): Promise<Flowed> {
    const echoes: number[] = []
    const sentAt = new Map<number, number>()
    const before = this.#sent
    const began = performance.now()
    const ends = began + milliseconds
    let last = began
    const key = (sender: number, place: number) => sender * 10_000_000 + place
    const say = (sender: number) => {
      const place = this.#next[sender] as number
      this.#next[sender] = place + 1
      this.#sent += 1
      sentAt.set(key(sender, place), performance.now())
      this.#lines[sender]?.say(sender, place)
    }
    this.#lines.forEach((line, socket) => {
      line.delivered = (sender, place) => {
        this.#ledger.received(socket, sender, place)
        last = performance.now()
        if (socket !== sender) return
        echoes.push(last - (sentAt.get(key(sender, place)) ?? 0))
        sentAt.delete(key(sender, place))
        if (last < ends) say(sender)
      }
    })
    for (let sender = 0; sender < this.#flow.senders; sender++) {
      for (let n = 0; n < this.#flow.width; n++) say(sender)
    }
    while (performance.now() < ends || !this.#ledger.isComplete(this.#sent)) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      if (performance.now() > ends + PATIENCE || this.#lines.some(({ closed }) => closed)) break
    }
    const took = Math.max(last, ends) - began
    const gone = this.#lines.find(({ closed }) => closed)
    const fault = gone?.closed ?? this.#ledger.fault(this.#sent)
    if (fault) throw new Error(fault)
    const deliveries = ((this.#sent - before) * this.#lines.length * 1_000) / took
    return { deliveries, p50: percentile(echoes, 0.5), p99: percentile(echoes, 0.99) }
  }
}
