/**
 * P13: thousands of sockets are cut at once, as after a deploy, and come back by the SDK's own connection, with its waits. All
 * are back within half a minute, the directory is hardly asked, and nobody is refused for good.
 */
import { WebSocket } from 'ws'
import type { Connection, Network } from '../../../src/client/connection/connection.ts'
import { bundleForNode } from '../../harness/bundle.ts'
import { startLabServer } from '../../harness/server.ts'
import { percentile, round } from '../../harness/statistics.ts'
import { Findings, type Trial } from '../../harness/trial.ts'
import { each, until } from '../../harness/waiting.ts'
import type { Enrolled } from '../../server/doors.ts'

const OPTIONS = { people: 1_300, sockets: 4_000 }
/** People in each room. */
const EACH = 25
/** Milliseconds: all are back by then, and how long is waited to know how long it took. */
const BACK_WITHIN = 30_000
const PATIENCE = 120_000
/** Questions to the directory at once. */
const PEAK = 200
/** Sockets that are opened at once in the beginning. */
const WIDTH = 40

/** What a socket receives when it has missed nothing any more. */
const SYNCED = new Set(['ready', 'snapshot', 'notification_list'])

interface Returning extends Connection {
  /** When it was last synced, by `performance.now()`. */
  backAt: number
  /** Attempts that were refused before they had a socket. */
  refusals: number
}

/** The SDK's connection, which notes when it is back. */
async function loadReturning(): Promise<new (network: Network, path: string) => Returning> {
  const body = await bundleForNode(`export { Connection } from './src/client/connection/connection'`, {})
  const module = { exports: {} as { Connection: new (network: Network) => Connection } }
  new Function('module', 'require', body)(module, undefined)
  return class extends (module.exports.Connection as unknown as new (network: Network) => { synced(): void }) {
    backAt = 0
    refusals = 0
    readonly #path: string

    constructor(network: Network, path: string) {
      super(network)
      this.#path = path
    }

    path(): string {
      return this.#path
    }

    receive({ type }: { type: string }): void {
      if (!SYNCED.has(type)) return
      this.backAt = performance.now()
      this.synced()
    }

    changed(): void {}

    prepare(wasRefused: boolean): void {
      if (wasRefused) this.refusals += 1
    }
  } as unknown as new (
    network: Network,
    path: string,
  ) => Returning
}

export const p13: Trial<typeof OPTIONS> = {
  title: 'everybody comes back at once',
  options: OPTIONS,
  short: { people: 50, sockets: 150 },
  async run({ people: count, sockets }) {
    const findings = new Findings()
    const Returning = await loadReturning()
    const server = await startLabServer({ vars: { FAULTS: 'on' } })
    const open: WebSocket[] = []
    let shed = 0
    /** The platform's class, which remembers its sockets so that they can be cut. */
    class Remembered extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols, { perMessageDeflate: false })
        open.push(this)
        this.on('error', () => {})
        this.on('close', (code) => {
          if (code === 1013) shed += 1
        })
      }
    }
    try {
      const people = await server.people(count)
      const rooms: number[] = []
      for (let from = 0; from < count; from += EACH) rooms.push(await server.group(people.slice(from, from + EACH)))
      const connectionOf = (index: number) => {
        const who = people[index % count] as Enrolled
        const room = rooms[Math.floor((index % count) / EACH)]
        const kind = [`/ws/chat/${room}/?after=0`, '/ws/sidebar/', '/ws/notifications/'][Math.floor(index / count) % 3]
        const token = async () => who.access
        const network = { socketUrl: server.socketUrl, WebSocket: Remembered, credentials: { token, renew: token } }
        return new Returning(network as unknown as Network, kind as string)
      }
      const connections = Array.from({ length: sockets }, (_, index) => connectionOf(index))
      await each(connections, WIDTH, async (connection) => {
        connection.open()
        await until(() => connection.state.status === 'online', PATIENCE)
      })
      await server.directoryLoad()
      const began = performance.now()
      for (const socket of open.splice(0)) socket.terminate()
      const isBack = (connection: Returning) => connection.backAt > began && connection.state.status === 'online'
      await until(() => connections.every(isBack), PATIENCE, 100)
      const missing = connections.filter((connection) => !isBack(connection)).length
      const took = connections.filter(isBack).map(({ backAt }) => backAt - began)
      const { asked, peak } = await server.directoryLoad()
      findings.figures.sockets = sockets
      findings.figures['all back after, s'] = round(percentile(took, 1) / 1_000)
      findings.figures['half of them after, s'] = round(percentile(took, 0.5) / 1_000)
      findings.figures['told to come later'] = shed
      findings.figures['other failed attempts'] = connections.reduce((sum, { refusals }) => sum + refusals, 0)
      findings.figures['questions to the directory for each socket'] = round(asked / sockets)
      findings.figures['questions to the directory at once'] = peak
      findings.expect('sockets that did not come back', missing, 0)
      findings.expect(
        'sockets that are closed for good',
        connections.filter(({ state }) => state.status === 'closed').length,
        0,
      )
      if (percentile(took, 1) > BACK_WITHIN)
        findings.fail(`The last came back after ${Math.round(percentile(took, 1))} ms`)
      if (peak > PEAK) findings.fail(`${peak} questions to the directory at once`)
      for (const connection of connections) connection.close()
      return findings.outcome()
    } finally {
      for (const socket of open) socket.terminate()
      await server.stop()
    }
  },
}
