/** Sockets with my list: taken over, greeted with all they missed, seen out. */
import type { Connection, Sockets } from '../../actor/sockets/sockets'
import type { Upgrade } from '../../actor/sockets/upgrade'
import type { SessionId, UserId } from '../../protocol'
import type { Presence } from '../usecases/presence'
import type { RoomSync } from '../usecases/room-sync'
import type { ListStream } from './list-stream'

export class Connections {
  readonly #ctx: DurableObjectState
  readonly #sockets: Sockets<null>
  readonly #display: ListStream
  readonly #presence: Presence
  readonly #following: RoomSync
  readonly #answeredAt = new WeakMap<Connection<null>, number>()

  constructor(
    ctx: DurableObjectState,
    sockets: Sockets<null>,
    display: ListStream,
    presence: Presence,
    following: RoomSync,
  ) {
    this.#ctx = ctx
    this.#sockets = sockets
    this.#display = display
    this.#presence = presence
    this.#following = following
  }

  /** Takes an upgrade over, of a session that has not ended. */
  async open({ caller, query, protocol, hasCredit }: Upgrade): Promise<Response> {
    const others = this.#sockets.size
    const session = { caller, batch: query.get('batch') === '1', hasCredit, data: null }
    const { connection, answer } = this.#sockets.accept(session, protocol)
    connection.live = false
    this.#presence.onSocketOpened()
    const since = this.#display.opened(others > 0)
    const hasNews = this.#display.isRestless && this.#display.sendChanged(connection, since)
    const greeted = this.#greet(connection, since)
    this.#ctx.waitUntil(greeted)
    await this.#display.flappingHold.turn(hasNews, greeted)
    this.#answeredAt.set(connection, Date.now())
    return answer
  }

  /** A connection is gone, whoever ended it. */
  left(connection: Connection<null>): void {
    const { live } = connection
    this.#display.flappingHold.closed(this.#answeredAt.get(connection))
    // Who left before the greeting was shown nothing.
    if (live && this.#sockets.size === 0) this.#display.shownUpToNow()
    this.#presence.onSocketClosed()
  }

  /** Closes those whose session has ended: of the sessions that are named, or all. */
  end(sessions?: SessionId[]): void {
    for (const connection of this.#sockets.all()) {
      if (!sessions || sessions.includes(connection.state.caller.session)) this.#sockets.endSession(connection)
    }
  }

  async #greet(connection: Connection<null>, since: number): Promise<void> {
    const [partners] = await Promise.all([
      this.#presence.partners().catch(() => new Map<UserId, { last_seen: number }>()),
      this.#following.refreshStale(),
    ])
    await this.#display.greet(connection, since, partners)
  }
}
