/**
 * A client socket that can do what a well-behaved client cannot: stop reading, send bytes that are no text, and see the
 * server's Close frame when it arrives, not when the connection ends.
 */
import { Wire } from '../../test/contract/wire.ts'

/** How the server ended it: its code, 1006 when the connection just broke, and when, by `performance.now()`. */
export interface Ended {
  code: number
  at: number
}

export class RawSocket {
  ended: Ended | undefined
  readonly #closed = Promise.withResolvers<Ended>()
  /** Texts that came before anybody listened. */
  readonly #early: string[] = []
  #onText: ((text: string) => void) | undefined
  #wire: Wire | undefined

  private constructor() {}

  /** @throws {Error} when the upgrade is refused */
  static async open(url: string): Promise<RawSocket> {
    const socket = new RawSocket()
    const wire = await Wire.connect(
      new URL(url),
      {},
      {
        text: (text) => (socket.#onText ? socket.#onText(text) : socket.#early.push(text)),
        closed: (code) => {
          socket.ended = { code, at: performance.now() }
          socket.#closed.resolve(socket.ended)
        },
      },
    )
    if (!(wire instanceof Wire)) throw new Error(`The upgrade was answered ${wire.status} ${wire.text}`)
    socket.#wire = wire
    return socket
  }

  /** Called with each text that comes, and at once with those that came before. */
  set onText(take: (text: string) => void) {
    this.#onText = take
    for (const text of this.#early.splice(0)) take(text)
  }

  /** Bytes that have arrived. */
  get received(): number {
    return this.#wire?.received ?? 0
  }

  /** Resolves when the server has said Close, or the connection broke. */
  closed(): Promise<Ended> {
    return this.#closed.promise
  }

  /** A text, or bytes as a binary message. */
  send(data: string | Uint8Array): void {
    this.#wire?.send(data)
  }

  /** Sends bytes as a text, whether or not they are one. */
  sendAsText(bytes: Uint8Array): void {
    this.#wire?.sendAsText(bytes)
  }

  /** Stops reading: what comes fills the buffers on the way, and then waits at the server. */
  freeze(): void {
    this.#wire?.stream.pause()
  }

  /** Reads again. */
  thaw(): void {
    this.#wire?.stream.resume()
  }

  destroy(): void {
    this.#wire?.stream.destroy()
  }
}
