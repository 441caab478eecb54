/** Which ports of this machine are taken, and which are free. */
import net from 'node:net'

/** Whether something answers on `port` of this machine. @param {number} port */
export async function portTaken(port) {
  for (const host of ['127.0.0.1', '::1']) {
    const taken = await new Promise((resolve) => {
      const socket = net.connect({ port, host })
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (taken) return true
  }
  return false
}

/** Below those from which systems take the near end of a connection: one of these could take the port meanwhile. */
const FIRST = 20_000
const LAST = 32_000

/** A port that nobody uses at the moment. @returns {Promise<number>} */
export async function freePort() {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST))
    if ((await canListen(port)) && !(await portTaken(port))) return port
  }
}

/** @param {number} port */
const canListen = (port) =>
  new Promise((resolve) => {
    const probe = net.createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
