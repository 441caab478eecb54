/** Accepts and closes the connections that show the list. */
import { COSTS } from '../../actor/budget/costs'
import { inTime } from '../../actor/rpc/stubs'
import type { Connection } from '../../actor/sockets/connection'
import type { Sockets } from '../../actor/sockets/sockets'
import type { Upgrade } from '../../actor/sockets/upgrade'
import { TIMES } from '../../config'
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
    this.#ctx.waitUntil(this.#showPeers(connection, greeted))
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
    await this.#host.refreshStale()
    await this.#stream.greet(connection, since)
  }

  /** Presence follows the list, which does not wait for it: the directory may be silent. */
  async #showPeers(connection: Connection<null>, greeted: Promise<void>): Promise<void> {
    const peers = inTime(this.#host.onlinePeers(), TIMES.presenceShown).catch((): OnlinePeers => new Map())
    await greeted
    this.#stream.showPeers(connection, await peers)
  }
}
