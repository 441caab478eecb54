/**
 * Sends messages through some sockets of a room and counts deliveries at all of them, and how long a sender's own echo
 * takes.
 */
import { percentile } from '../harness/statistics.ts'
import type { BenchSocket } from './bench-socket.ts'
import { Ledger } from './ledger.ts'
import { alternate, type Reading, readings } from './row.ts'
import type { Participants } from './seated.ts'
import type { BenchServers } from './servers.ts'

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
  readonly #lines: BenchSocket[]
  readonly #flow: Flow
  readonly #next: number[]
  #ledger: Ledger
  #sent = 0

  constructor(lines: BenchSocket[], flow: Flow) {
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
    const key = (sender: number, index: number) => sender * 10_000_000 + index
    const say = (sender: number) => {
      const index = this.#next[sender] as number
      this.#next[sender] = index + 1
      this.#sent += 1
      sentAt.set(key(sender, index), performance.now())
      this.#lines[sender]?.sendMessage(sender, index)
    }
    this.#lines.forEach((line, socket) => {
      line.delivered = (sender, index) => {
        this.#ledger.received(socket, sender, index)
        last = performance.now()
        if (socket !== sender) return
        echoes.push(last - (sentAt.get(key(sender, index)) ?? 0))
        sentAt.delete(key(sender, index))
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

/** For how long everybody talks before anything is measured: code is compiled, lists have been woken. In milliseconds. */
const WARM = 2_000

/** @returns deliveries a second and percentiles of the echo, by subject */
export async function letTalk(
  servers: BenchServers,
  seated: Participants[],
  flow: Flow,
  milliseconds: number,
): Promise<Reading[]> {
  const subjects = seated.map(({ name, sockets: lines }) => {
    const room = new FanOut(lines, flow)
    return { name, measure: () => room.run(milliseconds), warm: () => room.run(WARM) }
  })
  for (const { warm } of subjects) await warm()
  const values = await alternate<Flowed>(subjects, servers.rounds)
  return [
    ...readings(values, 'deliveries', '/s', ({ deliveries }) => deliveries),
    ...readings(values, 'own echo, p50', 'ms', ({ p50 }) => p50),
    ...readings(values, 'own echo, p99', 'ms', ({ p99 }) => p99),
  ]
}
