/** The servers of one row: each starts when it is first asked for, and all end when the row is over. */
import { randomBytes } from 'node:crypto'
import { type LabServer, startLabServer } from '../harness/server.ts'
import { type Peer, startNode, startWorker } from './peers/start.ts'

export interface BenchOptions {
  /** How often each subject is measured, alternating with the others. */
  rounds: number
  /** How long one measurement of a flow takes, in milliseconds. */
  flow: number
}

interface Stoppable {
  stop(): Promise<void>
}

export class BenchServers {
  readonly rounds: number
  readonly flow: number
  readonly #secret = randomBytes(32).toString('base64url')
  readonly #running: Stoppable[] = []

  constructor({ rounds, flow }: BenchOptions) {
    this.rounds = rounds
    this.flow = flow
  }

  /** Parlour with the benchmark's doors. `persistTo` names a store to be kept. */
  async parlour(persistTo?: string): Promise<LabServer> {
    // A store that is kept has a secret of its own, with which the tokens of its people were signed.
    const vars = { RATE_LIMITS: 'off', ...(persistTo ? {} : { AUTH_SECRET: this.#secret }) }
    // By `wrangler dev`, as the other peers that are Workers.
    const server = await startLabServer({ vars, dev: true, ...(persistTo ? { persistTo } : {}) })
    this.#running.push(server)
    return server
  }

  worker = (): Promise<Peer> => this.#keep(startWorker(this.#secret))
  ws = (): Promise<Peer> => this.#keep(startNode('ws'))
  socketIo = (): Promise<Peer> => this.#keep(startNode('socket-io'))

  /** To be ended with the rest. */
  keep(thing: Stoppable): void {
    this.#running.push(thing)
  }

  /** Ends everything that was started. */
  async clear(): Promise<void> {
    for (const each of this.#running.splice(0).reverse()) await each.stop().catch(() => undefined)
  }

  async #keep(starting: Promise<Peer>): Promise<Peer> {
    const peer = await starting
    this.#running.push(peer)
    return peer
  }
}
