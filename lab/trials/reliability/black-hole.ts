/** A proxy before the server that can drop everything from some moment on, without closing a connection. */
import net from 'node:net'

export interface BlackHole {
  /** `ws://127.0.0.1:<port>`: the server, by this way. */
  socketUrl: string
  /** From now on whatever arrives on either side is taken and dropped. */
  swallow(): void
  close(): void
}

export async function startBlackHole(serverUrl: string): Promise<BlackHole> {
  const { hostname, port } = new URL(serverUrl)
  let swallowed = false
  const open = new Set<net.Socket>()
  const server = net.createServer((client) => {
    const upstream = net.connect({ host: hostname, port: Number(port) })
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(from)
      from.on('data', (data) => swallowed || to.write(data))
      from.on('end', () => swallowed || to.end())
      from.on('error', () => {})
      from.on('close', () => {
        open.delete(from)
        if (!swallowed) to.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    socketUrl: `ws://127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    swallow() {
      swallowed = true
    },
    close() {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}
