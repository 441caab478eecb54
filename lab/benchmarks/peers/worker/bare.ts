/** Rooms that only rebroadcast: no accounts, no order of their own. The platform's limit, in two ways of sending and with one row. */
import { DurableObject } from 'cloudflare:workers'

abstract class Rebroadcaster extends DurableObject {
  override fetch(): Response {
    const { 0: client, 1: server } = new WebSocketPair()
    this.ctx.acceptWebSocket(server)
    return new Response(null, { status: 101, webSocket: client })
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    socket.close(code === 1005 || code === 1006 ? 1000 : code)
  }
}

/** As the platform's own examples write it. */
export class Bare extends Rebroadcaster {
  override webSocketMessage(_: WebSocket, message: string | ArrayBuffer): void {
    for (const socket of this.ctx.getWebSockets()) socket.send(message)
  }
}

/**
 * The same, with what has arrived together leaving together at the end of the turn, over a list of sockets that is kept
 * in memory. One message per frame: there is no batch that its clients could have asked for.
 */
export class BareFlush extends Rebroadcaster {
  #sockets: WebSocket[] | undefined
  #waiting: (string | ArrayBuffer)[] = []

  override fetch(): Response {
    this.#sockets = undefined
    return super.fetch()
  }

  override webSocketMessage(_: WebSocket, message: string | ArrayBuffer): void {
    if (this.#waiting.push(message) === 1) setTimeout(() => this.#flush(), 0)
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.#sockets = undefined
    super.webSocketClose(socket, code)
  }

  #flush(): void {
    const waiting = this.#waiting
    this.#waiting = []
    this.#sockets ??= this.ctx.getWebSockets()
    for (const socket of this.#sockets) for (const message of waiting) socket.send(message)
  }
}

/** As bare, with one row in the room's own database before anybody is told: what durability costs on this platform. */
export class BareStored extends Bare {
  constructor(ctx: DurableObjectState, env: unknown) {
    super(ctx, env as never)
    ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY, content TEXT NOT NULL)')
  }

  override webSocketMessage(from: WebSocket, message: string): void {
    this.ctx.storage.sql.exec('INSERT INTO messages (content) VALUES (?)', message)
    super.webSocketMessage(from, message)
  }
}
