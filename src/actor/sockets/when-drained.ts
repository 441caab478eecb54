/** Waiting for a slow line. */
import { CLOSE, LIMITS, TIMES } from '../../config'
import type { Connection, Sockets } from './sockets'

/** How long to wait before looking again, in milliseconds. */
const LOOK = 20

/**
 * Waits until a connection has taken most of what it was sent, for as long as it keeps taking something.
 * @returns whether it is still there.
 */
export async function whenDrained<Data>(sockets: Sockets<Data>, connection: Connection<Data>): Promise<boolean> {
  let least = Number.POSITIVE_INFINITY
  let since = Date.now()
  for (;;) {
    if (sockets.get(connection.socket) !== connection) return false
    const { bufferedAmount } = connection.socket
    if (bufferedAmount <= LIMITS.socketBacklogBytes / 4) return true
    if (bufferedAmount < least) {
      least = bufferedAmount
      since = Date.now()
    } else if (Date.now() - since > TIMES.stalledSocket) {
      sockets.close(connection, CLOSE.tooSlow, 'This socket has stopped reading.')
      return false
    }
    await scheduler.wait(LOOK)
  }
}
