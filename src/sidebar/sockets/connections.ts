/** Accepts and closes the connections that show the list. */
import { COSTS } from '../../actor/budget/costs'
import type { Connection } from '../../actor/sockets/connection'
import type { Sockets } from '../../actor/sockets/sockets'
import type { Upgrade } from '../../actor/sockets/upgrade'
import type { OnlinePeers } from '../outbound/presence-push'
import type { ListStream } from './list-stream'

/** What connections need of their sidebar. */
export interface ConnectionHost {
  onSocketOpened(): void
  onSocketClosed(): void
  onlinePeers(): Promise<OnlinePeers>
  refreshStale(): Promise<void>
}

export class Connections {
  readonly #ctx: DurableObjectState
  readonly #sockets: Sockets<null>
  readonly #stream: ListStream
  readonly #host: ConnectionHost
  /** When each upgrade was answered, in milliseconds since 1970. */
  readonly #answeredAt = new WeakMap<Connection<null>, number>()

  constructor(ctx: DurableObjectState, sockets: Sockets<null>, stream: ListStream, host: ConnectionHost) {
    this.#ctx = ctx
    this.#sockets = sockets
    this.#stream = stream
    this.#host = host
  }

  /** Accepts an upgrade of a session that has not ended. The answer to a flapping client waits for a change of the list. */
  async accept({ caller, query, protocol, hasCredit }: Upgrade): Promise<Response> {
    const others = this.#sockets.size
    const state = { caller, batch: query.get('batch') === '1', hasCredit, data: null }
    const { connection, answer } = this.#sockets.accept(state, protocol)
    connection.live = false
    this.#host.onSocketOpened()
    const since = this.#stream.opened(others > 0)
    const hasChanged = this.#stream.isFlapping && this.#stream.sendChanged(connection, since)
    const greeted = this.#greet(connection, since)
    this.#ctx.waitUntil(greeted)
    const began = Date.now()
    const extra = this.#stream.flappingHold.isFlapping ? COSTS.flappingOpened : 0
    await this.#stream.flappingHold.turn(hasChanged, greeted)
    this.#sockets.leases.charge(caller.id, extra + (Date.now() - began) * COSTS.awakeMillisecond)
    this.#answeredAt.set(connection, Date.now())
    return answer
  }

  onClosed(connection: Connection<null>): void {
    this.#stream.flappingHold.closed(this.#answeredAt.get(connection))
    // A connection that closed before its greeting was sent nothing.
    if (connection.live && this.#sockets.size === 0) this.#stream.setShown()
    this.#host.onSocketClosed()
  }

  async #greet(connection: Connection<null>, since: number): Promise<void> {
    const [peers] = await Promise.all([
      this.#host.onlinePeers().catch((): OnlinePeers => new Map()),
      this.#host.refreshStale(),
    ])
    await this.#stream.greet(connection, since, peers)
  }
}
