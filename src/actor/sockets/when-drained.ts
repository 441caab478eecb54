/** Waits for a slow client to read. */
import { CLOSE, LIMITS, TIMES } from '../../config'
import type { Connection } from './connection'
import type { Sockets } from './sockets'

/** Milliseconds between two looks at the socket's buffer. */
const INTERVAL = 20

/**
 * Waits until a client has read most of what was sent to it. A client that reads nothing for `TIMES.stalledSocket` is closed.
 * @returns whether the connection is still open
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
    await scheduler.wait(INTERVAL)
  }
}
