/** What one row runs on: servers started when first asked for, ended together when the row is over. */
import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { type RunningServer, startServer } from '../scripts/server.ts'
import type { Enrolled } from './enrolled.ts'
import { type Peer, startNode, startWorker } from './peers/start.ts'

/** In milliseconds. */
const LISTED_WITHIN = 60_000

export interface StageOptions {
  /** How often each subject is measured, alternating with the others. */
  rounds: number
  /** How long one measurement of a flow takes, in milliseconds. */
  flow: number
}

interface Stoppable {
  stop(): Promise<void>
}

export class Stage {
  readonly rounds: number
  readonly flow: number
  readonly #secret = randomBytes(32).toString('base64url')
  readonly #running: Stoppable[] = []

  constructor({ rounds, flow }: StageOptions) {
    this.rounds = rounds
    this.flow = flow
  }

  /** Parlour with the benchmark's doors. `persistTo` names a store to be kept. */
  async parlour(persistTo?: string): Promise<ParlourHost> {
    // A store that is kept has a secret of its own, with which the tokens of its people were signed.
    const vars = { RATE_LIMITS: 'off', ...(persistTo ? {} : { AUTH_SECRET: this.#secret }) }
    const server = await startServer({
      entry: 'bench/server/index.ts',
      vars,
      // As the other peers that are Workers.
      dev: true,
      ...(persistTo ? { persistTo } : {}),
    })
    this.#running.push(server)
    return new ParlourHost(server)
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

/** A running Parlour, as its API and the benchmark's doors are called. */
export class ParlourHost {
  readonly url: string
  readonly socketUrl: string
  readonly #server: RunningServer

  constructor(server: RunningServer) {
    this.#server = server
    this.url = server.url
    this.socketUrl = server.socketUrl
  }

  log(): string {
    return this.#server.log()
  }

  people(count: number): Promise<Enrolled[]> {
    return this.call('POST', '/api/bench/people', { body: { count } })
  }

  /** New tokens for people who have been made before. */
  signIn(ids: number[]): Promise<Enrolled[]> {
    return this.call('POST', '/api/bench/people', { body: { ids } })
  }

  /** Puts `count` messages into a room, said in turn, the first at place `from`; nobody is told. */
  async fill(
    room: number,
    by: Enrolled[],
    count: number,
    { from, portion, began }: { from: number; portion: number; began: number },
  ): Promise<void> {
    const senders = by.map(({ id }) => id)
    for (let done = 0; done < count; done += portion) {
      const body = { from: from + done, count: Math.min(portion, count - done), senders, began }
      await this.call('POST', `/api/bench/rooms/${room}/fill`, { body })
    }
    await this.call('POST', `/api/bench/rooms/${room}/restart`)
  }

  /** A group of these people; the first owns it. @returns its id */
  async group(people: Enrolled[], name = 'The benchmark'): Promise<number> {
    const [owner, ...others] = people as [Enrolled, ...Enrolled[]]
    const body = { room_name: name, participant_ids: others.map(({ id }) => id) }
    const { id } = await this.call<{ id: number }>('POST', '/api/chatrooms/', { access: owner.access, body })
    // On a busy machine the answer may come before a large group stands in the directory.
    const deadline = performance.now() + LISTED_WITHIN
    const asked = { access: owner.access }
    while (!(await this.call('GET', `/api/chatrooms/${id}/`, asked).catch(() => false))) {
      if (performance.now() > deadline) throw new Error('The room did not come to stand in the directory')
      await pause(100)
    }
    return id
  }

  /** @throws {Error} unless it is answered with success */
  async call<T>(method: string, path: string, more: { access?: string; body?: object } = {}): Promise<T> {
    const headers: Record<string, string> = { 'content-type': 'application/json' }
    if (more.access) headers.authorization = `Bearer ${more.access}`
    const body = more.body === undefined ? null : JSON.stringify(more.body)
    const response = await fetch(this.url + path, { method, headers, body })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 300)}`)
    return JSON.parse(text) as T
  }
}
